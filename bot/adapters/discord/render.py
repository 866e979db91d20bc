"""Cards and notices as Discord takes them."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import discord

from bot.adapters.discord.markdown import escaped
from bot.adapters.discord.press_id import custom_id
from bot.adapters.shared.text import cut
from bot.core.messages import Button, button_rows

MAX_TEXT = 2000
MAX_LABEL = 80
DANGEROUS = frozenset({"cancel", "delete"})


@dataclass(frozen=True, kw_only=True)
class Upload:
    """A file to attach; every attempt reads it from the start."""

    name: str
    content: bytes = field(repr=False)
    spoiler: bool = False

    def file(self) -> discord.File:
        return discord.File(io.BytesIO(self.content), self.name, spoiler=self.spoiler)


@dataclass(frozen=True, kw_only=True)
class Look:
    """What a message is to show."""

    text: str
    buttons: tuple[Button, ...] = ()
    upload: Upload | None = None

    def view(self) -> discord.ui.View | None:
        return view_of(self.buttons)

    def files(self) -> list[discord.File]:
        return [] if self.upload is None else [self.upload.file()]


def text_of(text: str, *, to: int | None = None) -> str:
    """Prompts are shown as they were typed. `to`: a person to name first, where the message is no
    reply to theirs."""
    name = "" if to is None else f"<@{to}>\n"
    return name + _whole(cut(escaped(text), MAX_TEXT - len(name)))


def _whole(text: str) -> str:
    """Not cut between a backslash and what it escapes."""
    head = text.removesuffix("…")
    backslashes = len(head) - len(head.rstrip("\\"))
    if head == text or backslashes % 2 == 0:
        return text
    return head[:-1] + "…"


def view_of(buttons: Sequence[Button]) -> discord.ui.View | None:
    """Rows under the message. Presses find their way by what the buttons carry (buttons.py), so
    the view is stopped at once: discord.py would keep it in memory for ever."""
    if not buttons:
        return None
    view = discord.ui.View(timeout=None)
    for row, line in enumerate(button_rows(buttons)):
        for button in line:
            view.add_item(_button(button, row))
    view.stop()
    return view


def _button(button: Button, row: int) -> discord.ui.Button[Any]:
    style = discord.ButtonStyle.danger if button.action in DANGEROUS else None
    return discord.ui.Button(
        label=cut(button.label, MAX_LABEL),
        custom_id=custom_id(button),
        style=style or discord.ButtonStyle.secondary,
        row=row,
    )
