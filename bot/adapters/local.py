"""Requests that no chat asked for (board, command line, programs): the row itself is the answer.

Whoever asked watches the row and takes the picture from the state folder; there is no chat
message to keep in step, and the deliverer makes none of it.
"""

from bot.core.generation import Generation
from bot.core.messages import Card, Notice

#: Their platforms.
LOCAL = frozenset({"board", "cli", "api"})


class LocalMessenger:
    """Messenger without messages."""

    async def open(self, generation: Generation, card: Card) -> str:
        return "row"

    async def refresh(self, generation: Generation, card: Card) -> None:
        """Watchers read the row."""

    async def deliver(self, generation: Generation, card: Card) -> None:
        """The picture is on disk and the row says so."""

    async def ping(self, generation: Generation, text: str) -> None:
        """Nobody looks away from a page or a terminal that waits."""

    async def say(self, notice: Notice) -> None:
        """Refusals are raised to the caller here, never posted."""
