"""Whoever sits at the board: one person, the operator."""

import re
import uuid

from bot.core.generation import Address, Origin

PLATFORM = "board"
REQUESTER = "board:local"
ADDRESS = Address(platform=PLATFORM, chat="local")


#: As the page makes them, of random digits.
_PRESS = re.compile(r"[0-9a-f]{32}")


def press_key(press: str) -> str | None:
    """The event that a press of the page is; None where its name is none."""
    return f"{PLATFORM}:press:{press}" if _PRESS.fullmatch(press) else None


def origin(locale: str, press: str = "") -> Origin:
    """Of one press: each is an event of its own. One that the page has named is the same whenever
    it is sent."""
    return Origin(
        event_key=press_key(press) or f"{PLATFORM}:{uuid.uuid4()}",
        requester=REQUESTER,
        address=ADDRESS,
        locale=locale,
    )
