"""One side of bench.compare, in a process of its own: reads what to do as JSON, prints what it
took as JSON, last."""

import json
import sys
import time
from dataclasses import replace
from pathlib import Path

from engine.local_model import chosen_model
from engine.pipeline import DrawRequest, Pipeline, PipelineError, open_pipeline
from engine.profiles import row_named
from engine.settings import EngineSettings

_WARM_UP = "两个同心圆 two circles"


def main() -> int:
    asked = json.load(sys.stdin)
    side, folder = asked["side"], Path(asked["side"]["folder"])
    # A folder's model goes by its folder, a row by its name.
    profile = chosen_model(side["model"] if row_named(side["model"]) else str(folder))
    width, height = profile.drawn_size(side["width"], side["height"])
    requests = [
        DrawRequest(
            prompt=prompt,
            negative_prompt="",
            width=width,
            height=height,
            steps=side["steps"],
            guidance=side["guidance"],
            seed=asked["seed"],
        )
        for prompt in asked["prompts"]
    ]
    try:
        pipeline = open_pipeline(profile, folder, EngineSettings().memory_options())
        # Another prompt: what was drawn once is not encoded again.
        pipeline.draw(replace(requests[0], prompt=_WARM_UP), lambda _: None)
        seconds = [
            _drawn(pipeline, request, Path(asked["into"]) / f"{n}.png", side)
            for n, request in enumerate(requests, 1)
        ]
    except PipelineError as error:
        print(" ".join(str(error).split()) or type(error).__name__)
        return 1
    told = {"seconds": seconds, "peak_bytes": _peak_bytes(), "device": pipeline.device}
    print(json.dumps(told))
    return 0


def _drawn(pipeline: Pipeline, request: DrawRequest, target: Path, side: dict[str, int]) -> float:
    began = time.perf_counter()
    picture = pipeline.draw(request, lambda _: None)
    seconds = time.perf_counter() - began
    if picture.size != (side["width"], side["height"]):
        picture = picture.resize((side["width"], side["height"]))
    picture.save(target, compress_level=1)
    return seconds


def _peak_bytes() -> int:
    import torch

    if torch.cuda.is_available():
        return torch.cuda.max_memory_reserved()
    told = Path("/proc/self/status").read_text().splitlines()
    (peak,) = (line.split()[1] for line in told if line.startswith("VmHWM:"))
    return int(peak) * 1024


if __name__ == "__main__":
    sys.exit(main())
