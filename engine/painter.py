"""Draws batches of jobs in the GPU thread, one batch after the other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import structlog
from PIL.Image import Image

from engine.batching import places
from engine.commission import Commission, Picture, commissions_of
from engine.contract import Job
from engine.deadline import Deadline
from engine.pipeline import DeviceLost, DrawRequest, OutOfMemory, Pipeline
from engine.profiles import Profile

#: Weight of the newest batch in the measured pace.
_NEWEST = 0.3
#: Most pictures drawn together where nothing else is said.
LID = 16
_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class Painting:
    """The pictures of one job as the model drew them."""

    pictures: tuple[Image, ...]
    #: Wall time of all of them; where others were drawn together with them, their part of it.
    seconds: float


class Painter:
    """A pipeline, how fast it has proved to be, and the deadline that its thread keeps."""

    def __init__(
        self,
        pipeline: Pipeline,
        profile: Profile,
        deadline: Deadline,
        clock: Callable[[], float],
        lid: int = LID,
    ) -> None:
        """`lid`: most pictures drawn together, whatever the profile says."""
        self.pipeline = pipeline
        self._profile = profile
        self._deadline = deadline
        self._clock = clock
        self._lid = lid
        #: Longest usual step by (width, height, guided, pictures).
        self._step_seconds: dict[tuple[int, int, bool, int], float] = {}
        #: Pictures that fit into memory where more did not, by (width, height, guided).
        self._fitting: dict[tuple[int, int, bool], int] = {}
        self.seconds_per_megapixel_step: float | None = None

    def warm_up(self) -> None:
        """Draws what is usually asked for: once for the kernels' sake, once to take the time."""
        width, height = self._profile.default_size
        job = Job.model_validate(
            {
                "key": {"generation_id": "warmup", "attempt": 1},
                "prompt": "warm up",
                "width": width,
                "height": height,
                "steps": self._profile.steps,
                "guidance": self._profile.guidance,
                "seed": 0,
            }
        )
        for _ in range(2):
            self.paint(job, on_step=lambda _: None, is_wanted=lambda: True)

    def paint(
        self, job: Job, on_step: Callable[[int], None], is_wanted: Callable[[], bool]
    ) -> Painting:
        """Draws all pictures of one job; see Commission and `paint_together`.

        Raises Stopped between two steps once `is_wanted` denies, and what Pipeline.draw raises.
        """
        commission = Commission(job, on_step, is_wanted)
        self.paint_together([commission])
        return self.painting(commission)

    def paint_together(self, commissions: Sequence[Commission]) -> None:
        """Draws jobs of one kind in as few batches as may be; each then has its pictures or its
        error. What goes wrong with a batch is tried again picture by picture.

        Raises DeviceLost.
        """
        waiting = [picture for one in commissions for picture in one.pictures]
        try:
            while waiting := [picture for picture in waiting if picture.is_due()]:
                self._draw(waiting[: self._places(waiting[0])])
        finally:
            self._deadline.lift()

    def painting(self, commission: Commission) -> Painting:
        """What a commission has become. Raises what ended it."""
        return Painting(pictures=commission.images(), seconds=commission.seconds)

    def _places(self, picture: Picture) -> int:
        job = picture.commission.job
        most = places(self._profile, job, self._lid)
        if most == 1:
            return 1
        most = min(most, self._fitting.get(self._shape(job), most))
        return min(most, self.pipeline.room(self._request(picture)))

    def _draw(self, pictures: Sequence[Picture]) -> None:
        """Each of `pictures` is drawn afterwards, or its commission has ended."""
        try:
            self._draw_together(pictures)
        except DeviceLost:
            raise
        except Exception as error:
            if isinstance(error, OutOfMemory):
                self._note_out_of_memory(pictures, error.shortages)
            if len(pictures) == 1:
                pictures[0].commission.error = error
                return
            # One of them, or that they are so many, is to blame; the others must not suffer.
            _log.warning("batch_failed", pictures=len(pictures), exc_info=error)
            for picture in pictures:
                if picture.is_due():
                    self._draw([picture])

    def _draw_together(self, pictures: Sequence[Picture]) -> None:
        job = pictures[0].commission.job
        shape = (*self._shape(job), len(pictures))
        usual = self._step_seconds.get(shape)
        began = last = self._clock()
        longest = 0.0

        def on_step_of(picture: Picture) -> Callable[[int], None]:
            def on_step(done: int) -> None:
                nonlocal last, longest
                now = self._clock()
                longest, last = max(longest, now - last), now
                self._deadline.expect(usual)
                picture.on_step(done)

            return on_step

        self._deadline.expect(usual)
        drawing = self.pipeline.draw_together(
            [self._request(picture) for picture in pictures],
            [on_step_of(picture) for picture in pictures],
            [picture.on_sketch for picture in pictures],
        )
        self._step_seconds[shape] = longest
        seconds = self._clock() - began
        for picture, drawn in zip(pictures, drawing.drawn, strict=True):
            picture.take(drawn)
        for commission in commissions_of(pictures):
            commission.note(drawing, pictures, seconds)
        if usual is not None and all(picture.image is not None for picture in pictures):
            self._measure(self._pace(job, seconds, len(pictures)))

    def _note_out_of_memory(self, pictures: Sequence[Picture], times: int) -> None:
        job = pictures[0].commission.job
        self._fitting[self._shape(job)] = max(1, len(pictures) // 2)
        for commission in commissions_of(pictures):
            commission.record.out_of_memory += times

    def _shape(self, job: Job) -> tuple[int, int, bool]:
        return (*self._profile.drawn_size(job.width, job.height), job.guidance > 0)

    def _request(self, picture: Picture) -> DrawRequest:
        job = picture.commission.job
        width, height = self._profile.drawn_size(job.width, job.height)
        return DrawRequest(
            prompt=job.prompt,
            negative_prompt=job.negative_prompt,
            width=width,
            height=height,
            steps=job.steps,
            guidance=job.guidance,
            seed=job.seed + picture.n,
            source=picture.commission.source,
            loras=picture.commission.loras,
        )

    def _pace(self, job: Job, seconds: float, pictures: int) -> float:
        """Seconds per megapixel-step of one picture; guidance makes two passes of each step."""
        width, height = self._profile.drawn_size(job.width, job.height)
        passes = job.passes * (2 if job.guidance > 0 else 1)
        return seconds * 1e6 / (width * height * passes * pictures)

    def _measure(self, pace: float) -> None:
        before = self.seconds_per_megapixel_step
        self.seconds_per_megapixel_step = (
            pace if before is None else before + _NEWEST * (pace - before)
        )
