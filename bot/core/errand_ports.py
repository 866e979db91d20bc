"""Pictures that have to be fetched before a request can be admitted.

A platform's updates are confirmed when their effect is committed, and nothing waits for the
platform meanwhile: so the wish is a row, and the picture is fetched beside.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.generation import Origin
from bot.core.messages import Notice


@dataclass(frozen=True, kw_only=True)
class NewErrand:
    """Somebody wants to draw from a picture."""

    origin: Origin
    #: The request as it was received.
    text: str
    #: By what the platform hands the picture out.
    file: str


@dataclass(frozen=True, kw_only=True)
class Errand(NewErrand):
    """A stored one."""

    serial: int
    created_ms: int


class Errands(Protocol):
    """Rows, so that none is forgotten when the process dies in between."""

    async def note(self, new: NewErrand) -> bool:
        """Once for each event: False where it is noted already. Raises Refusal("queue_full_yours")
        where as many wait as one person may have."""
        ...

    async def waiting(self, requester: str | None = None) -> Sequence[Errand]:
        """Oldest first, not necessarily all; all of one person."""
        ...

    async def waits(self, requester: str) -> bool:
        """There is one of this person."""
        ...

    async def done(self, event_key: str) -> None:
        """Its request was admitted or answered."""
        ...

    async def cancel(self, event_key: str, told: Notice, *, by: Origin | None) -> bool:
        """Its request is answered by that, and never admitted. False where it was admitted or
        answered before. `by`: whose event did it, once; raises AlreadySeen."""
        ...


class PictureSource(Protocol):
    """A platform that hands out pictures."""

    async def fetch(self, file: str) -> bytes:
        """Raises Refusal where it cannot be had for good, and TryLater."""
        ...
