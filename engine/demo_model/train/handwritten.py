"""The prompts of `handwritten_rows` with the scenes they ask for."""

from __future__ import annotations

import random
from dataclasses import dataclass

from engine.demo_model.train.handwritten_rows import ROWS, Row
from engine.demo_model.train.scenes import COUNTS, NATIVE, Canvas, Scene, place_things


@dataclass(frozen=True)
class Handwritten:
    """A prompt, what a person would draw for it, and what kind of prompt it is."""

    prompt: str
    scene: Scene
    kind: str


def handwritten(canvas: Canvas = NATIVE) -> list[Handwritten]:
    return [Handwritten(row[0], _scene(row, canvas), row[5]) for row in ROWS]


def _scene(row: Row, canvas: Canvas) -> Scene:
    _, layout, things_text, background, place_text, _ = row
    pairs, size = [], ""
    for words in things_text.split("+"):
        shape, colour, *rest = words.split()
        pairs.append((shape, colour))
        size = rest[0] if rest else ""
    pairs *= COUNTS.get(layout, 1)
    place = _place(place_text) if place_text else None
    things = place_things(random.Random(0), layout, pairs, place, size, canvas)
    return Scene(layout, things, background, place, size, canvas)


def _place(text: str) -> tuple[str, str]:
    row, column = text.split()
    return row, column
