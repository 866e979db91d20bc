"""What a button carries: `v1:<action>:<generation id>`. No state, so buttons outlive restarts."""

import re
from dataclasses import dataclass

from bot.core.ports import Button

#: Telegram takes up to 64 bytes; ids are at most 12 characters.
_PRESS = re.compile(r"v1:(?P<action>cancel|again):(?P<id>[0-9a-z]{1,12})")


@dataclass(frozen=True)
class Press:
    """A button that somebody pressed."""

    action: str
    generation_id: str


def callback_data(button: Button) -> str:
    return f"v1:{button.action}:{button.generation_id}"


def parse_press(data: str | None) -> Press | None:
    """None for what this version does not know."""
    match = _PRESS.fullmatch(data or "")
    return Press(match["action"], match["id"]) if match else None
