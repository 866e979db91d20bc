"""What is seen in a picture, without knowing what was asked for: its background, its blobs by
colour and shape, its glyph. Blind spots are named in checker.py."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from engine.demo_model.train.glyphs import GLYPHS
from engine.demo_model.train.pictures import render
from engine.demo_model.train.regions import Mask, box, filled, inside, regions, whole_things
from engine.demo_model.train.scenes import BACKGROUNDS, COLOURS, KINDS, RGB, Scene, Thing

FULL_SIDE: Final = 112
"""Pictures are reduced by a whole number until their shorter side is about this: 256 to 128."""
FOREGROUND_DISTANCE: Final = 45.0
"""How far, in RGB units, a pixel is from the background when it belongs to a thing."""
FARTHEST_COLOUR: Final = 75.0
"""RGB units; a pixel farther from every colour of the palette has no name."""
TEMPLATE_SIDE: Final = 64
REACH: Final = 4.2
"""The side of a template's square in mean distances of its ink from the middle: "一" needs 3.5."""
LEAST_OVERLAP: Final = 0.8
"""A blob that overlaps no template this much has no shape."""
INK_TOLERANCE: Final = 1
"""Pixels of a template that a glyph's stroke may be off."""
LEAST_INK: Final = 0.85
"""Ink that meets no glyph's ink this much, either way round, is no glyph."""
NOTHING: Final = "none"
"""A shape or colour that is none we know."""
Pixels = NDArray[np.float64]


@dataclass(frozen=True)
class Blob:
    """A connected region: its colour and shape by name, and in pixels of the reduced picture its
    centre, its area, and the longer side of its box."""

    colour: str
    shape: str
    x: float
    y: float
    area: int
    extent: int


@dataclass(frozen=True)
class Template:
    """A thing's silhouette in a square, and the longer side of its box for a radius of 1."""

    shape: str
    mask: Pixels
    extent: float


def nearest_names(colours: Pixels, palette: dict[str, RGB]) -> list[str]:
    """The name of each of (n, 3) colours, or NOTHING."""
    anchors = np.array(list(palette.values()), dtype=float)
    # In place of ((a - b) ** 2).sum(): a third of the time.
    distances = (colours**2).sum(1)[:, None] - 2 * colours @ anchors.T + (anchors**2).sum(1)
    names = [*palette, NOTHING]
    found = np.where(distances.min(1) > FARTHEST_COLOUR**2, len(palette), distances.argmin(1))
    return [names[i] for i in found]


def commonest_colour(colours: Pixels) -> str:
    """The commonest name of (n, 3) colours."""
    names = nearest_names(colours, COLOURS)
    return max(sorted(set(names)), key=names.count)


def reduced(picture: Image.Image) -> Pixels:
    """The picture's pixels at the scale that everything here is measured in."""
    factor = max(1, round(min(picture.size) / FULL_SIDE))
    return np.asarray(picture.convert("RGB").reduce(factor), dtype=float)


def read_background(pixels: Pixels) -> tuple[str, Pixels]:
    """The background's name and its median colour along the picture's rim."""
    rim = np.concatenate([pixels[:3].reshape(-1, 3), pixels[-3:].reshape(-1, 3)])
    rim = np.concatenate([rim, pixels[:, :3].reshape(-1, 3), pixels[:, -3:].reshape(-1, 3)])
    median: Pixels = np.median(rim, axis=0)
    return nearest_names(median[None], BACKGROUNDS)[0], median


def _normalised(region: Mask) -> Pixels:
    """The region in a square of fixed side, its centre in the middle and its pixels' mean distance
    (as a root of squares) from there the same for all. A box would hang on a single lump."""
    ys, xs = np.nonzero(region)
    x, y = float(xs.mean()) + 0.5, float(ys.mean()) + 0.5
    side = REACH * math.sqrt(float(((xs + 0.5 - x) ** 2 + (ys + 0.5 - y) ** 2).mean()))
    # Twice the template's side at first, so that thin strokes are not stepped over.
    step = side / (2 * TEMPLATE_SIDE)
    image = Image.fromarray(region).convert("L")
    square = image.transform(
        (2 * TEMPLATE_SIDE, 2 * TEMPLATE_SIDE),
        Image.Transform.AFFINE,
        (step, 0, x - side / 2, 0, step, y - side / 2),
        Image.Resampling.BILINEAR,
    )
    return np.asarray(square.reduce(2), dtype=float) / 255


def _template(shape: str, background: str) -> Template:
    layout = "glyph" if shape in GLYPHS else "one"
    colour = "blue"  # seen on all backgrounds, and its light details vanish in a white one
    thing = Thing(shape, colour, 64, 64, 46)
    pixels = reduced(render(Scene(layout, (thing,), background, canvas=(128, 128))))
    ink = _foreground(pixels, read_background(pixels)[1])
    region = ink if layout == "glyph" else filled(ink)
    top, bottom, left, right = box(region)
    return Template(shape, _normalised(region), max(bottom - top, right - left) / thing.radius)


@cache
def templates() -> tuple[Template, ...]:
    """Every kind, also as it looks where its light details are seen as background."""
    return tuple(_template(kind, ground) for kind in KINDS for ground in ("grey", "white"))


@cache
def _glyphs() -> tuple[Template, ...]:
    return tuple(_template(glyph, "white") for glyph in GLYPHS)


def _spread(ink: Mask) -> Mask:
    """The ink and all pixels not farther from it than the tolerance."""
    reach = 2 * INK_TOLERANCE + 1
    return np.asarray(Image.fromarray(ink).convert("L").filter(ImageFilter.MaxFilter(reach))) > 0


def overlap(seen: Pixels, template: Pixels) -> float:
    """Intersection over union."""
    return float(np.minimum(seen, template).sum() / np.maximum(seen, template).sum())


def shared_ink(seen: Pixels, template: Pixels) -> float:
    """The share of the ink of each that is on, or close to, the other's ink: the smaller share."""
    one, other = seen > 0.5, template > 0.5
    on_other, on_one = (one & _spread(other)).sum(), (other & _spread(one)).sum()
    return float(min(on_other / max(1, one.sum()), on_one / max(1, other.sum())))


def _best(
    region: Mask,
    templates: tuple[Template, ...],
    likeness: Callable[[Pixels, Pixels], float],
    least: float,
) -> str:
    seen = _normalised(region)
    score, shape = max((likeness(seen, one.mask), one.shape) for one in templates)
    return shape if score >= least else NOTHING


def shape_name(region: Mask) -> str:
    """The kind whose template overlaps the region best, or NOTHING."""
    return _best(filled(region), templates(), overlap, LEAST_OVERLAP)


def glyph_name(ink: Mask) -> str:
    """The glyph that the whole ink of a picture looks like most, or NOTHING."""
    return _best(ink, _glyphs(), shared_ink, LEAST_INK)


def _foreground(pixels: Pixels, ground: Pixels) -> Mask:
    return np.asarray(((pixels - ground) ** 2).sum(axis=2) > FOREGROUND_DISTANCE**2, dtype=bool)


def _read_blob(pixels: Pixels, region: Mask) -> Blob:
    top, bottom, left, right = box(region)
    ys, xs = np.nonzero(region)
    return Blob(
        commonest_colour(pixels[inside(region)]),
        shape_name(region),
        float(xs.mean()),
        float(ys.mean()),
        int(region.sum()),
        max(bottom - top, right - left),
    )


def read_picture(picture: Image.Image) -> tuple[str, list[Blob]]:
    """The background's name, and the blobs of a picture; their pixels are those of `reduced`."""
    pixels = reduced(picture)
    background, ground = read_background(pixels)
    things = whole_things(regions(_foreground(pixels, ground)))
    return background, [_read_blob(pixels, thing) for thing in things]


def read_glyph(picture: Image.Image) -> tuple[str, str, str]:
    """The names of the background, of the glyph and of its colour."""
    pixels = reduced(picture)
    background, ground = read_background(pixels)
    found = regions(_foreground(pixels, ground))
    if not found:
        return background, NOTHING, NOTHING
    ink = np.logical_or.reduce(found)
    return background, glyph_name(ink), commonest_colour(pixels[inside(ink)])
