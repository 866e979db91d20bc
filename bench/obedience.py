"""How well the demo model obeys: `python -m bench.obedience [--n 200] [--json]`.

Draws prompts that training never saw with the committed weights (8 steps, guidance 0) and lets the
checker look, which is tried on perfect pictures first. Three sets:

- held-out pairs: captions of the template grammar, each kept out of training by its checksum, of
  scenes with a pair of colour and kind that training never saw;
- written by hand: prompts by somebody who did not know the templates. Traps (negations, changes
  of mind) stand apart and are not in the set's sum;
- characters: every digit and character once, with held-out captions.
"""

from __future__ import annotations

import argparse
import json
import random
import time
import zlib
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
from engine.demo_model.train.glyphs import CHARACTERS, DIGITS
from engine.demo_model.train.handwritten import handwritten
from engine.demo_model.train.pictures import render
from engine.demo_model.train.scenes import (
    FIGURES,
    LAYOUTS,
    NATIVE,
    Canvas,
    Scene,
    glyph_colour,
    place_things,
    random_scene,
)

STEPS: Final = 8
SEED: Final = 20_261_121
COLUMNS: Final = (*ATTRIBUTES, "all")
SHEET_COLUMNS: Final = 8
TRAP: Final = "trap"
#: Without the traps.
BOTH: Final = "both sets"
FIRST_ROWS: Final = (BOTH, "held-out pairs", "zh", "en", "shapes", "figures", *LAYOUTS)
SETS: Final = {
    "both": BOTH,
    "held_out": "held-out pairs",
    "written_by_hand": "written by hand",
    "traps": "traps",
    "digits": "digits",
    "characters": "characters",
}
"""Keys of the JSON object, and the rows of the table that they stand for."""


@dataclass(frozen=True)
class Prompt:
    """A prompt, the scene it asks for, and the rows of the table it is counted in."""

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

    def percent(self, name: str) -> float | None:
        """None where no prompt asked for the attribute."""
        if not self.asked[name]:
            return None
        return round(100 * self.right[name] / self.asked[name], 1)

    def figures(self) -> dict[str, float | int | None]:
        return {name: self.percent(name) for name in COLUMNS} | {"n": self.asked["all"]}


def held_out_prompts(count: int, canvas: Canvas) -> list[Prompt]:
    """The same ones each time."""
    rng = random.Random(SEED)
    prompts = []
    for _ in range(count):
        scene = random_scene(rng, held_out=True, canvas=canvas)
        language = pick_language(rng)
        figure = any(thing.shape in FIGURES for thing in scene.things)
        groups = (BOTH, "held-out pairs", language, "figures" if figure else "shapes", scene.layout)
        prompts.append(Prompt(reserved_caption(scene, rng, language), scene, groups))
    return prompts


def handwritten_prompts(canvas: Canvas) -> list[Prompt]:
    return [
        Prompt(
            row.prompt,
            row.scene,
            ("traps",) if row.kind == TRAP else (BOTH, "written by hand", f"by hand: {row.kind}"),
        )
        for row in handwritten(canvas)
    ]


def glyph_prompts(canvas: Canvas) -> list[Prompt]:
    rng = random.Random(SEED + 2)
    prompts = []
    for group, glyphs in (("digits", DIGITS), ("characters", CHARACTERS)):
        for glyph in glyphs:
            pair = (glyph, glyph_colour("white"))
            things = place_things(rng, "glyph", [pair], canvas=canvas)
            scene = Scene("glyph", things, "white", canvas=canvas)
            text = reserved_caption(scene, rng, pick_language(rng))
            prompts.append(Prompt(text, scene, (group,)))
    return prompts


def try_checker(count: int = 300) -> Tally:
    """The checker's verdict on perfect pictures: anything but 100 % is the checker's own error."""
    rng = random.Random(SEED + 1)
    tally = Tally()
    for _ in range(count):
        scene = random_scene(rng, held_out=None, canvas=None)
        tally.add(check(scene, render(scene)))
    return tally


def load(folder: Path) -> Any:
    diffusers_logging.set_verbosity_error()
    diffusers_logging.disable_progress_bar()
    pipeline = ZImagePipeline.from_pretrained(folder, dtype=torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def draw(pipeline: Any, text: str, seed: int, canvas: Canvas = NATIVE) -> Image.Image:
    picture: Image.Image = pipeline(
        prompt=text,
        width=canvas[0],
        height=canvas[1],
        num_inference_steps=STEPS,
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
    for prompt in track(prompts, description="drawing", transient=True):
        # By the words: a prompt's picture does not hang on the others that are drawn.
        seed = zlib.crc32(prompt.text.encode())
        picture = draw(pipeline, prompt.text, seed, prompt.scene.canvas)
        result = check(prompt.scene, picture)
        for group in prompt.groups:
            tallies.setdefault(group, Tally()).add(result)
        if not result["all"]:
            missed = ", ".join(name for name in ATTRIBUTES if result[name] is False)
            wrong.append(f"{prompt.text}  ({missed})")
        pictures.append(picture)
    if sheet is not None:
        contact_sheet(pictures).save(sheet)
    return tallies, wrong


def contact_sheet(pictures: list[Image.Image]) -> Image.Image:
    """The pictures in rows of eight."""
    width, height = pictures[0].size
    rows = -(-len(pictures) // SHEET_COLUMNS)
    sheet = Image.new("RGB", (SHEET_COLUMNS * width, rows * height), "white")
    for i, picture in enumerate(pictures):
        sheet.paste(picture, (i % SHEET_COLUMNS * width, i // SHEET_COLUMNS * height))
    return sheet


def table(rows: Iterable[tuple[str, Tally]]) -> str:
    lines = [f"{'':<22}{'n':>5}" + "".join(f"{name:>12}" for name in COLUMNS)]
    for name, tally in rows:
        percents = (tally.percent(column) for column in COLUMNS)
        cells = "".join(f"{'-' if p is None else p:>12}" for p in percents)
        lines.append(f"{name:<22}{tally.asked['all']:>5}{cells}")
    return "\n".join(lines)


def in_order(tallies: dict[str, Tally]) -> list[tuple[str, Tally]]:
    """The rows of the table; those of one set stay together."""
    first = [name for name in FIRST_ROWS if name in tallies]
    return [(name, tallies[name]) for name in [*first, *(n for n in tallies if n not in first)]]


def _canvas(text: str) -> Canvas:
    width, height = text.lower().split("x")
    return int(width), int(height)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.obedience", description=__doc__)
    parser.add_argument("--n", type=int, default=200, help="prompts with held-out pairs to draw")
    parser.add_argument("--size", type=_canvas, default=NATIVE, help="of the pictures, WxH")
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
    prompts = [
        *held_out_prompts(args.n, args.size),
        *handwritten_prompts(args.size),
        *glyph_prompts(args.size),
    ]
    start = time.monotonic()
    tallies, wrong = measure(pipeline, prompts, args.sheet)
    seconds = (time.monotonic() - start) / len(prompts)
    print(f"\nThe model, percent right, {STEPS} steps, guidance 0, {seconds:.2f} s a picture:")
    print(table(in_order(tallies)))
    if args.wrong:
        print("\n" + "\n".join(wrong))
    if args.json:
        figures = {key: tallies[row].figures() for key, row in SETS.items() if row in tallies}
        print(json.dumps(figures))


if __name__ == "__main__":
    main()
