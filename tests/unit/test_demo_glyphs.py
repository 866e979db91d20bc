"""The demo model's digits and Chinese characters: their strokes, size, place and pen."""

from __future__ import annotations

import math
from functools import cache
from itertools import combinations, pairwise

import pytest
from PIL import Image, ImageChops, ImageDraw

from engine.demo_model.train.glyphs import (
    CHARACTERS,
    DIGITS,
    GLYPHS,
    PEN,
    draw_glyph,
    strokes,
)

SIDE = 64


@cache
def mask(glyph: str, side: int = SIDE, radius: float = 30.0) -> Image.Image:
    image = Image.new("1", (side, side))
    draw_glyph(ImageDraw.Draw(image), glyph, side / 2, side / 2, radius, 1)
    return image


def ink_box(image: Image.Image) -> tuple[int, int, int, int]:
    box = image.getbbox()
    assert box is not None
    return box


def area(image: Image.Image) -> int:
    return image.histogram()[255]


def test_the_glyphs_are_the_digits_and_the_characters_once_each():
    assert tuple(GLYPHS) == (*DIGITS, *CHARACTERS)
    assert len(set(GLYPHS)) == len(GLYPHS)


@pytest.mark.parametrize("glyph", GLYPHS)
def test_the_pen_stays_inside_the_square_and_reaches_its_edge(glyph: str):
    lines = strokes(glyph)
    assert lines
    assert all(len(line) > 1 for line in lines)
    reach = max(abs(value) for line in lines for point in line for value in point)
    assert reach + PEN / 2 == pytest.approx(1)


@pytest.mark.parametrize("glyph", GLYPHS)
def test_the_ink_is_centred_and_reaches_the_radius(glyph: str):
    left, top, right, bottom = ink_box(mask(glyph, side=200, radius=80.0))
    assert left + right == pytest.approx(200, abs=3)
    assert top + bottom == pytest.approx(200, abs=3)
    assert max(right - left, bottom - top) == pytest.approx(160, abs=3)


@pytest.mark.parametrize("radius", [20.0, 40.0, 80.0])
def test_the_pen_is_as_wide_as_the_radius_asks(radius: float):
    _, top, _, bottom = ink_box(mask("一", side=200, radius=radius))
    assert bottom - top == pytest.approx(PEN * radius, abs=2)


@pytest.mark.parametrize("glyph", GLYPHS)
def test_one_round_pen_draws_every_glyph(glyph: str):
    """The pen leaves its whole disc wherever it stands, and no more ink than its path is long."""
    side, radius = 200, 80.0
    pen = PEN * radius
    image = mask(glyph, side=side, radius=radius)
    discs = Image.new("1", image.size)
    most = 0.0
    for line in strokes(glyph):
        for point in line:
            x, y = (side / 2 + radius * value for value in point)
            reach = pen / 2 - 1
            box = (x - reach, y - reach, x + reach, y + reach)
            ImageDraw.Draw(discs).ellipse(box, fill=1)
        length = radius * sum(math.dist(start, end) for start, end in pairwise(line))
        most += length * pen + math.pi * pen**2 / 4
    assert ImageChops.logical_and(discs, image).tobytes() == discs.tobytes()
    assert area(image) < 1.15 * most  # A pixel's rounding makes a 16 pixel pen up to 17 wide.


def test_no_two_glyphs_look_alike():
    for one, other in combinations(GLYPHS, 2):
        shared = area(ImageChops.logical_and(mask(one), mask(other)))
        union = area(ImageChops.logical_or(mask(one), mask(other)))
        assert shared / union < 0.8, (one, other)


@pytest.mark.parametrize("unknown", ["A", "马", "", "10"])
def test_an_unknown_glyph_is_a_key_error(unknown: str):
    with pytest.raises(KeyError):
        strokes(unknown)
