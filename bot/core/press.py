"""What a button carries: an action, and what it acts on. No state, so that buttons outlive
restarts and upgrades: a code once given is understood for good.

    again:k3v9x2ab        original:k3v9x2ab:2        draw        do:group cooldown 10
"""

import re
from dataclasses import dataclass

from bot.core.messages import Button

#: Actions on a generation; "original" may name one of several pictures.
ON_GENERATION = (
    *("cancel", "again", "edit", "original", "delete", "show"),
    # Pages of one's history, beside this one; everything up to this one.
    *("older", "newer", "forget"),
)
#: Draw the request that the message with the button replies to; it has no generation yet.
WANTED = "draw"
#: Send a command, as if it had been written.
COMMAND = "do"
#: At most 56 characters: Telegram's callback data takes 64, Discord's custom id 100. A platform
#: puts its own prefix and version before it.
PRESS = (
    rf"(?:(?P<wanted>{WANTED})|(?P<action>{'|'.join(ON_GENERATION)})"
    r":(?P<id>[0-9a-z]{1,12})(?::(?P<picture>[0-9]))?"
    rf"|{COMMAND}:(?P<command>[a-z]{{1,8}})(?: (?P<words>[0-9A-Za-z:/_. -]{{1,44}}))?)"
)
_PRESS = re.compile(PRESS)


@dataclass(frozen=True)
class Press:
    """A button that somebody pressed."""

    action: str
    generation_id: str = ""
    #: Which picture of several, from 1; 0 means all of it.
    picture: int = 0
    #: Of COMMAND: its name, and the words after it.
    command: str = ""
    words: str = ""


def command_button(label: str, words: str) -> Button:
    """It sends a command, such as "group cooldown 10"."""
    return Button(action=COMMAND, generation_id="", label=label, words=words)


def press_code(button: Button) -> str:
    """What the platform hands back when it is pressed."""
    if button.action == WANTED:
        return WANTED
    if button.action == COMMAND:
        return f"{COMMAND}:{button.words}"
    picture = f":{button.picture}" if button.picture else ""
    return f"{button.action}:{button.generation_id}{picture}"


def parse_press(code: str) -> Press | None:
    """None for what this version does not know."""
    match = _PRESS.fullmatch(code)
    if match is None:
        return None
    if match["wanted"]:
        return Press(WANTED)
    if match["command"]:
        return Press(COMMAND, command=match["command"], words=match["words"] or "")
    return Press(match["action"], match["id"], int(match["picture"] or 0))
