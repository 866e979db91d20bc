"""A checker that looks at a picture and says what is right about it, knowing the scene asked for.

It finds blobs that differ from the background, names each blob's colour by its commonest palette
colour, its shape by the best overlapping template, its place by its centre. It is no judge of
beauty: a lumpy circle still overlaps the circle's template best. Needs numpy and Pillow alone.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from engine.demo_model.train.scenes import (
    BACKGROUNDS,
    COLOURS,
    COLUMNS,
    ROWS,
    SHAPES,
    SIZE,
    Scene,
    Thing,
    draw_thing,
)

ATTRIBUTES: Final = ("colour", "place", "count", "background", "shape")
FOREGROUND_DISTANCE: Final = 60.0
"""How far, in RGB units, a pixel is from the background when it belongs to a thing."""
LEAST_AREA: Final = 90
"""Pixels; anything smaller is dirt, and the smallest thing drawn is four times as large."""
TEMPLATE_SIDE: Final = 48
LEAST_OVERLAP: Final = 0.75
"""A region that overlaps no template this much has no shape."""
NO_SHAPE: Final = "none"

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Blob:
    """A connected region: its colour and shape by name, its centre and area in pixels."""

    colour: str
    shape: str
    x: float
    y: float
    area: int


def nearest_name(colour: NDArray[np.float64], palette: dict[str, tuple[int, int, int]]) -> str:
    distances = {
        name: float(np.sum((colour - np.array(rgb)) ** 2)) for name, rgb in palette.items()
    }
    return min(distances, key=distances.__getitem__)


def read_background(pixels: NDArray[np.float64]) -> tuple[str, NDArray[np.float64]]:
    """The background's name and its median colour along the picture's rim."""
    rim = np.concatenate([pixels[:3].reshape(-1, 3), pixels[-3:].reshape(-1, 3)])
    rim = np.concatenate([rim, pixels[:, :3].reshape(-1, 3), pixels[:, -3:].reshape(-1, 3)])
    median: NDArray[np.float64] = np.median(rim, axis=0)
    return nearest_name(median, BACKGROUNDS), median


def regions(mask: Mask) -> list[Mask]:
    """The 4-connected regions of a mask that are large enough, each as a mask of its own."""
    seen = ~mask
    found = []
    for y, x in zip(*np.nonzero(mask), strict=True):
        if seen[y, x]:
            continue
        region = _flood(seen, int(y), int(x))
        if region.sum() >= LEAST_AREA:
            found.append(region)
    return found


def _flood(seen: Mask, y: int, x: int) -> Mask:
    """The region that (y, x) belongs to; marks it in `seen`."""
    region = np.zeros_like(seen)
    queue = deque([(y, x)])
    seen[y, x] = True
    while queue:
        y, x = queue.popleft()
        region[y, x] = True
        for j, i in ((y - 1, x), (y + 1, x), (y, x - 1), (y, x + 1)):
            if 0 <= j < SIZE and 0 <= i < SIZE and not seen[j, i]:
                seen[j, i] = True
                queue.append((j, i))
    return region


def _inside(region: Mask) -> Mask:
    """The region without its rim, whose pixels are mixed with the background."""
    core = region.copy()
    for axis in (0, 1):
        for shift in (-2, 2):
            core &= np.roll(region, shift, axis)
    return core if core.any() else region


def _colour_name(pixels: NDArray[np.float64]) -> str:
    """The commonest palette colour of (n, 3) pixels."""
    palette = np.array(list(COLOURS.values()), dtype=float)
    nearest = ((pixels[:, None] - palette[None]) ** 2).sum(axis=2).argmin(axis=1)
    return list(COLOURS)[int(np.bincount(nearest, minlength=len(COLOURS)).argmax())]


def _normalised(region: Mask) -> NDArray[np.float64]:
    """The region's bounding box stretched to a square of fixed side, keeping its proportions."""
    ys, xs = np.nonzero(region)
    height, width = int(np.ptp(ys)) + 1, int(np.ptp(xs)) + 1
    side = max(height, width)
    square = np.zeros((side, side), dtype=np.uint8)
    top, left = (side - height) // 2, (side - width) // 2
    box = region[ys.min() : ys.max() + 1, xs.min() : xs.max() + 1]
    square[top : top + height, left : left + width] = box * 255
    image = Image.fromarray(square).resize(
        (TEMPLATE_SIDE, TEMPLATE_SIDE), Image.Resampling.BILINEAR
    )
    scaled: NDArray[np.float64] = np.asarray(image, dtype=float) / 255
    return scaled


@cache
def _templates() -> dict[str, NDArray[np.float64]]:
    templates = {}
    for shape in SHAPES:
        canvas = Image.new("L", (SIZE, SIZE), 0)
        draw_thing(ImageDraw.Draw(canvas), Thing(shape, "black", 64, 64, 40), 1.0, 255)
        templates[shape] = _normalised(np.asarray(canvas) > 127)
    return templates


def shape_name(region: Mask) -> str:
    """The shape whose template overlaps the region best (intersection over union), or NO_SHAPE."""
    seen = _normalised(region)
    overlaps = {
        shape: float(np.minimum(seen, template).sum() / np.maximum(seen, template).sum())
        for shape, template in _templates().items()
    }
    best = max(overlaps, key=overlaps.__getitem__)
    return best if overlaps[best] >= LEAST_OVERLAP else NO_SHAPE


def read_picture(picture: Image.Image) -> tuple[str, list[Blob]]:
    """The background's name and the blobs of a 128 x 128 picture."""
    pixels = np.asarray(picture.convert("RGB"), dtype=float)
    background, ground = read_background(pixels)
    mask = np.sqrt(((pixels - ground) ** 2).sum(axis=2)) > FOREGROUND_DISTANCE
    blobs = []
    for region in regions(mask):
        ys, xs = np.nonzero(region)
        colour = _colour_name(pixels[_inside(region)])
        blobs.append(
            Blob(colour, shape_name(region), float(xs.mean()), float(ys.mean()), int(region.sum()))
        )
    return background, blobs


def _cell(blob: Blob) -> tuple[str, str]:
    row = min(ROWS, key=lambda name: abs(ROWS[name] - blob.y))
    column = min(COLUMNS, key=lambda name: abs(COLUMNS[name] - blob.x))
    return row, column


def _in_order(scene: Scene, blobs: list[Blob]) -> list[Blob]:
    """Blobs in the order of the scene's things: top to bottom, or left to right."""
    if scene.layout == "stacked":
        return sorted(blobs, key=lambda blob: blob.y)
    return sorted(blobs, key=lambda blob: blob.x)


def _place_right(scene: Scene, blobs: list[Blob]) -> bool | None:
    """None where the caption asked for no place."""
    if scene.layout in ("two", "three", "one"):
        return None
    if scene.layout == "placed":
        return len(blobs) == 1 and _cell(blobs[0]) == scene.place
    cells = {
        "beside": {("middle", "left"), ("middle", "right")},
        "stacked": {("top", "centre"), ("bottom", "centre")},
    }[scene.layout]
    return len(blobs) == 2 and {_cell(blob) for blob in blobs} == cells


def check(scene: Scene, picture: Image.Image) -> dict[str, bool | None]:
    """Each attribute right, wrong, or None where the scene does not ask for it; and "all"."""
    background, blobs = read_picture(picture)
    ordered = _in_order(scene, blobs)
    # Equal things need no order, and theirs is not the one they were made in.
    counted = len(blobs) == len(scene.things)
    wanted = scene.things
    result: dict[str, bool | None] = {
        "colour": counted
        and all(b.colour == t.colour for b, t in zip(ordered, wanted, strict=True)),
        "place": _place_right(scene, blobs),
        "count": counted,
        "background": background == scene.background,
        "shape": counted and all(b.shape == t.shape for b, t in zip(ordered, wanted, strict=True)),
    }
    result["all"] = all(result[name] is not False for name in ATTRIBUTES)
    return result
