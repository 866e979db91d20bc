"""What the demo model draws: scenes of a few plain things, picked at random.

Lengths are pixels, with the origin at the top left. Nothing here needs torch; `pictures` draws.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Final

from engine.demo_model.train.glyphs import GLYPHS

RGB = tuple[int, int, int]
Canvas = tuple[int, int]

NATIVE: Final[Canvas] = (256, 256)
"""Width and height that the model is made for; the others are seen less often."""
CANVAS_WEIGHTS: Final[dict[Canvas, int]] = {
    NATIVE: 60,
    (288, 192): 10,
    (192, 288): 10,
    (256, 192): 4,
    (192, 256): 4,
    (288, 160): 3,
    (160, 288): 3,
    (288, 128): 2,
    (128, 288): 2,
    (128, 128): 5,
}

SHAPES: Final = ("circle", "square", "triangle", "star", "heart", "diamond")
NATURAL_COLOURS: Final = {
    "sun": "yellow",
    "house": "red",
    "tree": "green",
    "fish": "blue",
    "cat": "orange",
}
"""Figures, and the colour of each when none is named."""
FIGURES: Final = tuple(NATURAL_COLOURS)
KINDS: Final = (*SHAPES, *FIGURES)
FIGURE_SHARE: Final = 0.3

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
    "white": (250, 250, 250),
    "cyan": (40, 195, 210),
}
BACKGROUNDS: Final[dict[str, RGB]] = {
    "white": (250, 250, 250),
    "black": (18, 18, 18),
    "grey": (150, 150, 150),
    "pale blue": (196, 226, 250),
}
# Backgrounds on which a small model errs most are drawn more often than their names are asked for.
BACKGROUND_WEIGHTS: Final = (40, 25, 20, 15)
INVISIBLE: Final = frozenset({("white", "white"), ("white", "pale blue"), ("black", "black")})
"""A colour and a background that it cannot be seen on."""

COLUMNS: Final = {"left": 0.235, "centre": 0.5, "right": 0.765}
ROWS: Final = {"top": 0.235, "middle": 0.5, "bottom": 0.765}
"""Centres of the nine places, in shares of the width and the height."""
PLACES: Final = tuple((row, column) for row in ROWS for column in COLUMNS)

COUNTS: Final = {"two": 2, "three": 3, "four": 4, "five": 5}
"""Layouts of equal things, and how many each has."""
LAYOUT_WEIGHTS: Final = {
    "one": 15,
    "placed": 17,
    "beside": 18,
    "stacked": 14,
    "two": 7,
    "three": 8,
    "four": 8,
    "five": 7,
    "glyph": 13,
}
LAYOUTS: Final = tuple(LAYOUT_WEIGHTS)
SIZES: Final = {"": 0.28, "large": 0.38, "small": 0.16}
"""Radius of a thing alone in the picture, in shares of the shorter side."""

# Training of the transformer never sees these; the measurements ask for them.
HELD_OUT: Final = frozenset(
    {
        ("circle", "orange"),
        ("square", "pink"),
        ("triangle", "brown"),
        ("star", "blue"),
        ("heart", "green"),
        ("diamond", "red"),
        ("sun", "white"),
        ("house", "black"),
        ("tree", "purple"),
        ("fish", "yellow"),
        ("cat", "cyan"),
    }
)
HELD_OUT_SHARE: Final = len(HELD_OUT) / (len(KINDS) * len(COLOURS))

PLACE_JITTER: Final = 0.016
SIZE_JITTER: Final = 0.08
# Equal radii do not look equally large: a star has a third of the area of its circle.
RADIUS_FACTOR: Final = {
    "circle": 0.96,
    "square": 0.86,
    "triangle": 1.08,
    "star": 1.12,
    "heart": 1.0,
    "diamond": 1.06,
    "sun": 1.1,
    "house": 0.98,
    "tree": 1.04,
    "fish": 1.12,
    "cat": 1.0,
}


@dataclass(frozen=True)
class Thing:
    """One of KINDS or GLYPHS: its centre and its radius, in pixels."""

    shape: str
    colour: str
    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Scene:
    """A picture to draw. `place` is (row, column), and set for the layout "placed" alone; `size`
    is "large" or "small" for the layout "one" alone."""

    layout: str
    things: tuple[Thing, ...]
    background: str
    place: tuple[str, str] | None = None
    size: str = ""
    canvas: Canvas = NATIVE

    @property
    def held_out(self) -> bool:
        return any((thing.shape, thing.colour) in HELD_OUT for thing in self.things)


def _anchors(
    layout: str, place: tuple[str, str] | None, size: str
) -> tuple[list[tuple[float, float]], float]:
    """Where the things of a layout stand, in reading order, and their radius: shares of the
    sides, and of the shorter side."""
    if layout == "placed" and place is not None:
        return [(COLUMNS[place[1]], ROWS[place[0]])], 0.17
    return {
        "one": ([(0.5, 0.5)], SIZES[size]),
        "glyph": ([(0.5, 0.5)], 0.36),
        "beside": ([(0.26, 0.5), (0.74, 0.5)], 0.19),
        "stacked": ([(0.5, 0.265), (0.5, 0.735)], 0.19),
        "two": ([(0.26, 0.5), (0.74, 0.5)], 0.19),
        "three": ([(0.5, 0.265), (0.26, 0.735), (0.74, 0.735)], 0.18),
        "four": ([(0.27, 0.27), (0.73, 0.27), (0.27, 0.73), (0.73, 0.73)], 0.16),
        "five": ([(0.2, 0.2), (0.8, 0.2), (0.5, 0.5), (0.2, 0.8), (0.8, 0.8)], 0.13),
    }[layout]


def place_things(
    rng: random.Random,
    layout: str,
    pairs: list[tuple[str, str]],
    place: tuple[str, str] | None = None,
    size: str = "",
    canvas: Canvas = NATIVE,
) -> tuple[Thing, ...]:
    """Put the (shape, colour) pairs on their anchors, with a little jitter."""
    width, height = canvas
    anchors, share = _anchors(layout, place, size)
    things = []
    for (shape, colour), (x, y) in zip(pairs, anchors, strict=True):
        factor = RADIUS_FACTOR.get(shape, 1.0) * (1 + rng.uniform(-SIZE_JITTER, SIZE_JITTER))
        dx, dy = (rng.uniform(-PLACE_JITTER, PLACE_JITTER) * min(canvas) for _ in "xy")
        radius = share * factor * min(canvas)
        things.append(Thing(shape, colour, x * width + dx, y * height + dy, radius))
    return tuple(things)


def _visible(colour: str, background: str) -> bool:
    return (colour, background) not in INVISIBLE


def _pick_pair(rng: random.Random, background: str, held_out: bool) -> tuple[str, str]:
    """A (shape, colour) that can be seen on the background."""
    while True:
        figure = rng.random() < FIGURE_SHARE
        shape = rng.choice(FIGURES if figure else SHAPES)
        natural = figure and not held_out and rng.random() < 0.4
        colour = NATURAL_COLOURS[shape] if natural else rng.choice(tuple(COLOURS))
        if _visible(colour, background) and ((shape, colour) in HELD_OUT) == held_out:
            return shape, colour


def glyph_colour(background: str) -> str:
    """A character's colour when none is named."""
    return "white" if background == "black" else "black"


def _pick_glyph(rng: random.Random, background: str) -> tuple[str, str]:
    while True:
        plain = rng.random() < 0.4
        colour = glyph_colour(background) if plain else rng.choice(tuple(COLOURS))
        if _visible(colour, background):
            return rng.choice(tuple(GLYPHS)), colour


def _pick_pairs(
    rng: random.Random, layout: str, background: str, held_out: bool
) -> list[tuple[str, str]]:
    if layout == "glyph":
        return [_pick_glyph(rng, background)]
    first = _pick_pair(rng, background, held_out)
    if layout not in ("beside", "stacked"):
        return [first] * COUNTS.get(layout, 1)
    pairs = [first, _pick_pair(rng, background, False)]
    rng.shuffle(pairs)
    return pairs


def random_scene(
    rng: random.Random, held_out: bool | None = False, canvas: Canvas | None = NATIVE
) -> Scene:
    """A scene. held_out: False has no held-out pair, True has one at least, None does not care.
    canvas: None is any that the model is trained on."""
    if canvas is None:
        canvas = rng.choices(tuple(CANVAS_WEIGHTS), tuple(CANVAS_WEIGHTS.values()))[0]
    wanted = rng.random() < HELD_OUT_SHARE if held_out is None else held_out
    layouts = [name for name in LAYOUTS if not (wanted and name == "glyph")]
    layout = rng.choices(layouts, [LAYOUT_WEIGHTS[name] for name in layouts])[0]
    background = rng.choices(tuple(BACKGROUNDS), BACKGROUND_WEIGHTS)[0]
    place = rng.choice(PLACES) if layout == "placed" else None
    size = rng.choices(tuple(SIZES), (60, 20, 20))[0] if layout == "one" else ""
    pairs = _pick_pairs(rng, layout, background, wanted)
    things = place_things(rng, layout, pairs, place, size, canvas)
    return Scene(layout, things, background, place, size, canvas)
