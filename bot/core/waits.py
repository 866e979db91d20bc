"""How long somebody still has to wait: what is ahead of them, at the pace as it is now.

Told in the fair order of rows. That an engine holds no more than some jobs of one person while
others wait moves only what comes next, and is left out.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.generation import Generation
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.workload import Workload


@dataclass(frozen=True, kw_only=True)
class Ahead:
    """Jobs that are alike. `begun`: the id of one that is being drawn, which stands alone."""

    workload: Workload
    jobs: int
    begun: str | None = None


class Line(Protocol):
    """The rows that have not ended, in the order in which they are served."""

    async def ahead(self, generation: Generation) -> Sequence[Ahead]:
        """What is served before this one, alike jobs together."""
        ...


@dataclass(frozen=True)
class Wait:
    """`ahead`: pictures that come before; `seconds`: None while nothing was measured."""

    ahead: int
    seconds: float | None


class Waits:
    """Tells it of rows that have not ended."""

    def __init__(self, *, line: Line, pace: Pace, news: News) -> None:
        self._line = line
        self._pace = pace
        self._news = news

    async def __call__(self, generation: Generation) -> Wait:
        before = await self._line.ahead(generation)
        ahead = sum(one.jobs * one.workload.count for one in before)
        if not self._pace.known:
            return Wait(ahead, None)
        own = Ahead(
            workload=generation.spec.workload,
            jobs=1,
            begun=generation.id if generation.begun else None,
        )
        return Wait(ahead, sum(self._seconds(one) for one in (*before, own)))

    def _seconds(self, jobs: Ahead) -> float:
        """What they still take."""
        seconds = jobs.jobs * self._pace.seconds(jobs.workload)
        progress = None if jobs.begun is None else self._news.progress(jobs.begun)
        return seconds if progress is None else seconds * (1 - progress.step / progress.steps)
