"""What the core needs of an engine, as in ports.py. Implemented in bot/links/."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Protocol

from engine.contract import AnyEvent, Job, JobKey


@dataclass(frozen=True, kw_only=True)
class Rendered:
    """Encoded pictures of one job: PNGs in order, and one JPEG preview."""

    pictures: tuple[bytes, ...]
    preview: bytes


@dataclass(frozen=True)
class EngineLost:
    """The link to the engine broke; a Hello follows when it is back."""


class EngineLink(Protocol):
    """The wire to an engine."""

    async def submit(self, job: Job, source: bytes | None = None) -> None:
        """Hand a job over, with the picture that it begins from; harmless to repeat. Raises
        EngineBusy or EngineRefused."""
        ...

    async def cancel(self, key: JobKey) -> None:
        """Ask to stop it. Best effort: silent when the engine is away."""
        ...

    async def fetch(self, key: JobKey, pictures: int) -> Rendered:
        """The results of a finished job. Raises EngineBusy when they cannot be had now."""
        ...

    async def acknowledge(self, key: JobKey) -> None:
        """The result is stored here: the engine may forget it. Best effort."""
        ...

    def events(self) -> AsyncIterator[AnyEvent | EngineLost]:
        """Everything the engine says, reconnecting for ever; Hello after each connect."""
        ...
