"""How long somebody still has to wait: what is ahead, at the pace as it is now."""

from dataclasses import dataclass

from bot.core.generation import Generation
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.ports import Admissions
from bot.core.work import Work, work_of


@dataclass(frozen=True)
class Wait:
    """`ahead`: pictures that come before; `seconds`: None while nothing was measured."""

    ahead: int
    seconds: float | None


class Waits:
    """Tells it of rows that have not ended."""

    def __init__(self, *, admissions: Admissions, pace: Pace, news: News) -> None:
        self._admissions = admissions
        self._pace = pace
        self._news = news

    async def __call__(self, generation: Generation) -> Wait:
        before = await self._admissions.ahead(generation)
        ahead = sum(one.jobs * one.work.count for one in before)
        if not self._pace.known:
            return Wait(ahead, None)
        own = self._left(work_of(generation.spec), generation.id if generation.begun else None)
        return Wait(ahead, own + sum(one.jobs * self._left(one.work, one.begun) for one in before))

    def _left(self, work: Work, begun: str | None) -> float:
        """Seconds that one job still takes; `begun`: the id of one that is being drawn."""
        seconds = self._pace.seconds(work)
        progress = None if begun is None else self._news.progress(begun)
        return seconds if progress is None else seconds * (1 - progress.step / progress.steps)
