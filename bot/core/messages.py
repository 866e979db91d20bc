"""What is shown to people: cards, their buttons, and notices."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from bot.core.generation import Address

MAX_ROW = 5
#: They turn pages, in a row of their own.
TURNING = frozenset({"newer", "older"})


@dataclass(frozen=True, kw_only=True)
class Button:
    """`action` is one of press.py."""

    action: str
    generation_id: str
    label: str
    #: Which picture of several, from 1; 0 means all of it.
    picture: int = 0
    #: The command that press.COMMAND sends, such as "group cooldown 10"; its words in ASCII.
    words: str = ""
    #: It stands first in its row.
    new_row: bool = False


def button_rows(buttons: Sequence[Button]) -> list[list[Button]]:
    """As they stand under a message: at most five a row, those for single pictures, and those
    that turn pages, in rows of their own."""
    rows: list[list[Button]] = []
    for button in buttons:
        fits = rows and len(rows[-1]) < MAX_ROW and not button.new_row
        if fits and _kind(rows[-1][0]) == _kind(button):
            rows[-1].append(button)
        else:
            rows.append([button])
    return rows


def _kind(button: Button) -> tuple[bool, bool]:
    return bool(button.picture), button.action in TURNING


@dataclass(frozen=True, kw_only=True)
class Card:
    """What a generation's message shows."""

    text: str
    #: In rows as `button_rows` says.
    buttons: tuple[Button, ...] = ()
    #: The picture the message becomes; None while there is none.
    picture: Path | None = None


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that a notice brings along."""

    #: Relative to the state folder.
    path: str
    #: Shown as a picture; otherwise sent as a file, byte for byte.
    as_picture: bool = False
    #: Said instead where the platform does not take the file.
    otherwise: str = ""
    #: Hidden until somebody clicks on it.
    spoiler: bool = False


@dataclass(frozen=True, kw_only=True)
class Notice:
    """A sentence for somebody that is not a generation's status: a refusal, help, an answer."""

    event_key: str
    address: Address
    text: str
    #: Ask for an answer: the platform opens a reply field.
    ask: bool = False
    #: For the eyes of whoever asked, where the platform can do that.
    private: bool = False
    attachment: Attachment | None = None
    buttons: tuple[Button, ...] = ()
    #: Shown below the text, so that it is easy to copy.
    copy: str = ""
    #: `platform:id` of the person whom it answers.
    requester: str | None = None
    #: Why something cannot be, if that is what it says: the code of a Refusal.
    refusal: str = ""
    #: What the message with the pressed button becomes; said anew where that cannot be changed.
    #: For text and buttons.
    in_place: bool = False


@dataclass(frozen=True)
class Toast:
    """A short answer for the eyes of whoever asked or pressed."""

    text: str
    #: It was done as asked, and what comes of it shows by itself.
    done: bool = False


class Mark(StrEnum):
    """A reaction to a request."""

    SEEN = "👀"
    DONE = "👌"
