"""A checker that looks at a picture and says what is right about it, knowing the scene asked for.

It finds blobs that differ from the background and names each one's colour by its commonest palette
colour, its shape by the best overlapping template, its place by its centre. A glyph is the best
overlapping one of all. Needs numpy and Pillow alone.

It is no judge of beauty. Its blind spots, which pass:
- a lumpy outline, soft edges, a small tilt; an ellipse up to 1.3 times as wide as high is a circle
  and one of twice as wide a fish; a figure without eyes, mouth, door or window, or with details of
  any other colour; a hole of up to 30 %;
- a tint, a gradient or a second colour where the commonest is right, so any colour for a trunk;
- a wrong size, save in the layout "one"; equal things of unequal sizes, or not in their pattern;
- a thing up to 13 % of the side away from its place, and anywhere in a layout that names no place;
- a glyph of any size and thickness anywhere, with a sixth of its ink missing or too much;
- specks under half a percent of the shorter side squared, and a smaller thing within the box of a
  larger one; a faint pattern in the background, or its shade up to 75 RGB units off.
It is unjust to things that touch each other (one, of no shape) or are cut by the rim, to a thing
that fell apart, and to two things side by side that were asked for one above the other, which may
be called wrong in colour and shape too.
"""

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
from engine.demo_model.train.scenes import (
    BACKGROUNDS,
    COLOURS,
    COLUMNS,
    COUNTS,
    KINDS,
    RADIUS_FACTOR,
    RGB,
    ROWS,
    SIZES,
    Scene,
    Thing,
)

ATTRIBUTES: Final = ("colour", "place", "count", "background", "shape", "size")
FULL_SIDE: Final = 112
"""Pictures are reduced by a whole number until their shorter side is about this: 256 to 128."""
FOREGROUND_DISTANCE: Final = 45.0
"""How far, in RGB units, a pixel is from the background when it belongs to a thing."""
FARTHEST_COLOUR: Final = 75.0
"""RGB units; a pixel farther from every colour of the palette has no name."""
LEAST_AREA: Final = 0.0055
"""Share of the shorter side squared; less is dirt, and the smallest thing has four times that."""
MOST_HOLES: Final = 0.3
"""Share of a filled blob: smaller holes are details, larger ones make it an outline."""
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

Mask = NDArray[np.bool_]
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


def _flood(free: bytearray, start: int, width: int) -> list[int]:
    """The cells 4-connected to a free one, in rows of `width`; takes them out of `free`."""
    stack, found = [start], []
    free[start] = 0
    while stack:
        cell = stack.pop()
        found.append(cell)
        for near in (cell - 1, cell + 1, cell - width, cell + width):
            if free[near]:
                free[near] = 0
                stack.append(near)
    return found


def regions(mask: Mask) -> list[Mask]:
    """The 4-connected regions of a mask that are large enough, each as a mask of its own."""
    padded = np.pad(mask, 1)
    height, width = padded.shape
    free = bytearray(padded.astype(np.uint8).tobytes())
    least = LEAST_AREA * min(mask.shape) ** 2
    found = []
    while (start := free.find(1)) >= 0:
        cells = _flood(free, start, width)
        if len(cells) >= least:
            region = np.zeros(height * width, dtype=bool)
            region[cells] = True
            found.append(region.reshape(height, width)[1:-1, 1:-1])
    return found


def _box(region: Mask) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of a region; the bottom and the right are behind it."""
    ys, xs = np.nonzero(region)
    return int(ys.min()), int(ys.max()) + 1, int(xs.min()), int(xs.max()) + 1


def _whole_things(found: list[Mask]) -> list[Mask]:
    """Regions with those put together that lie in the box of a larger one: where a white door
    meets a black wall there is a grey edge, which on grey looks like a gap."""
    things: list[Mask] = []
    for region in sorted(found, key=lambda one: int(one.sum()), reverse=True):
        top, bottom, left, right = _box(region)
        for i, (up, down, west, east) in enumerate(map(_box, things)):
            if up <= top and bottom <= down and west <= left and right <= east:
                things[i] = things[i] | region
                break
        else:
            things.append(region)
    return things


def _filled(region: Mask) -> Mask:
    """The region without its holes; or as it is, when they are so large that it is an outline."""
    top, bottom, left, right = _box(region)
    # Two rings around the box: the outer one stops the flood, which starts in the inner one.
    outside = np.pad(np.pad(~region[top:bottom, left:right], 1, constant_values=True), 1)
    height, width = outside.shape
    flooded = np.zeros(height * width, dtype=bool)
    flooded[_flood(bytearray(outside.astype(np.uint8).tobytes()), width + 1, width)] = True
    filled = np.zeros_like(region)
    filled[top:bottom, left:right] = ~flooded.reshape(height, width)[2:-2, 2:-2]
    return filled if filled.sum() - region.sum() <= MOST_HOLES * filled.sum() else region


def _inside(region: Mask) -> Mask:
    """The region without its rim, whose pixels are mixed with the background."""
    core = region.copy()
    for axis in (0, 1):
        for shift in (-2, 2):
            core &= np.roll(region, shift, axis)
    return core if core.any() else region


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
    region = ink if layout == "glyph" else _filled(ink)
    top, bottom, left, right = _box(region)
    return Template(shape, _normalised(region), max(bottom - top, right - left) / thing.radius)


@cache
def _templates() -> tuple[Template, ...]:
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
    return _best(_filled(region), _templates(), overlap, LEAST_OVERLAP)


def glyph_name(ink: Mask) -> str:
    """The glyph that the whole ink of a picture looks like most, or NOTHING."""
    return _best(ink, _glyphs(), shared_ink, LEAST_INK)


def _foreground(pixels: Pixels, ground: Pixels) -> Mask:
    return np.asarray(((pixels - ground) ** 2).sum(axis=2) > FOREGROUND_DISTANCE**2, dtype=bool)


def _read_blob(pixels: Pixels, region: Mask) -> Blob:
    top, bottom, left, right = _box(region)
    ys, xs = np.nonzero(region)
    return Blob(
        commonest_colour(pixels[_inside(region)]),
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
    things = _whole_things(regions(_foreground(pixels, ground)))
    return background, [_read_blob(pixels, thing) for thing in things]


def read_glyph(picture: Image.Image) -> tuple[str, str, str]:
    """The names of the background, of the glyph and of its colour."""
    pixels = reduced(picture)
    background, ground = read_background(pixels)
    found = regions(_foreground(pixels, ground))
    if not found:
        return background, NOTHING, NOTHING
    ink = np.logical_or.reduce(found)
    return background, glyph_name(ink), commonest_colour(pixels[_inside(ink)])


def _cell(blob: Blob, size: tuple[int, int]) -> tuple[str, str]:
    row = min(ROWS, key=lambda name: abs(ROWS[name] * size[1] - blob.y))
    column = min(COLUMNS, key=lambda name: abs(COLUMNS[name] * size[0] - blob.x))
    return row, column


def _place_right(scene: Scene, cells: list[tuple[str, str]]) -> bool | None:
    """None where the caption asked for no place."""
    if scene.layout == "placed":
        return cells == [scene.place]
    asked = {
        "beside": [("middle", "left"), ("middle", "right")],
        "stacked": [("bottom", "centre"), ("top", "centre")],
    }.get(scene.layout)
    return None if asked is None else sorted(cells) == asked


def _size_name(blob: Blob, asked: str, shorter_side: int) -> str:
    """The size of SIZES that a thing alone in the picture is nearest to."""
    # What is wrong in shape is as large as the same box around what was asked for.
    shape = asked if blob.shape == NOTHING else blob.shape
    extent = next(one.extent for one in _templates() if one.shape == shape)
    share = blob.extent / extent / RADIUS_FACTOR[shape] / shorter_side
    return min(SIZES, key=lambda name: abs(SIZES[name] - share))


def _same(seen: list[str], asked: list[str], equal: bool) -> bool:
    """Whether the things are the ones asked for; of equal things, whatever their number is."""
    return set(seen) == set(asked) if equal else seen == asked


def _check_things(scene: Scene, picture: Image.Image) -> dict[str, bool | None]:
    background, blobs = read_picture(picture)
    height, width = reduced(picture).shape[:2]
    if scene.layout in ("beside", "stacked"):
        blobs.sort(key=lambda blob: blob.y if scene.layout == "stacked" else blob.x)
    equal = scene.layout in COUNTS
    counted = len(blobs) == len(scene.things)
    size_right = None
    if scene.layout == "one":
        asked = scene.things[0].shape
        size_right = counted and _size_name(blobs[0], asked, min(width, height)) == scene.size
    return {
        "colour": _same([b.colour for b in blobs], [t.colour for t in scene.things], equal),
        "place": _place_right(scene, [_cell(blob, (width, height)) for blob in blobs]),
        "count": counted,
        "background": background == scene.background,
        "shape": _same([b.shape for b in blobs], [t.shape for t in scene.things], equal),
        "size": size_right,
    }


def _check_glyph(scene: Scene, picture: Image.Image) -> dict[str, bool | None]:
    background, glyph, colour = read_glyph(picture)
    thing = scene.things[0]
    return {
        "colour": colour == thing.colour,
        "place": None,
        "count": None,
        "background": background == scene.background,
        "shape": glyph == thing.shape,
        "size": None,
    }


def check(scene: Scene, picture: Image.Image) -> dict[str, bool | None]:
    """Each attribute right, wrong, or None where the scene has none; and "all", which passes over
    a size that the scene does not name."""
    result = (_check_glyph if scene.layout == "glyph" else _check_things)(scene, picture)
    asked = [name for name in ATTRIBUTES if name != "size" or scene.size]
    result["all"] = all(result[name] is not False for name in asked)
    return result
