"""Fetches the pictures that requests begin from, and then has them drawn.

An errand is a row until its request was admitted or answered; both are once for each event, so a
process that dies in between does no harm.
"""

import asyncio
from collections.abc import Mapping
from contextlib import suppress

from bot.core.answers import Answers
from bot.core.draw import Draw
from bot.core.errand_ports import Errand, Errands, PictureSource
from bot.core.errors import Refusal, TryLater
from bot.core.log import Log
from bot.core.ports import Clock
from bot.core.sources import Given, Sources

#: What no word was heard of is looked for this often.
LOOK_SECONDS = 5.0
#: Fetched at once; and how long one may take.
PLACES = 4
FETCH_SECONDS = 60.0
#: Before another try, and for how long there are any.
PAUSE_SECONDS = 3.0
GIVEN_UP_MS = 5 * 60 * 1000


class Fetcher:
    """`platforms`: those that hand out pictures, by name; adapters add theirs."""

    def __init__(
        self,
        *,
        errands: Errands,
        platforms: Mapping[str, PictureSource],
        sources: Sources,
        draw: Draw,
        answers: Answers,
        clock: Clock,
        log: Log,
    ) -> None:
        self._errands = errands
        self._platforms = platforms
        self._sources = sources
        self._draw = draw
        self._answers = answers
        self._clock = clock
        self._log = log
        self._since_ms = 0
        self._wake = asyncio.Event()
        #: By their events: numbers of rows are given again.
        self._under_way: set[str] = set()

    def look(self) -> None:
        """There may be something to fetch."""
        self._wake.set()

    async def run(self) -> None:
        """Work until cancelled."""
        self._since_ms = self._clock()
        async with asyncio.TaskGroup() as tasks:
            while True:
                # Before the look: what is asked for while it goes on must be found as well.
                self._wake.clear()
                for errand in await self._errands.waiting():
                    event = errand.origin.event_key
                    if len(self._under_way) < PLACES and event not in self._under_way:
                        self._under_way.add(event)
                        tasks.create_task(self._work(errand))
                # Not wait_for: in Python 3.11 it swallows a cancellation that comes with the word.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await self._wake.wait()

    async def _work(self, errand: Errand) -> None:
        try:
            is_done = await self._run_errand(errand)
        except Exception:
            self._log.exception("errand_failed", errand=errand.serial)
            is_done = False
        if not is_done:
            await asyncio.sleep(PAUSE_SECONDS)
        self._under_way.discard(errand.origin.event_key)
        self._wake.set()

    async def _run_errand(self, errand: Errand) -> bool:
        """False where it has to be tried again."""
        try:
            await self._answers.once(errand.origin, lambda: self._drawn(errand), quiet=False)
        except TryLater:
            return False
        await self._errands.done(errand.origin.event_key)
        return True

    async def _drawn(self, errand: Errand) -> None:
        # Things may stand otherwise since it was noted, the more so after a flood of them.
        request = await self._draw.read(errand.origin, errand.text)
        await self._draw.foresee(errand.origin, request)
        await self._draw(errand.origin, errand.text, None, await self._fetched(errand))

    async def _fetched(self, errand: Errand) -> Given:
        """Raises TryLater, Refusal."""
        # What was noted before a night off has its time as well.
        if self._clock() - max(errand.created_ms, self._since_ms) > GIVEN_UP_MS:
            raise Refusal("picture_not_fetched")
        platform = self._platforms.get(errand.origin.address.platform)
        if platform is None:
            raise TryLater(PAUSE_SECONDS)
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                content = await platform.fetch(errand.file)
        except (TryLater, TimeoutError) as error:
            self._log.info("picture_not_fetched", error=type(error).__name__)
            raise TryLater(PAUSE_SECONDS) from None
        return await self._sources.make_ready(content)
