"""What time alone must set right: leases that ran out, requests nobody served for too long, and a
clearing of the queue that a process did not bring to its end."""

import asyncio

from bot.core.clearing import clear_on
from bot.core.group_queue import GroupQueue
from bot.core.news import News
from bot.core.ports import Clock, JobRows, Outcomes
from engine.contract import LEASE_SECONDS

SWEEP_SECONDS = 1.0


class Recovery:
    """Sweeps the rows once a second."""

    def __init__(
        self,
        *,
        rows: JobRows,
        outcomes: Outcomes,
        queue: GroupQueue,
        news: News,
        clock: Clock,
        queue_hours: float,
    ) -> None:
        self._rows = rows
        self._outcomes = outcomes
        self._queue = queue
        self._news = news
        self._clock = clock
        self._queue_ms = int(queue_hours * 3_600_000)
        self._started_ms = clock()

    async def run(self) -> None:
        while True:
            await self.sweep()
            await asyncio.sleep(SWEEP_SECONDS)

    async def sweep(self) -> None:
        await self._take_back_lost()
        await self._expire_forgotten()
        await clear_on(self._queue, self._news)

    async def _take_back_lost(self) -> None:
        """A job whose engine fell silent goes back to the queue; a late result is void.

        Leases run out while no bot is there to renew them. So a bot that has just started gives
        the engine as long as a lease lasts to say what it still holds.
        """
        if self._clock() - self._started_ms < LEASE_SECONDS * 1000:
            return
        for generation in await self._rows.running():
            if generation.lease_until is not None and generation.lease_until < self._clock():
                # Only if it was not renewed since it was read.
                await self._outcomes.requeue(
                    generation.key, counted=generation.begun, lease_before=self._clock()
                )
                self._news.moved(generation.id)

    async def _expire_forgotten(self) -> None:
        for generation_id in await self._outcomes.expire(self._clock() - self._queue_ms):
            self._news.moved(generation_id)
