"""The use case `/cancel`: live generations of the person become CANCELLED.

The rows move first, so that whatever the engine still sends falls off; stopping the engine's
work is best effort and repeated by the reconciliation at the next Hello.
"""

import asyncio
from collections.abc import Sequence

from bot.core.acts import Act, ActKind, act_on
from bot.core.engine_ports import EngineLink
from bot.core.errors import Refusal
from bot.core.generation import Generation, Origin
from bot.core.news import News
from bot.core.ports import Outcomes, Records
from engine.contract import JobKey

#: An engine that works answers at once.
STOP_SECONDS = 1.0


class Cancel:
    """Ends live generations at the wish of those who may: that is asked of staff.py before."""

    def __init__(
        self, *, outcomes: Outcomes, records: Records, link: EngineLink, news: News
    ) -> None:
        self._outcomes = outcomes
        self._records = records
        self._link = link
        self._news = news

    async def __call__(self, generation: Generation, origin: Origin) -> None:
        """One; whoever asks may. Somebody else's is ended by an act, and its card says so. Raises
        Refusal("already_ended"), and AlreadySeen."""
        act = None
        if generation.requester != origin.requester:
            act = act_on(origin, ActKind.CANCEL, generation)
        if await self._end([generation.id], origin.event_key, act) == 0:
            raise Refusal("already_ended", id=generation.id)

    async def all_here(self, origin: Origin) -> int:
        """All that the person has waiting or being drawn in this chat; how many. Raises
        AlreadySeen."""
        live = await self._records.live(origin.requester, origin.address.chat)
        return await self._end(live, origin.event_key)

    async def everywhere(self, origin: Origin, up_to: str) -> int:
        """All that the person has waiting or being drawn in any chat, up to that generation; how
        many. Raises AlreadySeen."""
        waiting = await self._records.waiting(origin.requester, up_to=up_to)
        return await self._end([one.id for one in waiting], origin.event_key)

    async def _end(self, ids: Sequence[str], event_key: str, act: Act | None = None) -> int:
        cancelled = await self._outcomes.cancel(ids, event_key, act=act)
        await self.spread(cancelled)
        return len(cancelled)

    async def spread(self, cancelled: Sequence[Generation]) -> None:
        """Let those who wait, and the engine, know that these have been cancelled. A process that
        dies before it comes to that makes it good at its next start, from the rows."""
        for generation in cancelled:
            self._news.moved(generation.id)
        # Handed out before, if not now: the engine knows whether it holds it.
        await self._stop([generation.key for generation in cancelled if generation.attempt > 0])

    async def _stop(self, keys: Sequence[JobKey]) -> None:
        try:
            async with asyncio.timeout(STOP_SECONDS):
                await asyncio.gather(*map(self._link.cancel, keys))
        except TimeoutError:
            # Whoever asked, and everybody behind them, does not wait for an engine that hangs.
            return
