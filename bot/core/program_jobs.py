"""Requests by the names that programs gave them, with what they sent: beside the row of the
generation, for APIs that tell a program of its own requests later."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.generation import Generation


@dataclass(frozen=True, kw_only=True)
class ProgramJob:
    """One request. It is written with its generation, in one transaction."""

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


@dataclass(frozen=True, kw_only=True)
class ListedJob:
    """A request without what was sent: of all of those there may be too much to hold."""

    name: str
    generation: Generation
    serial: int
    #: Of what was sent, in characters.
    length: int


#: Of what was sent, in characters, where more than one is read.
MOST_AT_ONCE = 2_000_000
#: And so many of them: rows are made into requests in one turn of the event loop.
MOST_JOBS = 100


def portions(jobs: Sequence[ListedJob]) -> Iterator[Sequence[ListedJob]]:
    """All of them, in such portions as may be read whole at once."""
    portion: list[ListedJob] = []
    length = 0
    for job in jobs:
        if portion and (length + job.length > MOST_AT_ONCE or len(portion) == MOST_JOBS):
            yield portion
            portion, length = [], 0
        portion.append(job)
        length += job.length
    if portion:
        yield portion


class ProgramJobs(Protocol):
    """The requests, by their names."""

    async def get(self, requester: str, name: str) -> StartedJob | None: ...

    async def of_user(self, requester: str, *, ended: bool, limit: int) -> Sequence[ListedJob]:
        """The last ones that have ended, or that have not, the oldest first. Not those that were
        taken off the list."""
        ...

    async def whole(self, serials: Sequence[int]) -> Sequence[StartedJob]:
        """Those of `serials` that are still there, the oldest first."""
        ...

    async def live(self, requester: str) -> int:
        """How many have not ended."""
        ...

    async def drop(self, requester: str, names: Sequence[str] | None = None) -> None:
        """Take ended ones off the list; all of them with None."""
        ...
