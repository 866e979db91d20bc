"""How the things of a scene look: flat, in one colour each, figures with a few details."""

from __future__ import annotations

import math
from typing import Final

from PIL import Image, ImageDraw

from engine.demo_model.train.glyphs import GLYPHS, draw_glyph
from engine.demo_model.train.scenes import BACKGROUNDS, COLOURS, RGB, Scene, Thing

SUPERSAMPLING: Final = 3

DARK: Final[RGB] = COLOURS["black"]
LIGHT: Final[RGB] = COLOURS["white"]
Points = list[tuple[float, float]]

_SUN_RAYS: Final = 12
_CROWN: Final = ((0.0, -0.48, 0.5), (-0.4, -0.02, 0.44), (0.4, -0.02, 0.44), (0.0, 0.05, 0.4))
"""A tree's crown: circles as (x, y, radius)."""


def _spikes(count: int, inner: float) -> Points:
    """A star of `count` points around (0, 0), its first point up, reaching 1."""
    spokes = [(1.0 if i % 2 == 0 else inner, math.pi * i / count) for i in range(2 * count)]
    return [(r * math.sin(a), -r * math.cos(a)) for r, a in spokes]


def _heart() -> Points:
    turns = [2 * math.pi * i / 64 for i in range(64)]
    lobes = [
        13 * math.cos(a) - 5 * math.cos(2 * a) - 2 * math.cos(3 * a) - math.cos(4 * a)
        for a in turns
    ]
    return [(math.sin(a) ** 3, -y / 16 - 0.1) for a, y in zip(turns, lobes, strict=True)]


POLYGONS: Final[dict[str, tuple[Points, ...]]] = {
    "square": ([(-1, -1), (1, -1), (1, 1), (-1, 1)],),
    "triangle": ([(0, -0.9), (1, 0.8), (-1, 0.8)],),
    "star": ([(x, y + 0.05) for x, y in _spikes(5, 0.45)],),
    "heart": (_heart(),),
    "diamond": ([(0, -1), (0.8, 0), (0, 1), (-0.8, 0)],),
    "sun": (_spikes(_SUN_RAYS, 0.74),),
    "house": (
        [(-0.75, 0), (0.75, 0), (0.75, 0.9), (-0.75, 0.9)],
        [(0, -1), (1, 0), (-1, 0)],
    ),
    "fish": ([(0.3, 0), (1, -0.55), (0.85, 0), (1, 0.55)],),
    "cat": (
        [(-0.84, 0.1), (-0.8, -0.95), (-0.15, -0.45)],
        [(0.84, 0.1), (0.8, -0.95), (0.15, -0.45)],
    ),
}
"""Outlines around (0, 0) for a radius of 1."""
ELLIPSES: Final[dict[str, tuple[tuple[float, float, float, float], ...]]] = {
    "circle": ((-1, -1, 1, 1),),
    "fish": ((-1, -0.52, 0.55, 0.52),),
    "cat": ((-0.88, -0.6, 0.88, 0.9),),
    "tree": tuple((x - r, y - r, x + r, y + r) for x, y, r in _CROWN),
}
"""Round parts as (left, top, right, bottom) for a radius of 1."""


class Pen:
    """Draws with lengths of a thing's own radius, around its own centre."""

    def __init__(self, draw: ImageDraw.ImageDraw, thing: Thing, scale: float) -> None:
        self._draw = draw
        self._x, self._y, self._r = thing.x * scale, thing.y * scale, thing.radius * scale

    def _points(self, points: Points) -> Points:
        return [(self._x + x * self._r, self._y + y * self._r) for x, y in points]

    def polygon(self, points: Points, fill: RGB | int) -> None:
        self._draw.polygon(self._points(points), fill=fill)

    def ellipse(self, box: tuple[float, float, float, float], fill: RGB | int) -> None:
        (left, top), (right, bottom) = self._points([box[:2], box[2:]])
        self._draw.ellipse((left, top, right, bottom), fill=fill)

    def rectangle(self, box: tuple[float, float, float, float], fill: RGB | int) -> None:
        (left, top), (right, bottom) = self._points([box[:2], box[2:]])
        self._draw.rectangle((left, top, right, bottom), fill=fill)

    def dot(self, x: float, y: float, radius: float, fill: RGB | int) -> None:
        self.ellipse((x - radius, y - radius, x + radius, y + radius), fill)

    def smile(self, y: float, radius: float, fill: RGB | int) -> None:
        (left, top), (right, bottom) = self._points([(-radius, y - radius), (radius, y + radius)])
        width = max(1, round(0.08 * self._r))
        self._draw.arc((left, top, right, bottom), 25, 155, fill=fill, width=width)


def draw_silhouette(
    draw: ImageDraw.ImageDraw, thing: Thing, scale: float, fill: RGB | int, trim: RGB | int
) -> None:
    """Draw one thing on a canvas that is `scale` times as large as the picture.

    trim: what a tree's trunk is filled with.
    """
    if thing.shape in GLYPHS:
        centre_x, centre_y = thing.x * scale, thing.y * scale
        draw_glyph(draw, thing.shape, centre_x, centre_y, thing.radius * scale, fill)
        return
    pen = Pen(draw, thing, scale)
    if thing.shape == "tree":
        pen.rectangle((-0.15, 0.2, 0.15, 1.0), trim)
    if thing.shape == "house":
        pen.rectangle((0.4, -0.85, 0.62, -0.2), fill)
    for points in POLYGONS.get(thing.shape, ()):
        pen.polygon(points, fill)
    for box in ELLIPSES.get(thing.shape, ()):
        pen.ellipse(box, fill)


def _draw_details(pen: Pen, thing: Thing) -> None:
    ink = LIGHT if thing.colour in ("black", "brown") else DARK
    if thing.shape == "sun":
        pen.dot(-0.24, -0.1, 0.08, ink)
        pen.dot(0.24, -0.1, 0.08, ink)
        pen.smile(0.0, 0.36, ink)
    elif thing.shape == "house":
        glass = LIGHT if thing.colour not in ("white", "yellow", "cyan", "pink") else DARK
        pen.rectangle((-0.52, 0.2, -0.14, 0.54), glass)
        pen.rectangle((0.14, 0.3, 0.48, 0.9), glass)
    elif thing.shape == "fish":
        pen.dot(-0.6, -0.12, 0.1, ink)
    elif thing.shape == "cat":
        pen.dot(-0.36, 0.02, 0.12, ink)
        pen.dot(0.36, 0.02, 0.12, ink)
        pen.polygon([(-0.12, 0.3), (0.12, 0.3), (0, 0.44)], ink)
        pen.smile(0.4, 0.24, ink)


def render(scene: Scene) -> Image.Image:
    """The picture of a scene: RGB, of the scene's canvas, smooth edges."""
    width, height = scene.canvas
    size = (width * SUPERSAMPLING, height * SUPERSAMPLING)
    canvas = Image.new("RGB", size, BACKGROUNDS[scene.background])
    draw = ImageDraw.Draw(canvas)
    for thing in scene.things:
        colour = COLOURS[thing.colour]
        draw_silhouette(draw, thing, SUPERSAMPLING, colour, COLOURS["brown"])
        _draw_details(Pen(draw, thing, SUPERSAMPLING), thing)
    return canvas.reduce(SUPERSAMPLING)
