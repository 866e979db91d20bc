"""How much faster queued jobs come out of the engine than out of the plain pipeline in a loop.

    python -m bench.engine [--threads 1] [--rounds 3] [--json]

In turn, in one run, on the demo model: 64 jobs handed to an engine process over its socket until
the last of their PNGs has been fetched, and the same prompts and seeds one by one through
diffusers' own pipeline in this process, whose pictures are not even encoded. Both have the same
number of torch threads. `throughput_ratio_*` is the median over the rounds.

From the log of the engine process:

    repeat_encode_ratio  seconds that the text of a prompt takes that was drawn before, over those
                         of a new one
    gap_ms               how long the GPU thread has nothing to do between two jobs, the second of
                         which waits already: the 95th percentile, with jobs that do not fit to
                         each other
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

from PIL.Image import Image

from bench.engine_under_test import EngineUnderTest
from engine.contract import Job, JobKey

SIDES = (128, 256)
JOBS = 64
STEPS = 8
#: For the text encoding, one after the other, twice.
ENCODED = 16
#: For the gap, together in the queue.
TURNS = 32
COLOURS = ("红色", "蓝色", "绿色", "黄色", "紫色", "橙色", "粉色", "黑色")
SHAPES = ("圆", "方块", "三角形", "星星", "爱心", "菱形", "太阳", "房子")
PROMPTS = [f"一个{colour}的{shape}" for colour, shape in product(COLOURS, SHAPES)]
#: Draws prompt n with seed n, at a side in pixels.
Bare = Callable[[int, int], Image]


def main() -> int:
    arguments = _parser().parse_args()
    # Read by torch when it is imported, here and in the engine.
    os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    figures = asyncio.run(measure(bare_pipeline(), arguments.rounds))
    figures["threads"] = arguments.threads
    for side in SIDES:
        print(f"{side} x {side}, 64 jobs, engine       {figures[f'engine_s_{side}']} s")
        print(f"{side} x {side}, 64 calls, bare pipe   {figures[f'bare_s_{side}']} s")
        print(f"throughput_ratio_{side}           {figures[f'throughput_ratio_{side}']}")
    print("text of a new prompt            {new_encode_ms} ms".format(**figures))
    print("text of a repeated prompt       {repeat_encode_ms} ms".format(**figures))
    print(
        "idle between two jobs           {gap_ms} ms (95 %), median {gap_median_ms} ms, longest "
        "{gap_longest_ms} ms".format(**figures)
    )
    if arguments.json:
        print(json.dumps(figures))
    return 0


async def measure(bare: Bare, rounds: int) -> dict[str, float]:
    figures: dict[str, float] = {}
    for side in SIDES:
        with tempfile.TemporaryDirectory(prefix="zdraw-engine-") as folder:
            async with EngineUnderTest(Path(folder), side) as engine:
                figures |= await throughput(engine, bare, side, rounds)
                if side == SIDES[0]:
                    figures |= await encoding(engine)
                    figures |= await gaps(engine)
    return figures


async def throughput(
    engine: EngineUnderTest, bare: Bare, side: int, rounds: int
) -> dict[str, float]:
    """Both sides in turn, after a round that is left out."""
    ours, theirs = [], []
    for number in range(rounds + 1):
        began = time.perf_counter()
        await asyncio.to_thread(_loop, bare, side)
        theirs.append(time.perf_counter() - began)
        began = time.perf_counter()
        await engine.draw(list(jobs(f"r{side}n{number}", side)))
        ours.append(time.perf_counter() - began)
    ratios = [slow / quick for slow, quick in zip(theirs, ours, strict=True)][1:]
    return {
        f"engine_s_{side}": round(statistics.median(ours[1:]), 3),
        f"bare_s_{side}": round(statistics.median(theirs[1:]), 3),
        f"throughput_ratio_{side}": round(statistics.median(ratios), 3),
    }


async def encoding(engine: EngineUnderTest) -> dict[str, float]:
    """Each prompt alone, so that its text encoding is its own."""
    seconds = {}
    for turn in ("new", "repeat"):
        for n in range(ENCODED):
            await engine.draw([_job(f"{turn}{n}", SIDES[0], f"{n} 个没有见过的圆", n)])
        ended = engine.ended(turn)
        assert {one["encodings_made"] for one in ended} == {int(turn == "new")}
        seconds[turn] = statistics.median(one["encode_seconds"] for one in ended)
    return {
        "new_encode_ms": round(seconds["new"] * 1000, 2),
        "repeat_encode_ms": round(seconds["repeat"] * 1000, 2),
        "repeat_encode_ratio": round(seconds["repeat"] / seconds["new"], 3),
    }


async def gaps(engine: EngineUnderTest) -> dict[str, float]:
    """Each has its own number of steps and so its own turn; all wait behind the first."""
    await engine.draw([_job(f"gap{n}", SIDES[0], PROMPTS[n], n, steps=n + 1) for n in range(TURNS)])
    waited = [one for one in engine.ended("gap") if one["idle_seconds"] < one["wait_seconds"]]
    idle = sorted(one["idle_seconds"] * 1000 for one in waited)
    return {
        "gap_ms": round(idle[int(0.95 * (len(idle) - 1))], 2),
        "gap_median_ms": round(statistics.median(idle), 2),
        "gap_longest_ms": round(idle[-1], 2),
        "gaps": len(idle),
    }


def _loop(bare: Bare, side: int) -> None:
    for n in range(JOBS):
        bare(n, side)


def jobs(name: str, side: int) -> Iterator[Job]:
    """What the bare pipeline draws too."""
    for n in range(JOBS):
        yield _job(f"{name}x{n}", side, PROMPTS[n], n)


def _job(name: str, side: int, prompt: str, seed: int, steps: int = STEPS) -> Job:
    return Job(
        key=JobKey(generation_id=name, attempt=1),
        prompt=prompt,
        width=side,
        height=side,
        steps=steps,
        guidance=0.0,
        seed=seed,
    )


def bare_pipeline() -> Bare:
    """The pipeline as its documentation shows it, on the demo model's weights."""
    import torch
    from diffusers import ZImagePipeline
    from diffusers.utils import logging as diffusers_logging
    from transformers.utils import logging as transformers_logging

    from engine.demo_model import WEIGHTS

    diffusers_logging.disable_progress_bar()
    transformers_logging.disable_progress_bar()
    pipe = ZImagePipeline.from_pretrained(WEIGHTS, dtype=torch.float32)
    pipe.set_progress_bar_config(disable=True)

    def draw(n: int, side: int) -> Image:
        image: Image = pipe(
            PROMPTS[n],
            height=side,
            width=side,
            num_inference_steps=STEPS,
            guidance_scale=0.0,
            generator=torch.Generator().manual_seed(n),
        ).images[0]
        return image

    return draw


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--threads", type=int, default=1, help="torch threads of each side")
    parser.add_argument("--rounds", type=int, default=3, help="of each side and size")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
