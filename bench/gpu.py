"""How fast and in how much memory the full-size Z-Image-Turbo draws on this machine's card.

    python -m bench.gpu [--quick] [--only rates,latency] [--json]

Random weights: nothing is downloaded, and speed and memory are those of the real ones. It draws
with the engine's own pipeline. Sections: rates (what the card does at most), latency (a new
prompt to a PNG, compiled), batches (512 squared, several at once), steps (eager, compiled, each
attention), decoding (the decoder as it is and in ways that may be faster), memory (the card capped
to 6 to 24 GB, beside the plan). What fails is recorded as the sentence that it failed with, and
the next begins. After each row the results are written to bench/results/<card>-<date>.json; what
that file has of the same commit and card is kept.

--demo draws with the demo model, on the CPU where there is no card: to try the bench itself.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bench.card.models import Model
    from bench.card.sections import Extent, Told
    from bench.card.stand import Stand

SECTIONS = ("rates", "latency", "batches", "steps", "decoding", "memory")
RESULTS = Path(__file__).parent / "results"
#: What has to be importable. A machine with torch alone lacks some of it.
NEEDS = (
    *("torch", "diffusers", "transformers", "accelerate", "safetensors", "numpy"),
    *("PIL", "pydantic", "structlog"),
)


def main(argv: list[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    missing = [name for name in NEEDS if find_spec(name) is None]
    if missing:
        return _refuse(f"not installed here: {', '.join(missing)}; see docs/benchmarks.md")
    # Both are read when the libraries are imported.
    from engine.pipeline import allocator

    os.environ["HF_HUB_OFFLINE"] = "1"
    os.environ.setdefault("PYTORCH_ALLOC_CONF", allocator(version("torch")))
    import torch

    if not torch.cuda.is_available() and not arguments.demo:
        return _refuse(f"torch {torch.__version__} finds no card; --demo tries the bench without")
    return measure(arguments)


def measure(arguments: argparse.Namespace) -> int:
    """Runs the sections; 1 where something failed."""
    from bench.card.report import Report, about, line
    from bench.card.sections import Bench

    stand, model, extent = _setting(arguments)
    report = Report(arguments.results, about(stand, model, arguments.commit))
    bench = Bench(stand, model, extent)
    ends = time.monotonic() + arguments.minutes * 60
    failed = False
    for name, section in bench.sections().items():
        # Without the rate there is no MFU.
        if arguments.only and name not in (*arguments.only, "rates"):
            continue
        print(f"{name}:", flush=True)
        for key, value in _rows(section, bench.clear, ends):
            report.add(name, key, value)
            print(line(key, value), flush=True)
            failed = failed or key == "failed" or (isinstance(value, dict) and "failed" in value)
    if arguments.json:
        print(json.dumps(report.found, ensure_ascii=False))
    return 1 if failed else 0


def _rows(
    section: "Callable[[], Told]", clear: Callable[[], None], ends: float
) -> Iterator[tuple[str, Any]]:
    """What a section tells, and why it tells no more."""
    from bench.card.sections import sentence

    try:
        for row in section():
            yield row
            if time.monotonic() > ends:
                yield "left_out", "the rest; --minutes were over"
                return
        return
    except Exception as error:
        failed = sentence(error)
    # Outside the handler: its traceback would keep the tensors of the failed call alive.
    try:
        clear()
    except Exception as error:
        failed += f"; then {sentence(error)}"
    yield "failed", failed


def _setting(arguments: argparse.Namespace) -> "tuple[Stand, Model, Extent]":
    import torch

    from bench.card.models import DemoModel, RandomModel, z_image_turbo
    from bench.card.sections import Extent
    from bench.card.stand import CudaStand, HostStand
    from engine.profiles import profile_named

    stand: Stand = CudaStand() if torch.cuda.is_available() else HostStand()
    pictures, compiled = (1, False) if arguments.quick else (3, True)
    if arguments.demo:
        small = Extent(
            sides=(128, 256),
            usual=128,
            caps=((1, 128), (2, 256)),
            batch_side=128,
            batches=(1, 2),
            pictures=pictures,
            all_compiled=compiled,
        )
        return stand, DemoModel(stand.dtype), small
    turbo = profile_named("z-image-turbo")
    model = RandomModel(turbo, z_image_turbo, stand.dtype, stand.device)
    return stand, model, Extent(pictures=pictures, all_compiled=compiled)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.gpu")
    parser.add_argument("--quick", action="store_true", help="fewer pictures, less compiled")
    parser.add_argument("--only", type=_sections, default=(), help=f"of {', '.join(SECTIONS)}")
    parser.add_argument(
        "--minutes", type=float, default=8.0, help="begin nothing more after so many"
    )
    parser.add_argument("--demo", action="store_true", help="the demo model, to try the bench")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder for the results")
    parser.add_argument("--commit", help="what to name as the commit where git does not know")
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser


def _sections(names: str) -> tuple[str, ...]:
    wanted = tuple(names.split(","))
    unknown = [name for name in wanted if name not in SECTIONS]
    if unknown:
        raise argparse.ArgumentTypeError(f"{unknown[0]} is none of {', '.join(SECTIONS)}")
    return wanted


def _refuse(why: str) -> int:
    sys.stderr.write(f"bench.gpu: {why}\n")
    return os.EX_UNAVAILABLE


if __name__ == "__main__":
    sys.exit(main())
