"""Between the rows and the engine: queued rows go out in fair order, results come back as moves.

The engine's queue is a projection of RUNNING rows. After every (re)connect the two are compared:
what the engine no longer holds goes back to the queue, what no row asks for is stopped there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

from bot.core.engine_ports import EngineLink, EngineLost
from bot.core.errors import EngineBusy, EngineRefused
from bot.core.generation import Generation, Outcome
from bot.core.handover import blamed, fits, suits
from bot.core.job import job_of
from bot.core.log import Log
from bot.core.loras import Loras
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.picture_port import Pictures
from bot.core.ports import Clock, JobRows, Outcomes
from engine.contract import (
    LEASE_SECONDS,
    AnyEvent,
    Cancelled,
    EngineInfo,
    ErrorCode,
    Failed,
    Finished,
    Heartbeat,
    Hello,
    JobKey,
    Progress,
    Returned,
    Started,
)

#: Rows inserted by another process, or by a word that was lost, are seen after this long.
LOOK_SECONDS = 0.5
#: Pauses before further tries at fetching a result that a connected engine says it holds.
FETCH_PAUSES = (0.2, 1.0, 2.0, 4.0)
#: Between a stored result and the word that the engine may forget it.
ACKNOWLEDGE_PAUSE_SECONDS = 0.05
#: Pause before another try at storing one.
STORE_RETRY_SECONDS = 2.0


class Dispatcher:
    """Feeds one engine and takes its results."""

    def __init__(
        self,
        *,
        link: EngineLink,
        rows: JobRows,
        outcomes: Outcomes,
        pictures: Pictures,
        news: News,
        pace: Pace,
        loras: Loras,
        clock: Clock,
        log: Log,
    ) -> None:
        self._link = link
        self._rows = rows
        self._outcomes = outcomes
        self._pictures = pictures
        self._news = news
        self._pace = pace
        self._loras = loras
        self._clock = clock
        self._log = log
        self._wake = asyncio.Event()
        #: What the engine is believed to hold for us.
        self._held: dict[JobKey, Generation] = {}
        self._info: EngineInfo | None = None
        #: Held while rows and the engine's queue are out of step on purpose.
        self._handover = asyncio.Lock()
        #: Handed over since the engine last said what it holds: it may have said so before.
        self._fresh: set[JobKey] = set()
        self._results: asyncio.TaskGroup | None = None
        self._settling: set[JobKey] = set()

    async def run(self) -> None:
        """Work until cancelled."""
        stop_listening = self._news.listen(lambda _: self._wake.set())
        try:
            async with asyncio.TaskGroup() as self._results:
                self._results.create_task(self._feed())
                self._results.create_task(self._listen())
        finally:
            stop_listening()

    # --- rows -> engine -----------------------------------------------------------------------

    async def _feed(self) -> None:
        while True:
            # Cleared first: a word that comes while the rows are read is about a row that
            # reading may have missed.
            self._wake.clear()
            async with self._handover:
                await self._fill()
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes with the word.
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wake.wait()

    async def _fill(self) -> None:
        """Hand over rows until the engine holds as many as it wants."""
        while self._info is not None and self._info.ready:
            free = self._info.capacity - len(self._held)
            if free <= 0:
                return
            head = await self._rows.head(free)
            if not head:
                return
            for generation in head:
                if not self._fits(generation) or not await self._hand_over(generation):
                    return

    def _fits(self, generation: Generation) -> bool:
        drawing = (one for key, one in self._held.items() if key not in self._settling)
        return fits(generation, drawing, self._pace)

    async def _hand_over(self, generation: Generation) -> bool:
        """False when the engine takes no more for now."""
        started = await self._rows.start(generation.id, self._lease())
        if started is None:
            return True
        self._held[started.key] = started
        self._fresh.add(started.key)
        try:
            await self._link.submit(*await job_of(started, self._pictures))
        except ValueError:
            # The row holds what no engine could draw: an older or a newer zdraw wrote it.
            self._log.exception("no_job", generation_id=started.id)
            failed = self._outcomes.fail(started.key, ErrorCode.ENGINE_ERROR, {})
            await self._settle(started.key, failed)
            return True
        except EngineBusy:
            await self._take_back(started.key, counted=False)
            return False
        except EngineRefused as refused:
            code, data = blamed(refused, started.spec, self._loras)
            await self._settle(started.key, self._outcomes.fail(started.key, code, data))
            return True
        # Not news.moved(): being handed over changes nothing that people see.
        return True

    def _lease(self) -> int:
        return self._clock() + int(LEASE_SECONDS * 1000)

    # --- engine -> rows -----------------------------------------------------------------------

    async def _listen(self) -> None:
        async for event in self._link.events():
            await self._take(event)

    async def _take(self, event: AnyEvent | EngineLost) -> None:
        match event:
            case EngineLost():
                self._info, self._news.engine_ready = None, False
                self._fresh.clear()
                self._log.warning("engine_lost")
            case Hello():
                await self._reconcile(event)
            case Heartbeat(held=held):
                await self._rows.renew(held, self._lease())
                self._drop_all_but(held)
            case Started(key=key):
                # Not news.moved(): chats are told by steps, and look for those by themselves.
                await self._rows.begun(key)
            case Progress(key=key, step=step, steps=steps):
                self._news.progressed(key, step, steps)
            case Finished():
                self._in_background(event.key, lambda: self._store(event))
            case Failed(key=key, code=code, data=data):
                self._log.warning("generation_failed", generation_id=key.generation_id, code=code)
                await self._settle(key, self._outcomes.fail(key, code, data))
            case Cancelled(key=key) | Returned(key=key):
                # A row that was cancelled has moved already and this loses; otherwise the
                # engine gave the job back.
                await self._take_back(key, counted=False)

    def _in_background(self, key: JobKey, work: Callable[[], Awaitable[None]]) -> None:
        """Settle one result without holding up the events behind it, once at a time."""

        async def settle() -> None:
            try:
                await work()
            finally:
                self._settling.discard(key)

        if key not in self._settling and self._results is not None:
            self._settling.add(key)
            # It is drawn: the engine may have another one.
            self._wake.set()
            self._results.create_task(settle())

    def _drop_all_but(self, held: Sequence[JobKey]) -> None:
        """Free the places of jobs that the engine ended without a word, such as those whose
        rows were taken back; their rows are Recovery's."""
        for key in self._held.keys() - set(held) - self._fresh - self._settling:
            del self._held[key]
            self._wake.set()
        self._fresh.clear()

    async def _store(self, finished: Finished) -> None:
        """Bytes on disk first, then the row, then the engine may forget."""
        key = finished.key
        if (held := self._held.get(key)) is not None:
            self._pace.took(held.spec.workload, finished.seconds)
        pauses = iter(FETCH_PAUSES)
        while (generation := await self._current(key)) is not None:
            try:
                made = await self._link.fetch(key, finished.pictures)
                paths, preview = await self._pictures.save(generation, made.pictures, made.preview)
            except EngineBusy:
                if self._info is None:
                    # It went away, and repeats the result when it is back; if it lost it, the
                    # next Hello or the lease takes the job back.
                    return
                if (pause := next(pauses, None)) is None:
                    self._log.error("cannot_fetch", generation_id=generation.id)
                    await self._take_back(key, counted=True)
                    return
                await asyncio.sleep(pause)
                continue
            except OSError as error:
                self._log.error("cannot_store", generation_id=generation.id, error=str(error))
                await asyncio.sleep(STORE_RETRY_SECONDS)
                continue
            await self._settle(key, self._outcomes.finish(key, paths, preview))
            return
        await self._settle(key, None)

    async def _current(self, key: JobKey) -> Generation | None:
        """The RUNNING row that this key belongs to, None when the result is void."""
        if key in self._held:
            return self._held[key]
        for generation in await self._rows.running():
            if generation.key == key:
                return generation
        return None

    async def _settle(self, key: JobKey, move: Awaitable[bool] | None) -> None:
        """Make the move that ends a job here, then let the engine forget it."""
        if move is not None and await move:
            self._news.moved(key.generation_id)
        self._forget(key)
        self._acknowledge_soon(key)

    def _acknowledge_soon(self, key: JobKey) -> None:
        """People first: the engine can wait for this word, and hears it again if it is lost."""

        async def acknowledge() -> None:
            await asyncio.sleep(ACKNOWLEDGE_PAUSE_SECONDS)
            await self._link.acknowledge(key)

        if self._results is not None:
            self._results.create_task(acknowledge())

    async def _take_back(self, key: JobKey, *, counted: bool) -> None:
        if await self._outcomes.requeue(key, counted=counted) is Outcome.FAILED:
            self._log.error("too_many_attempts", generation_id=key.generation_id)
        self._forget(key)
        await self._link.acknowledge(key)
        self._news.moved(key.generation_id)

    def _forget(self, key: JobKey) -> None:
        self._held.pop(key, None)
        self._fresh.discard(key)
        self._wake.set()

    # --- reconciliation -----------------------------------------------------------------------

    async def _reconcile(self, hello: Hello) -> None:
        """Bring rows and engine into step. The lock keeps new hand-overs out meanwhile."""
        if not suits(hello.info, self._pace.profile.name, self._log):
            return
        async with self._handover:
            held = {*hello.held, *self._fresh}
            running = {generation.key: generation for generation in await self._rows.running()}
            self._held = {key: running[key] for key in held & running.keys()}
            await self._rows.renew(tuple(self._held), self._lease())
            for key, generation in running.items():
                if key not in held:
                    begun = generation.begun or key in hello.interrupted
                    await self._take_back(key, counted=begun)
            for key in held - running.keys():
                await self._link.cancel(key)
                await self._link.acknowledge(key)
            for key in hello.interrupted:
                await self._link.acknowledge(key)
            self._pace.learn(hello.info.seconds_per_megapixel_step, launch=hello.info.launch_id)
            self._loras.hear(hello.info)
            self._info, self._news.engine_ready = hello.info, hello.info.ready
        self._log.info("engine_connected", model=hello.info.model, ready=hello.info.ready)
        self._wake.set()
