"""Requests by the names that programs gave them, with what they sent: beside the row of the
generation, for APIs that tell a program of its own requests later."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.generation import Generation


@dataclass(frozen=True, kw_only=True)
class ProgramJob:
    """One request. It is written before its generation, so that none lacks it; one whose
    generation was refused, or never came to be, has none."""

    #: `platform:id` of the user.
    requester: str
    #: As the program calls it; unique for each user.
    name: str
    #: The event key of the generation.
    event_key: str
    #: Which of the program's connections asked; empty if it did not say.
    client: str
    #: What it sent, in words of which only the adapter knows the meaning.
    document: str


@dataclass(frozen=True, kw_only=True)
class StartedJob:
    """A request and what has become of it."""

    job: ProgramJob
    generation: Generation
    #: Grows with each request of anybody.
    serial: int


class ProgramJobs(Protocol):
    """The requests, by their names."""

    async def add(self, job: ProgramJob) -> bool:
        """Before its generation is admitted. False if this user has another one of this name; the
        same one may be added again, and one without a generation is replaced."""
        ...

    async def get(self, requester: str, name: str) -> StartedJob | None: ...

    async def of_user(self, requester: str, *, ended: bool, limit: int) -> Sequence[StartedJob]:
        """The last ones that have ended, or that have not, the oldest first. Not those that were
        taken off the list."""
        ...

    async def live(self, requester: str) -> int:
        """How many have not ended."""
        ...

    async def drop(self, requester: str, names: Sequence[str] | None = None) -> None:
        """Take ended ones off the list, and delete those without a generation; all of them with
        None."""
        ...
