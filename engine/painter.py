"""Draws one job after the other in the GPU thread."""

from collections.abc import Callable
from dataclasses import dataclass

from PIL.Image import Image

from engine.contract import Job
from engine.deadline import Deadline
from engine.pipeline import DrawRequest, Pipeline, Stopped
from engine.profiles import Profile

#: Weight of the newest job in the measured pace.
_NEWEST = 0.3


@dataclass(frozen=True, kw_only=True)
class Painting:
    """The pictures of one job as the model drew them."""

    pictures: tuple[Image, ...]
    #: Wall time of all of them.
    seconds: float
    #: Measured pace after this job.
    seconds_per_megapixel_step: float


class Painter:
    """A pipeline, how fast it has proved to be, and the deadline that its thread keeps."""

    def __init__(
        self,
        pipeline: Pipeline,
        profile: Profile,
        deadline: Deadline,
        clock: Callable[[], float],
    ) -> None:
        self.pipeline = pipeline
        self._profile = profile
        self._deadline = deadline
        self._clock = clock
        #: Longest usual step by (width, height, guided).
        self._step_seconds: dict[tuple[int, int, bool], float] = {}
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
        """Draws all pictures of `job`; `on_step` hears how many steps are done over all of them.

        Raises Stopped between two steps once `is_wanted` denies, and what Pipeline.draw raises.
        """
        if not is_wanted():
            raise Stopped
        began = self._clock()
        try:
            pictures = tuple(self._picture(job, n, on_step, is_wanted) for n in range(job.count))
        finally:
            self._deadline.lift()
        seconds = self._clock() - began
        return Painting(
            pictures=pictures,
            seconds=seconds,
            seconds_per_megapixel_step=self.seconds_per_megapixel_step or self._pace(job, seconds),
        )

    def _picture(
        self, job: Job, n: int, on_step: Callable[[int], None], is_wanted: Callable[[], bool]
    ) -> Image:
        width, height = self._profile.drawn_size(job.width, job.height)
        shape = (width, height, job.guidance > 0)
        usual = self._step_seconds.get(shape)
        furthest = 0
        began = last = self._clock()
        longest = 0.0

        def after_step(done: int) -> None:
            nonlocal furthest, last, longest
            if not is_wanted():
                raise Stopped
            now = self._clock()
            longest, last = max(longest, now - last), now
            self._deadline.expect(usual)
            # A picture that is redone counts from 1 again; people see progress stand, not fall.
            if done > furthest:
                furthest = done
                on_step(n * job.steps + done)

        self._deadline.expect(usual)
        picture = self.pipeline.draw(self._request(job, n, width, height), after_step)
        self._step_seconds[shape] = longest
        if usual is not None:
            self._measure(self._pace(job, self._clock() - began))
        return picture

    @staticmethod
    def _request(job: Job, n: int, width: int, height: int) -> DrawRequest:
        return DrawRequest(
            prompt=job.prompt,
            negative_prompt=job.negative_prompt,
            width=width,
            height=height,
            steps=job.steps,
            guidance=job.guidance,
            seed=job.seed + n,
        )

    def _pace(self, job: Job, seconds: float) -> float:
        """Seconds per megapixel-step of one picture; guidance makes two passes of each step."""
        width, height = self._profile.drawn_size(job.width, job.height)
        passes = job.steps * (2 if job.guidance > 0 else 1)
        return seconds * 1e6 / (width * height * passes)

    def _measure(self, pace: float) -> None:
        before = self.seconds_per_megapixel_step
        self.seconds_per_megapixel_step = (
            pace if before is None else before + _NEWEST * (pace - before)
        )
