"""Whoever sits at the board: one person, the operator."""

import uuid

from bot.core.generation import Address, Origin

PLATFORM = "board"
REQUESTER = "board:local"
ADDRESS = Address(platform=PLATFORM, chat="local")


def origin(locale: str) -> Origin:
    """Of one press: each is an event of its own."""
    return Origin(
        event_key=f"{PLATFORM}:{uuid.uuid4()}",
        requester=REQUESTER,
        address=ADDRESS,
        locale=locale,
    )
