"""How well the demo model obeys: `python -m bench.obedience [--n 200] [--json]`.

Draws prompts that training never saw with the committed weights (8 steps, guidance 0) and lets the
checker look. Every caption was kept out of training by its checksum, and half of the scenes have a
pair of colour and shape that was held out too. The checker is tried on perfect pictures first.
"""

from __future__ import annotations

import argparse
import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import torch
from diffusers import ZImagePipeline
from diffusers.utils import logging as diffusers_logging
from PIL import Image
from rich.progress import track

from engine.demo_model import WEIGHTS
from engine.demo_model.train.captions import pick_language, reserved_caption
from engine.demo_model.train.checker import ATTRIBUTES, check
from engine.demo_model.train.handwritten import handwritten
from engine.demo_model.train.scenes import SIZE, Scene, random_scene, render

STEPS: Final = 8
SEED: Final = 20_261_121
COLUMNS: Final = (*ATTRIBUTES, "all")
SHEET_COLUMNS: Final = 8


@dataclass(frozen=True)
class Prompt:
    """A prompt, the scene it asks for, and the groups it is counted in."""

    text: str
    scene: Scene
    groups: tuple[str, ...]


@dataclass
class Tally:
    """Right answers and questions asked, by attribute."""

    right: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))
    asked: dict[str, int] = field(default_factory=lambda: dict.fromkeys(COLUMNS, 0))

    def add(self, result: dict[str, bool | None]) -> None:
        for name in COLUMNS:
            if result[name] is not None:
                self.asked[name] += 1
                self.right[name] += bool(result[name])

    def percent(self, name: str) -> float:
        return round(100 * self.right[name] / max(1, self.asked[name]), 1)

    def cell(self, name: str) -> str:
        """The percentage for the table; a dash where no prompt asked for the attribute."""
        return f"{self.percent(name):.1f}" if self.asked[name] else "-"


def make_prompts(count: int) -> list[Prompt]:
    """Reserved captions, every second one with a held-out pair; the same ones each time."""
    rng = random.Random(SEED)
    prompts = []
    for i in range(count):
        scene = random_scene(rng, held_out=i % 2 == 0)
        language = pick_language(rng)
        pair = "held-out pair" if scene.held_out else "seen pair"
        text = reserved_caption(scene, rng, language)
        prompts.append(Prompt(text, scene, ("every prompt", pair, language, scene.layout)))
    return prompts


def handwritten_prompts() -> list[Prompt]:
    return [Prompt(text, scene, ("written by hand",)) for text, scene in handwritten()]


def try_checker(count: int = 300) -> Tally:
    """The checker's verdict on perfect pictures: anything but 100 % is the checker's own error."""
    rng = random.Random(SEED + 1)
    tally = Tally()
    for _ in range(count):
        scene = random_scene(rng, held_out=None)
        tally.add(check(scene, render(scene)))
    return tally


def load(folder: Path) -> Any:
    diffusers_logging.set_verbosity_error()
    diffusers_logging.disable_progress_bar()
    pipeline = ZImagePipeline.from_pretrained(folder, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def draw(pipeline: Any, text: str, seed: int, steps: int = STEPS) -> Image.Image:
    picture: Image.Image = pipeline(
        prompt=text,
        height=SIZE,
        width=SIZE,
        num_inference_steps=steps,
        guidance_scale=0.0,
        generator=torch.Generator().manual_seed(seed),
    ).images[0]
    return picture


def measure(
    pipeline: Any, prompts: list[Prompt], sheet: Path | None
) -> tuple[dict[str, Tally], list[str]]:
    """Tallies by group, and a line for each picture that is not all right."""
    tallies: dict[str, Tally] = {}
    wrong, pictures = [], []
    for seed, prompt in track(list(enumerate(prompts)), description="drawing", transient=True):
        picture = draw(pipeline, prompt.text, seed)
        result = check(prompt.scene, picture)
        for group in prompt.groups:
            tallies.setdefault(group, Tally()).add(result)
        if not result["all"]:
            missed = ", ".join(name for name in ATTRIBUTES if result[name] is False)
            wrong.append(f"{seed}: {prompt.text}  ({missed})")
        pictures.append(picture)
    if sheet is not None:
        contact_sheet(pictures).save(sheet)
    return tallies, wrong


def contact_sheet(pictures: list[Image.Image]) -> Image.Image:
    """The pictures in rows of eight."""
    rows = -(-len(pictures) // SHEET_COLUMNS)
    sheet = Image.new("RGB", (SHEET_COLUMNS * SIZE, rows * SIZE), "white")
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (i % SHEET_COLUMNS * SIZE, i // SHEET_COLUMNS * SIZE))
    return sheet


def table(rows: Iterable[tuple[str, Tally]]) -> str:
    lines = [f"{'':<22}{'n':>5}" + "".join(f"{name:>12}" for name in COLUMNS)]
    for name, tally in rows:
        cells = "".join(f"{tally.cell(column):>12}" for column in COLUMNS)
        lines.append(f"{name:<22}{tally.asked['all']:>5}{cells}")
    return "\n".join(lines)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.obedience", description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="prompts to draw")
    parser.add_argument("--json", action="store_true", help="end with one JSON object on a line")
    parser.add_argument("--weights", type=Path, default=WEIGHTS, help="the pipeline folder")
    parser.add_argument("--sheet", type=Path, help="save all pictures drawn as one")
    parser.add_argument("--wrong", action="store_true", help="list the prompts that went wrong")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    args = _arguments()
    torch.set_num_threads(args.threads)
    print("The checker on perfect pictures:")
    print(table([("perfect pictures", try_checker())]))
    pipeline = load(args.weights)
    prompts = make_prompts(args.n) + handwritten_prompts()
    start = time.monotonic()
    tallies, wrong = measure(pipeline, prompts, args.sheet)
    seconds = (time.monotonic() - start) / len(prompts)
    print(f"\nThe model, percent right, {STEPS} steps, guidance 0, {seconds:.2f} s a picture:")
    print(table(tallies.items()))
    if args.wrong:
        print("\n" + "\n".join(wrong))
    if args.json:
        whole = tallies["every prompt"]
        print(json.dumps({name: whole.percent(name) for name in COLUMNS} | {"n": args.n}))


if __name__ == "__main__":
    main()
