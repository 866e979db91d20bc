"""What Discord asks of the core beside what every platform does."""

from collections.abc import Sequence
from typing import Protocol

from bot.adapters.shared import asked
from bot.core.generation import Generation, Origin


class Core(asked.Core, Protocol):
    """Words for its form."""

    async def edit_text(self, origin: Origin, generation_id: str) -> str:
        """Raises Refusal."""
        ...


class Waiting(Protocol):
    """The part of Records from which completions are offered."""

    async def waiting(self, requester: str) -> Sequence[Generation]: ...
