"""One GPU job at a time: from the queue through the GPU thread and the encoders to a result."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from functools import partial

import structlog

from engine import encode
from engine.contract import ErrorCode, Failed, Finished, Job, Progress, Result, Returned, Started
from engine.desk import Desk
from engine.job_queue import JobQueue
from engine.open_job import OpenJob, named
from engine.painter import Painter, Painting
from engine.pipeline import BadPicture, DeviceLost, OutOfMemory, Stopped
from engine.spool import Spool

#: Jobs between the queue and their result: one in the GPU thread, the others being encoded.
#: More would pile up pictures in memory.
_IN_HAND = 3
#: At most one Progress in so many seconds: waking the event loop costs a small model time.
PROGRESS_SECONDS = 0.05
_log = structlog.get_logger()


class Runner:
    """Owns the way of a job from the queue to its result; `run` never ends by itself."""

    def __init__(
        self,
        *,
        queue: JobQueue,
        desk: Desk,
        spool: Spool,
        painter: Painter,
        gpu: Executor,
        encoders: Executor,
        clock: Callable[[], float],
        made_by: tuple[str, str],
    ) -> None:
        """`gpu` has one thread. `made_by` is the model's name and the engine's version."""
        self._queue = queue
        self._desk = desk
        self._spool = spool
        self._painter = painter
        self._gpu = gpu
        self._encoders = encoders
        self._clock = clock
        self._made_by = made_by
        self._in_hand = asyncio.Semaphore(_IN_HAND)

    async def run(self) -> None:
        """Draws what comes, until cancelled. The next job is drawn while the last is encoded."""
        async with asyncio.TaskGroup() as endings:
            while True:
                await self._in_hand.acquire()
                job = await self._queue.take()
                opened = self._desk.opened(job.key)
                if opened is None:
                    self._in_hand.release()
                else:
                    endings.create_task(self._end(opened, await self._paint(opened)))
                self._queue.done()

    async def _paint(self, opened: OpenJob) -> Painting | Result | OSError:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._gpu, self._in_gpu_thread, opened, loop)

    def _in_gpu_thread(
        self, opened: OpenJob, loop: asyncio.AbstractEventLoop
    ) -> Painting | Result | OSError:
        """What came of it; an OSError says that the disk did not take the note of its beginning."""
        key = opened.key

        def announce(event: Started | Progress) -> None:
            loop.call_soon_threadsafe(self._announce, opened, event)

        try:
            if opened.end_as is None:
                # On disk before anybody hears of it: a kill right after still counts the attempt.
                self._spool.begin(key)
                announce(Started(key=key))
        except OSError as error:
            return error
        try:
            return self._painter.paint(
                opened.job, self._progress(opened.job, announce), lambda: opened.end_as is None
            )
        except Stopped:
            return (opened.end_as or Returned)(key=key)
        except BadPicture:
            return Failed(key=key, code=ErrorCode.BAD_PICTURE)
        except OutOfMemory:
            size = {"width": opened.job.width, "height": opened.job.height}
            return Failed(key=key, code=ErrorCode.OUT_OF_MEMORY, data=size)
        except DeviceLost:
            # Ends the process: the next one has a new context and tells that this job had begun.
            raise
        except Exception:
            # A bug must cost one job, not the engine.
            _log.exception("drawing_failed", **named(key))
            return Failed(key=key, code=ErrorCode.ENGINE_ERROR)

    def _progress(self, job: Job, announce: Callable[[Progress], None]) -> Callable[[int], None]:
        steps = job.steps * job.count
        due = 0.0

        def on_step(step: int) -> None:
            nonlocal due
            now = self._clock()
            if now >= due:
                due = now + PROGRESS_SECONDS
                announce(Progress(key=job.key, step=step, steps=steps))

        return on_step

    def _announce(self, opened: OpenJob, event: Started | Progress) -> None:
        if self._desk.opened(opened.key) is opened:
            self._desk.announce(event)

    async def _end(self, opened: OpenJob, drawn: Painting | Result | OSError) -> None:
        try:
            if isinstance(drawn, OSError):
                await self._desk.give_back(opened, drawn)
                return
            if not isinstance(drawn, Painting):
                await self._desk.settle(opened, drawn, {})
                return
            try:
                files = await self._encode(opened.job, drawn)
            except Exception:
                _log.exception("encoding_failed", **named(opened.key))
                failed = Failed(key=opened.key, code=ErrorCode.ENGINE_ERROR)
                await self._desk.settle(opened, failed, {})
                return
            await self._desk.settle(opened, _finished(opened.job, drawn), files)
        finally:
            self._in_hand.release()

    async def _encode(self, job: Job, painting: Painting) -> dict[str, bytes]:
        run = partial(asyncio.get_running_loop().run_in_executor, self._encoders)
        full = await asyncio.gather(
            *(run(encode.enlarged, drawn, job.width, job.height) for drawn in painting.pictures)
        )
        drawn = painting.pictures[0].size
        model, version = self._made_by
        preview, *pngs = await asyncio.gather(
            run(encode.preview, full),
            *(
                run(encode.png, picture, encode.origin(job, n, drawn, model, version))
                for n, picture in enumerate(full)
            ),
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
        seconds_per_megapixel_step=painting.seconds_per_megapixel_step,
    )
