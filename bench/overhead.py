"""What zdraw adds to drawing: from an update at the Bot API to the picture there, over `pipe(...)`.

    python -m bench.overhead [--pairs 30] [--threads N] [--json]

Both in one run, in turn, on the demo model at its native size: the whole of zdraw (poll, row,
queue, drawing, files, delivery) in its own processes, and the bare pipeline called in this one
for the same prompt and seed. `ratio` is that of the medians.

On a CPU the engine leaves one core free and the bare pipeline takes all of them, as each does by
itself; `--threads` gives both the same number.
"""

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from tests.fakes.telegram_api import FakeTelegram
from tests.house import House

PROMPT = "左边一个蓝色的方块，右边一个绿色的三角形"
SIDE = 256
STEPS = 8
WARM_UP = 3
ARRIVAL_SECONDS = 60.0
#: Between two measurements, so that neither pays for what the other left to do.
PAUSE_SECONDS = 0.3


def main() -> int:
    arguments = _parser().parse_args()
    if arguments.threads is not None:
        # Read by torch when it is imported, here and in the engine.
        os.environ["OMP_NUM_THREADS"] = str(arguments.threads)
    with (
        tempfile.TemporaryDirectory(prefix="zdraw-overhead-") as folder,
        FakeTelegram() as telegram,
        House(Path(folder) / "state", telegram) as house,
    ):
        house.wait_until_ready()
        whole, bare = measure(house, bare_pipeline(), arguments.pairs)
    figures = {
        "whole_ms": round(statistics.median(whole) * 1000, 1),
        "bare_ms": round(statistics.median(bare) * 1000, 1),
        "ratio": round(statistics.median(whole) / statistics.median(bare), 3),
        "pairs": arguments.pairs,
    }
    print("zdraw, update to picture, median  {whole_ms} ms".format(**figures))
    print("bare pipe(...), median            {bare_ms} ms".format(**figures))
    print("ratio                             {ratio}".format(**figures))
    if arguments.json:
        print(json.dumps(figures))
    return 0


def measure(
    house: House, draw_bare: Callable[[int], None], pairs: int
) -> tuple[list[float], list[float]]:
    """Seconds of each, in turn; the first WARM_UP pairs are left out."""
    whole, bare = [], []
    for seed in range(pairs + WARM_UP):
        time.sleep(PAUSE_SECONDS)
        whole.append(seconds_through_zdraw(house, seed))
        time.sleep(PAUSE_SECONDS)
        started = time.perf_counter()
        draw_bare(seed)
        bare.append(time.perf_counter() - started)
    return whole[WARM_UP:], bare[WARM_UP:]


def seconds_through_zdraw(house: House, seed: int) -> float:
    """From the update being there to the picture being there."""
    telegram = house.telegram
    user = 100 + seed
    sent = telegram.people.say(f"/draw {PROMPT} 尺寸 {SIDE}x{SIDE} 种子 {seed}", user=user)
    house.wait_for(lambda: telegram.pictures(user), ARRIVAL_SECONDS)
    return telegram.pictures(user)[0].at - sent.available_at


def bare_pipeline() -> Callable[[int], None]:
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

    def draw(seed: int) -> None:
        pipe(
            PROMPT,
            height=SIDE,
            width=SIDE,
            num_inference_steps=STEPS,
            guidance_scale=0.0,
            generator=torch.Generator().manual_seed(seed),
        )

    return draw


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=30, help="measurements of each")
    parser.add_argument("--threads", type=int, help="torch threads of each side")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
