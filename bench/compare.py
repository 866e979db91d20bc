"""Two models over the same prompts: steps, seconds, memory, and their pictures side by side.

    python -m bench.compare MODEL[@STEPS[,GUIDANCE]] MODEL[@STEPS[,GUIDANCE]] [--size 1024x1024]
        [--prompts FILE] [--seed 1] [--grid compare.png] [--json]

A model is a name or a folder, as ZDRAW_MODEL takes it; what is not said is as the model usually has
it. Each side draws with the engine's own pipeline, in a process of its own, one picture at a time:
first one that does not count, then each prompt once, with the same seed. Seconds are from prompt to
pixels. Memory is the most at once: what torch held on the card, or without one all of the process.

The grid is for people to judge: a row for each prompt, in the order in which they are printed, a
column for each side.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from engine.local_model import chosen_model
from engine.profiles import Profile, UnknownModel
from engine.settings import EngineSettings

#: Scenes, counting, places, text in both languages.
PROMPTS = (
    "一位穿着汉服的女孩站在樱花树下",
    "木牌上写着「今日营业」，旁边一盏红灯笼",
    "左边三个红苹果，右边两个绿梨，木桌",
    "雨夜的霓虹街道，一只黑猫撑着伞",
    "a red fox in the snow, oil painting",
    'a shop window with the words "OPEN LATE" in neon',
)
ROOT = Path(__file__).parents[1]
#: Of the grid, in pixels.
TILE, GAP, HEADER = 256, 8, 28


class Refused(Exception):
    """One line that says what is wrong with the question, or with a side."""


@dataclass(frozen=True, kw_only=True)
class Side:
    """How one of the two draws."""

    model: str
    folder: str
    steps: int
    guidance: float
    width: int
    height: int

    @property
    def label(self) -> str:
        """In the table and over the column."""
        guided = f", guidance {self.guidance:g}" if self.guidance else ""
        return f"{self.model}, {self.steps} steps{guided}"


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a side took."""

    seconds: tuple[float, ...]
    peak_bytes: int
    device: str

    @property
    def mean(self) -> float:
        return sum(self.seconds) / len(self.seconds)


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        prompts = _prompts(arguments.prompts)
        sides = [side_of(told, arguments.size) for told in (arguments.left, arguments.right)]
        with tempfile.TemporaryDirectory() as folder:
            drawn = [Path(folder) / str(n) for n in range(2)]
            measured = [
                _measured(side, prompts, arguments.seed, into)
                for side, into in zip(sides, drawn, strict=True)
            ]
            grid(sides, drawn, len(prompts)).save(arguments.grid)
    except Refused as error:
        print(f"bench.compare: {error}", file=sys.stderr)
        return os.EX_DATAERR
    _print(sides, measured, prompts, arguments.grid)
    if arguments.json:
        print(json.dumps(_figures(sides, measured, arguments.grid), ensure_ascii=False))
    return 0


def side_of(told: str, size: tuple[int, int] | None) -> Side:
    """What `MODEL[@STEPS[,GUIDANCE]]` means. Raises Refused."""
    name, _, how = told.partition("@")
    steps, _, guidance = how.partition(",")
    try:
        profile = chosen_model(name)
        side = Side(
            model=profile.name,
            folder=str(EngineSettings(model=name).weights_folder(profile).absolute()),
            steps=int(steps) if steps else profile.steps,
            guidance=float(guidance) if guidance else profile.guidance,
            width=(size or profile.default_size)[0],
            height=(size or profile.default_size)[1],
        )
    except UnknownModel as error:
        raise Refused(str(error)) from None
    except ValueError:
        raise Refused(f"{told}: after @ come steps, and behind a comma guidance") from None
    _check(side, profile)
    return side


def _check(side: Side, profile: Profile) -> None:
    sides = (side.width, side.height)
    if not all(profile.min_side <= s <= profile.max_side for s in sides) or any(
        s % profile.multiple for s in sides
    ):
        raise Refused(
            f"{profile.name} draws no {side.width}x{side.height}: multiples of {profile.multiple} "
            f"from {profile.min_side} to {profile.max_side}"
        )
    if not profile.min_steps <= side.steps <= profile.max_steps:
        raise Refused(f"{profile.name} takes {profile.min_steps} to {profile.max_steps} steps")
    if not 0 <= side.guidance <= profile.max_guidance:
        raise Refused(f"{profile.name} takes guidance 0 to {profile.max_guidance:g}")


def _measured(side: Side, prompts: Sequence[str], seed: int, into: Path) -> Measured:
    into.mkdir()
    asked = {"side": asdict(side), "prompts": prompts, "seed": seed, "into": str(into)}
    done = subprocess.run(
        [sys.executable, "-m", "bench.compare_side"],
        input=json.dumps(asked),
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), *sys.path[1:]])},
        check=False,
    )
    if done.returncode != 0:
        raise Refused(f"{side.label}: {done.stdout.strip() or f'ended with {done.returncode}'}")
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return Measured(
        seconds=tuple(told["seconds"]), peak_bytes=told["peak_bytes"], device=told["device"]
    )


def grid(sides: Sequence[Side], drawn: Sequence[Path], rows: int) -> Image.Image:
    """Pictures `1.png` to `rows`.png of each folder of `drawn`, a column each."""
    size = (len(sides) * (TILE + GAP) + GAP, rows * (TILE + GAP) + GAP + HEADER)
    canvas = Image.new("RGB", size, "white")
    pen, font = ImageDraw.Draw(canvas), ImageFont.load_default(13)
    for column, (side, folder) in enumerate(zip(sides, drawn, strict=True)):
        left = GAP + column * (TILE + GAP)
        pen.text((left, GAP), side.label, fill="black", font=font)
        for row in range(rows):
            picture = Image.open(folder / f"{row + 1}.png")
            picture.thumbnail((TILE, TILE), Image.Resampling.LANCZOS)
            canvas.paste(picture, (left, HEADER + GAP + row * (TILE + GAP)))
    return canvas


def _print(
    sides: Sequence[Side], measured: Sequence[Measured], prompts: Sequence[str], target: Path
) -> None:
    for n, prompt in enumerate(prompts, 1):
        print(f"{n}. {prompt}")
    print("\n| model | steps | guidance | size | seconds a picture | peak memory | on |")
    print("| --- | --- | --- | --- | --- | --- | --- |")
    for side, one in zip(sides, measured, strict=True):
        cells = (
            *(side.model, side.steps, f"{side.guidance:g}", f"{side.width}x{side.height}"),
            *(f"{one.mean:.2f}", f"{one.peak_bytes / 1e9:.2f} GB", one.device),
        )
        print(f"| {' | '.join(map(str, cells))} |")
    print(f"\npictures: {target}")


def _figures(sides: Sequence[Side], measured: Sequence[Measured], target: Path) -> dict[str, Any]:
    told = [
        {
            **{name: value for name, value in asdict(side).items() if name != "folder"},
            "mean_seconds": round(one.mean, 4),
            "peak_bytes": one.peak_bytes,
            "device": one.device,
        }
        for side, one in zip(sides, measured, strict=True)
    ]
    ratio = measured[1].mean / measured[0].mean
    return {"left": told[0], "right": told[1], "ratio": round(ratio, 3), "grid": str(target)}


def _prompts(file: Path | None) -> list[str]:
    if file is None:
        return list(PROMPTS)
    try:
        found = [line.strip() for line in file.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"cannot read {file}: {error}") from None
    prompts = [line for line in found if line]
    if not prompts:
        raise Refused(f"no prompt in {file}")
    return prompts


def _size(told: str) -> tuple[int, int]:
    width, _, height = told.partition("x")
    return int(width), int(height)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("left", metavar="MODEL[@STEPS[,GUIDANCE]]")
    parser.add_argument("right", metavar="MODEL[@STEPS[,GUIDANCE]]")
    parser.add_argument("--size", type=_size, help="of both, as 1024x1024; else each one's own")
    parser.add_argument("--prompts", type=Path, help="a file with a prompt in each line")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--grid", type=Path, default=Path("compare.png"))
    parser.add_argument("--json", action="store_true", help="last line: one JSON object")
    return parser


if __name__ == "__main__":
    sys.exit(main())
