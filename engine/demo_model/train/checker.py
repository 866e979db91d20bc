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

from typing import Final

from PIL import Image

from engine.demo_model.train.reading import (
    NOTHING,
    Blob,
    read_glyph,
    read_picture,
    reduced,
    templates,
)
from engine.demo_model.train.scenes import COLUMNS, COUNTS, RADIUS_FACTOR, ROWS, SIZES, Scene

ATTRIBUTES: Final = ("colour", "place", "count", "background", "shape", "size")


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
    extent = next(one.extent for one in templates() if one.shape == shape)
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
