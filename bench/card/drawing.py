"""One laid out pipeline of the engine, and what a picture of it takes."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

from bench.card.models import Model
from bench.card.stand import Stand
from engine import encode
from engine.contract import Job, JobKey
from engine.memory.cards import GIB, Host
from engine.memory.costs import Phases
from engine.pipeline import DrawRequest
from engine.pipelines import guarded_loop
from engine.pipelines.blocks import blocks_of
from engine.pipelines.compiled import forget
from engine.pipelines.placement import Placement
from engine.pipelines.zimage import ZImage

#: Enough that main memory decides nothing.
MUCH = Host(total=1024 * GIB)
#: With the template 65 to 96 tokens of the demo model's tokenizer, as USUAL_TOKENS has it.
PROMPT = (
    "左边一个红色的圆，右边一个蓝色的方块，上面一个黄色的太阳，下面一座绿色的房子，"
    "第 {n} 张，粉色背景，中间五个紫色的爱心和一个橙色的星星"
)


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Seconds of one call."""

    encode: float
    denoise: float
    decode: float
    png: float
    total: float
    #: Each step's, the first one without what comes before it.
    steps: tuple[float, ...]


class Watched(Placement):
    """The engine's placement, with the peak of each phase."""

    def __init__(self, stand: Stand, pipe: Any, model: Model, memory: Any) -> None:
        self.peaks: list[tuple[int, int]] = []
        self._stand = stand
        super().__init__(pipe, model.profile, stand.storage, memory, MUCH)

    @contextmanager
    def phase(self) -> Iterator[None]:
        """See Placement."""
        self._stand.begin_peak()
        with super().phase():
            yield
            peak = self._stand.peak()
        if peak is not None:
            self.peaks.append(peak)


class Laid:
    """A pipeline as the engine lays it out on the device, or on `gigabytes` of it."""

    def __init__(
        self, stand: Stand, model: Model, gigabytes: float | None = None, watched: bool = False
    ) -> None:
        """`watched`: each phase's peak is taken, which makes it wait for the device."""
        self._stand = stand
        self._model = model
        self._pipe = model.fresh()
        self._said = 0
        memory = stand.memory(gigabytes)

        def place() -> Placement:
            if watched:
                return Watched(stand, self._pipe, model, memory)
            return Placement(self._pipe, model.profile, stand.storage, memory, MUCH)

        began = time.perf_counter()
        self.drawing = ZImage(self._pipe, model.folder, place)
        self.placement: Any = self.drawing._placement
        self.seconds = time.perf_counter() - began

    @property
    def is_compiled(self) -> bool:
        """Whether its blocks are."""
        return "forward" in vars(blocks_of(self._pipe.transformer)[0])

    @property
    def tokens(self) -> int:
        """Of a prompt as `draw` makes it, the template's included."""
        text = "".join((self.drawing.template[0], PROMPT.format(n=10), self.drawing.template[1]))
        return len(self._pipe.tokenizer(text).input_ids)

    def speed_up(self, compiled: bool, backend: str | None = None) -> str:
        """As ZImage.speed_up; what was compiled before is forgotten."""
        forget(self._pipe.transformer)
        return self.drawing.speed_up(compiled, backend, self._stand.compiler)

    @contextmanager
    def unguarded(self) -> Iterator[None]:
        """Nobody waits after each step to see whether it is finite: what that costs."""
        module: Any = guarded_loop
        usual = module.are_finite
        module.are_finite = lambda rows: [True] * len(rows)
        try:
            yield
        finally:
            module.are_finite = usual

    def draw(self, side: int, steps: int | None = None, pictures: int = 1) -> Taken:
        """`pictures` of `side` squared, of prompts that it has not seen: from the text to PNGs."""
        requests = [self._request(side, steps) for _ in range(pictures)]
        ends: list[float] = []
        self._stand.wait()
        began = time.perf_counter()
        drawing = self.drawing.draw_together(
            requests, [lambda _: ends.append(time.perf_counter())] * pictures
        )
        drawn = time.perf_counter()
        for request, one in zip(requests, drawing.drawn, strict=True):
            if isinstance(one.image, Exception):
                raise one.image
            encode.png(one.image, _origin(request))
        # Each picture is told of each step, one right after the other.
        ends = ends[::pictures]
        return Taken(
            encode=drawing.encode_seconds,
            denoise=drawing.denoise_seconds,
            decode=drawing.decode_seconds,
            png=time.perf_counter() - drawn,
            total=time.perf_counter() - began,
            steps=tuple(end - start for start, end in pairwise(ends)),
        )

    def _request(self, side: int, steps: int | None) -> DrawRequest:
        self._said += 1
        return DrawRequest(
            prompt=PROMPT.format(n=10 + self._said % 90) + "。" * (self._said // 90),
            negative_prompt="",
            width=side,
            height=side,
            steps=steps or self._model.profile.steps,
            guidance=0.0,
            seed=self._said,
        )


def typical(taken: Sequence[Taken]) -> dict[str, float]:
    """Medians, in seconds."""
    means = {
        f"{name}_s": round(median(getattr(one, name) for one in taken), 4)
        for name in ("encode", "denoise", "decode", "png", "total")
    }
    steps = [step for one in taken for step in one.steps]
    return {**means, "step_s": round(median(steps), 5)} if steps else means


def in_gib(phases: Phases) -> dict[str, float]:
    """Bytes of each phase in GiB."""
    return {name: round(getattr(phases, name) / GIB, 2) for name in ("encode", "denoise", "decode")}


def _origin(request: DrawRequest) -> Any:
    job = Job(
        key=JobKey(generation_id="bench", attempt=1),
        prompt=request.prompt,
        width=request.width,
        height=request.height,
        steps=request.steps,
        guidance=request.guidance,
        seed=request.seed,
    )
    return encode.origin(job, 0, (request.width, request.height), "bench", "0")
