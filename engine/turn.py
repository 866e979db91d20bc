"""One batch's turn in the GPU thread."""

import asyncio
from collections.abc import Callable, Sequence

import structlog
from PIL.Image import Image

from engine.commission import Commission
from engine.contract import ErrorCode, Failed, Progress, Result, Returned, Started
from engine.open_job import OpenJob, named
from engine.painter import Painter, Painting
from engine.pipeline import BadPicture, OnSketch, OutOfMemory, Stopped
from engine.spool import Spool

#: At most one Progress of a job in so many seconds: waking the event loop costs a small model
#: time.
PROGRESS_SECONDS = 0.05
_log = structlog.get_logger()
#: What comes of a job: an OSError says that the disk did not take the note of its beginning.
Drawn = Painting | Result | OSError


class Turn:
    """Made in the event loop; `take` is for the GPU thread."""

    def __init__(
        self,
        batch: Sequence[OpenJob],
        painter: Painter,
        spool: Spool,
        clock: Callable[[], float],
        announce: Callable[[OpenJob, Started | Progress], None],
    ) -> None:
        """`announce` is called in the event loop. `batch` is of one kind."""
        self.batch = tuple(batch)
        #: Set when the last step is done, before the decoding: time to choose the next batch.
        self.nearly_over = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._painter = painter
        self._spool = spool
        self._clock = clock
        self._announce = announce
        self._through: set[OpenJob] = set()

    def take(self, free_since: float) -> list[Drawn]:
        """Draws the batch; what came of each of it, in order. Raises DeviceLost.

        `free_since`: when the thread last had nothing more to do.
        """
        self._note_waits(free_since)
        outcomes: dict[OpenJob, Drawn] = {}
        begun: list[tuple[OpenJob, Commission]] = []
        for opened in self.batch:
            try:
                self._begin(opened)
            except OSError as error:
                outcomes[opened] = error
            else:
                begun.append((opened, self._commission(opened)))
        self._painter.paint_together([commission for _, commission in begun])
        free = self._painter.pipeline.free_bytes()
        for opened, _ in begun:
            opened.record.device_free_bytes = free
        outcomes |= {opened: self._outcome(opened, commission) for opened, commission in begun}
        return [outcomes[opened] for opened in self.batch]

    def _note_waits(self, free_since: float) -> None:
        now = self._clock()
        for opened in self.batch:
            opened.record.wait_seconds = now - opened.accepted
            opened.record.idle_seconds = now - max(free_since, opened.accepted)

    def _begin(self, opened: OpenJob) -> None:
        if opened.end_as is None:
            # On disk before anybody hears of it: a kill right after still counts the attempt.
            self._spool.begin(opened.key)
            self._tell(opened, Started(key=opened.key))

    def _commission(self, opened: OpenJob) -> Commission:
        return Commission(
            opened.job,
            self._progress(opened),
            lambda: opened.end_as is None,
            opened.record,
            _sketching(opened),
            opened.source,
            opened.loras,
        )

    def _progress(self, opened: OpenJob) -> Callable[[int], None]:
        steps = opened.job.passes * opened.job.count
        due = 0.0

        def on_step(step: int) -> None:
            nonlocal due
            now = self._clock()
            if now >= due:
                due = now + PROGRESS_SECONDS
                self._tell(opened, Progress(key=opened.key, step=step, steps=steps))
            if step == steps:
                self._note_through(opened)

        return on_step

    def _note_through(self, opened: OpenJob) -> None:
        self._through.add(opened)
        if all(one in self._through or one.end_as is not None for one in self.batch):
            self._loop.call_soon_threadsafe(self.nearly_over.set)

    def _outcome(self, opened: OpenJob, commission: Commission) -> Painting | Result:
        key = opened.key
        try:
            return self._painter.painting(commission)
        except Stopped:
            return (opened.end_as or Returned)(key=key)
        except BadPicture:
            names: dict[str, object] = {"loras": [lora.name for lora in opened.job.loras]}
            data = names if opened.job.loras else {}
            return Failed(key=key, code=ErrorCode.BAD_PICTURE, data=data)
        except OutOfMemory:
            size = {"width": opened.job.width, "height": opened.job.height}
            return Failed(key=key, code=ErrorCode.OUT_OF_MEMORY, data=size)
        except Exception:
            # A bug must cost one job, not the engine.
            _log.exception("drawing_failed", **named(key))
            return Failed(key=key, code=ErrorCode.ENGINE_ERROR)

    def _tell(self, opened: OpenJob, event: Started | Progress) -> None:
        self._loop.call_soon_threadsafe(self._announce, opened, event)


def _sketching(opened: OpenJob) -> OnSketch:
    """For those who look on: making a sketch takes time."""

    def on_sketch(make: Callable[[], Image]) -> None:
        if opened.is_watched:
            opened.sketch = make()

    return on_sketch
