"""Messages that are deleted by the press of their own 🗑.

With a press one may delete the message that it came from, wherever that stands. The bot itself
may not in a chat that it is no member of, so whoever wants to delete a message asks here first.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

#: Messages that are remembered.
MANY_MESSAGES = 1000


class Taking:
    """One message, while it is being deleted."""

    def __init__(self) -> None:
        #: Set by whoever deletes it.
        self.done = False
        self.over = asyncio.Event()


class Takings:
    """By the message's id."""

    def __init__(self) -> None:
        self._known: dict[int, Taking] = {}

    @contextmanager
    def of(self, message: int) -> Iterator[Taking]:
        """While this lasts it is being deleted; the one who does it sets `done`."""
        taking = Taking()
        while len(self._known) >= MANY_MESSAGES:
            del self._known[next(iter(self._known))]
        self._known[message] = taking
        try:
            yield taking
        finally:
            taking.over.set()

    async def taken(self, message: int) -> bool:
        """Whether a press has deleted it; waits while one is about to."""
        taking = self._known.get(message)
        if taking is None:
            return False
        await taking.over.wait()
        return taking.done
