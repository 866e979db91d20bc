"""Batches on their way: from the queue through the GPU thread and the encoders to results."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

import structlog

from engine import encode, finishing
from engine.batching import Batching
from engine.contract import ErrorCode, Failed, Finished, Job, Progress, Started
from engine.desk import Desk
from engine.job_queue import JobQueue
from engine.loras.library import BadLora
from engine.open_job import OpenJob, named
from engine.painter import Painter, Painting
from engine.pipeline import DeviceLost, Input, Worn
from engine.spool import Spool
from engine.turn import Drawn, Turn

#: Batches between the queue and their results: one in the GPU thread, one chosen to follow it, the
#: others being encoded. More would pile up pictures in memory.
_IN_HAND = 4
_log = structlog.get_logger()


class Runner:
    """Owns the way of a job from the queue to its result; `run` never ends by itself."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        desk: Desk,
        spool: Spool,
        read: Callable[[Job], Input | None],
        wear: Callable[[Job], tuple[Worn, ...]],
        painter: Painter,
        batching: Batching,
        gpu: Executor,
        encoders: Executor,
        clock: Callable[[], float],
        made_by: tuple[str, str],
    ) -> None:
        """`read` gives what a job begins from. `wear` gives its LoRAs, or raises BadLora. `gpu` has
        one thread. `made_by` is the model's name and the engine's version."""
        self._queue = queue
        self._desk = desk
        self._spool = spool
        self._read = read
        self._wear = wear
        self._painter = painter
        self._batching = batching
        self._gpu = gpu
        self._encoders = encoders
        self._clock = clock
        self._made_by = made_by
        self._in_hand = asyncio.Semaphore(_IN_HAND)
        #: These belong to the GPU thread: when it last had nothing more to do, and what it can
        #: never draw again after.
        self._free_since = clock()
        self._lost: DeviceLost | None = None

    async def run(self) -> None:
        """Draws what comes, until cancelled.

        The next batch is chosen while the last one is decoded, and waits for the GPU thread there:
        the way through the event loop costs that thread nothing.
        """
        loop = asyncio.get_running_loop()
        unsettled: set[asyncio.Task[None]] = set()
        async with asyncio.TaskGroup() as endings:
            while True:
                await self._in_hand.acquire()
                batch = await self._next_batch()
                if unsettled and batch[0].job.alone:
                    # It may end the engine, and must not take pictures along that are drawn.
                    await asyncio.wait(unsettled)
                turn = Turn(batch, self._painter, self._spool, self._clock, self._announce)
                drawing = loop.run_in_executor(self._gpu, self._in_gpu_thread, turn)
                ending = endings.create_task(self._finish(turn, drawing))
                unsettled.add(ending)
                ending.add_done_callback(unsettled.discard)
                await turn.nearly_over.wait()

    async def _next_batch(self) -> list[OpenJob]:
        """The job that waited longest, and what is queued now that fits to it."""
        while True:
            first = await self._queue.take()
            jobs = [first]
            places = self._batching.places(first) - first.count
            if places > 0:
                jobs += self._queue.take_more(partial(self._batching.joins, first=first), places)
            batch = [opened for job in jobs if (opened := self._desk.opened(job.key)) is not None]
            batch = [opened for opened in batch if await self._has_all(opened)]
            self._queue.done(len(jobs) - len(batch))
            for opened in batch:
                opened.record.queue_depth = len(self._queue.waiting())
                # They share the layers, and between two reads a file may have been replaced.
                opened.loras = batch[0].loras
            if batch:
                return batch

    async def _has_all(self, opened: OpenJob) -> bool:
        """Reads what the job begins from and its LoRAs, while the batch before it is drawn; False
        where that fails."""
        job = opened.job
        if job.source is None and not job.loras:
            return True
        run = partial(asyncio.get_running_loop().run_in_executor, self._encoders)
        try:
            opened.source, opened.loras = await run(self._read, job), await run(self._wear, job)
        except BadLora as bad:
            failed = Failed(key=opened.key, code=ErrorCode.UNFIT_LORA, data={**bad.data})
        except Exception:
            _log.exception("inputs_unreadable", **named(opened.key))
            failed = Failed(key=opened.key, code=ErrorCode.ENGINE_ERROR)
        else:
            return True
        await self._desk.settle(opened, failed, {})
        return False

    def _in_gpu_thread(self, turn: Turn) -> list[Drawn]:
        if self._lost is not None:
            # Chosen before it was known: not begun, so that its attempt does not count.
            raise self._lost
        try:
            return turn.take(self._free_since)
        except DeviceLost as lost:
            # Ends the process: the next one has a new context, and tells that these had begun.
            self._lost = lost
            raise
        finally:
            self._free_since = self._clock()

    async def _finish(self, turn: Turn, drawing: asyncio.Future[list[Drawn]]) -> None:
        try:
            drawn = await drawing
        finally:
            self._queue.done(len(turn.batch))
            turn.nearly_over.set()
        try:
            async with asyncio.TaskGroup() as ends:
                for opened, outcome in zip(turn.batch, drawn, strict=True):
                    ends.create_task(self._end(opened, outcome))
        finally:
            self._in_hand.release()

    def _announce(self, opened: OpenJob, event: Started | Progress) -> None:
        if self._desk.opened(opened.key) is opened:
            self._desk.announce(event)

    async def _end(self, opened: OpenJob, drawn: Drawn) -> None:
        if isinstance(drawn, OSError):
            await self._desk.give_back(opened, drawn)
            return
        if not isinstance(drawn, Painting):
            await self._desk.settle(opened, drawn, {})
            return
        began = self._clock()
        try:
            files = await self._encode(opened, drawn)
        except Exception:
            _log.exception("encoding_failed", **named(opened.key))
            failed = Failed(key=opened.key, code=ErrorCode.ENGINE_ERROR)
            await self._desk.settle(opened, failed, {})
            return
        opened.record.png_seconds = self._clock() - began
        await self._desk.settle(opened, _finished(opened.job, drawn), files)

    async def _encode(self, opened: OpenJob, painting: Painting) -> dict[str, bytes]:
        job = opened.job
        run = partial(asyncio.get_running_loop().run_in_executor, self._encoders)
        full = await asyncio.gather(
            *(run(encode.enlarged, drawn, job.width, job.height) for drawn in painting.pictures)
        )
        if job.enhance:
            mask = opened.source.mask if opened.source else None
            full = await asyncio.gather(*(run(finishing.finished, one, mask) for one in full))
        drawn = painting.pictures[0].size
        model, version = self._made_by
        told = (
            encode.origin(job, n, drawn, model, version, opened.loras) for n in range(len(full))
        )
        preview, *pngs = await asyncio.gather(
            run(encode.preview, full), *map(partial(run, encode.png), full, told)
        )
        return {"preview.jpg": preview} | {f"{n}.png": png for n, png in enumerate(pngs, 1)}


def _finished(job: Job, painting: Painting) -> Finished:
    width, height = painting.pictures[0].size
    return Finished(
        key=job.key,
        pictures=len(painting.pictures),
        drawn_width=width,
        drawn_height=height,
        seconds=painting.seconds,
    )
