"""What the demo model draws: scenes of a few plain shapes, and how they look.

Lengths are pixels of a 128 x 128 picture with the origin at the top left. Nothing here needs torch.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

RGB = tuple[int, int, int]

SIZE: Final = 128
SUPERSAMPLING: Final = 3

SHAPES: Final = ("circle", "square", "triangle", "star", "heart", "diamond")
COLOURS: Final[dict[str, RGB]] = {
    "red": (222, 30, 38),
    "orange": (250, 140, 20),
    "yellow": (250, 216, 40),
    "green": (30, 160, 70),
    "blue": (35, 80, 220),
    "purple": (136, 54, 190),
    "pink": (250, 130, 180),
    "brown": (122, 70, 30),
    "black": (18, 18, 18),
}
BACKGROUNDS: Final[dict[str, RGB]] = {
    "white": (250, 250, 250),
    "black": (18, 18, 18),
    "grey": (150, 150, 150),
    "pale blue": (196, 226, 250),
}
# Backgrounds on which a small model errs most are drawn more often than their names are asked for.
BACKGROUND_WEIGHTS: Final = (40, 25, 20, 15)

COLUMNS: Final = {"left": 30.0, "centre": 64.0, "right": 98.0}
ROWS: Final = {"top": 30.0, "middle": 64.0, "bottom": 98.0}
PLACES: Final = tuple((row, column) for row in ROWS for column in COLUMNS)

LAYOUTS: Final = ("one", "placed", "beside", "stacked", "two", "three")
LAYOUT_WEIGHTS: Final = (18, 24, 20, 16, 11, 11)

# Training of the transformer never sees these; the measurements ask for them.
HELD_OUT: Final = frozenset(
    {
        ("circle", "orange"),
        ("square", "pink"),
        ("triangle", "brown"),
        ("star", "blue"),
        ("heart", "green"),
        ("diamond", "red"),
    }
)

PLACE_JITTER: Final = 2.0
SIZE_JITTER: Final = 0.08
# Equal radii do not look equally large: a star has a third of the area of its circle.
RADIUS_FACTOR: Final = {
    "circle": 0.96,
    "square": 0.86,
    "triangle": 1.08,
    "star": 1.12,
    "heart": 1.0,
    "diamond": 1.06,
}


@dataclass(frozen=True)
class Thing:
    """One shape: its centre and its radius, in pixels."""

    shape: str
    colour: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Scene:
    """A picture to draw. `place` is (row, column), and set for the layout "placed" alone."""

    layout: str
    things: tuple[Thing, ...]
    background: str
    place: tuple[str, str] | None = None

    @property
    def held_out(self) -> bool:
        return any((thing.shape, thing.colour) in HELD_OUT for thing in self.things)


def _anchors(layout: str, place: tuple[str, str] | None) -> tuple[list[tuple[float, float]], float]:
    """Where the things of a layout stand, in reading order, and their radius."""
    if layout == "placed" and place is not None:
        return [(COLUMNS[place[1]], ROWS[place[0]])], 22.0
    return {
        "one": ([(64.0, 64.0)], 36.0),
        "beside": ([(33.0, 64.0), (95.0, 64.0)], 24.0),
        "stacked": ([(64.0, 34.0), (64.0, 94.0)], 24.0),
        "two": ([(33.0, 64.0), (95.0, 64.0)], 24.0),
        "three": ([(64.0, 34.0), (33.0, 94.0), (95.0, 94.0)], 23.0),
    }[layout]


def _pick_pair(rng: random.Random, background: str, held_out: bool) -> tuple[str, str]:
    """A (shape, colour) that can be seen on the background."""
    while True:
        pair = (rng.choice(SHAPES), rng.choice(tuple(COLOURS)))
        if pair[1] != background and (pair in HELD_OUT) == held_out:
            return pair


def place_things(
    rng: random.Random,
    layout: str,
    pairs: list[tuple[str, str]],
    place: tuple[str, str] | None = None,
) -> tuple[Thing, ...]:
    """Put the (shape, colour) pairs on their anchors, with a little jitter."""
    anchors, radius = _anchors(layout, place)
    things = []
    for (shape, colour), (x, y) in zip(pairs, anchors, strict=True):
        size = radius * RADIUS_FACTOR[shape] * (1 + rng.uniform(-SIZE_JITTER, SIZE_JITTER))
        dx, dy = (rng.uniform(-PLACE_JITTER, PLACE_JITTER) for _ in "xy")
        things.append(Thing(shape, colour, x + dx, y + dy, size))
    return tuple(things)


def random_scene(rng: random.Random, held_out: bool | None = False) -> Scene:
    """A scene. held_out: False has no held-out pair, True has one at least, None does not care."""
    layout = rng.choices(LAYOUTS, LAYOUT_WEIGHTS)[0]
    background = rng.choices(tuple(BACKGROUNDS), BACKGROUND_WEIGHTS)[0]
    place = rng.choice(PLACES) if layout == "placed" else None
    wanted = rng.random() < len(HELD_OUT) / 54 if held_out is None else held_out
    first = _pick_pair(rng, background, wanted)
    pairs = [first]
    if layout in ("beside", "stacked"):
        pairs.append(_pick_pair(rng, background, False))
        rng.shuffle(pairs)
    elif layout in ("two", "three"):
        pairs = [first] * (2 if layout == "two" else 3)
    return Scene(layout, place_things(rng, layout, pairs, place), background, place)


def _polygon(shape: str, radius: float) -> list[tuple[float, float]]:
    """Corners around (0, 0)."""
    if shape == "square":
        return [(-radius, -radius), (radius, -radius), (radius, radius), (-radius, radius)]
    if shape == "diamond":
        return [(0, -radius), (0.8 * radius, 0), (0, radius), (-0.8 * radius, 0)]
    if shape == "triangle":
        return [(0, -0.9 * radius), (radius, 0.8 * radius), (-radius, 0.8 * radius)]
    if shape == "star":
        spokes = [(radius if i % 2 == 0 else 0.45 * radius, math.pi * i / 5) for i in range(10)]
        return [(r * math.sin(a), 0.05 * radius - r * math.cos(a)) for r, a in spokes]
    turns = [2 * math.pi * i / 48 for i in range(48)]
    return [
        (
            radius * math.sin(a) ** 3,
            -radius
            * (13 * math.cos(a) - 5 * math.cos(2 * a) - 2 * math.cos(3 * a) - math.cos(4 * a))
            / 16
            - 0.1 * radius,
        )
        for a in turns
    ]


def draw_thing(draw: ImageDraw.ImageDraw, thing: Thing, scale: float, fill: RGB | int) -> None:
    """Draw one thing on a canvas that is `scale` times as large as the picture."""
    if thing.shape == "circle":
        x, y, r = thing.x * scale, thing.y * scale, thing.radius * scale
        draw.ellipse((x - r, y - r, x + r, y + r), fill=fill)
        return
    corners = _polygon(thing.shape, thing.radius)
    draw.polygon([((thing.x + x) * scale, (thing.y + y) * scale) for x, y in corners], fill=fill)


def render(scene: Scene) -> Image.Image:
    """The picture of a scene: RGB, 128 x 128, smooth edges."""
    side = SIZE * SUPERSAMPLING
    canvas = Image.new("RGB", (side, side), BACKGROUNDS[scene.background])
    draw = ImageDraw.Draw(canvas)
    for thing in scene.things:
        draw_thing(draw, thing, SUPERSAMPLING, COLOURS[thing.colour])
    return canvas.reduce(SUPERSAMPLING)
