"""Digits and a few simple Chinese characters, drawn with one round pen from our own strokes.

The tables are in percent of a character's square, the origin at the top left. What callers see is
in units of a glyph's radius (half the longer side of its ink) or in pixels. No font is involved.
"""

from __future__ import annotations

import math
import re
from functools import cache
from itertools import pairwise
from typing import Final

from PIL import ImageDraw

Point = tuple[float, float]
Polyline = tuple[Point, ...]

DIGITS: Final = "0123456789"
CHARACTERS: Final = "一二三四五六七八九十上下左右大小中人天土王工口日月木山水火田心女子牛云"
GLYPHS: Final = DIGITS + CHARACTERS

PEN: Final = 0.2
"""The width of the pen in radii, the same for every glyph."""

STEPS: Final = 10
"""The straight pieces that stand for one curve."""

# Strokes are parted by ";". The pen visits each point "x,y" in turn; points in brackets are the
# two controls of a cubic curve between their neighbours. "o x,y rx,ry" is an ellipse.
_TABLE: Final[dict[str, str]] = {
    "0": "o 30,50 30,50",
    "1": "0,24 30,0 30,100",
    "2": "2,28 (3,10)(14,0) 30,0 (47,0)(57,11) 57,27 (57,48)(34,64) 0,100 60,100",
    "3": "3,13 (9,4)(18,0) 29,0 (46,0)(56,10) 56,24 (56,38)(46,47) 30,47 22,47;"
    "30,47 (49,47)(60,57) 60,73 (60,90)(48,100) 30,100 (14,100)(4,93) 0,80",
    "4": "66,72 0,72 46,0 46,100",
    "5": "54,0 10,0 5,46 (12,39)(20,36) 29,36 (48,36)(59,49) 59,68 (59,87)(47,100) 28,100"
    " (14,100)(5,93) 0,82",
    "6": "46,0 (22,24)(0,46) 0,70;o 30,70 30,30",
    "7": "0,0 60,0 22,100",
    "8": "o 30,24 24,24;o 30,74 30,26",
    "9": "14,100 (38,76)(60,54) 60,30;o 30,30 30,30",
    "一": "0,50 100,50",
    "二": "14,15 86,15;0,85 100,85",
    "三": "8,8 92,8;16,50 84,50;0,92 100,92",
    "四": "2,98 2,8 98,8 98,98;2,90 98,90;"
    "36,8 (36,38)(33,50) 18,62;64,8 64,48 (64,57)(66,60) 74,60 82,60",
    "五": "8,4 92,4;48,4 32,94;12,46 80,46 75,94;0,94 100,94",
    "六": "44,0 54,17;0,33 100,33;32,54 (26,72)(16,88) 4,100;66,54 (78,68)(88,82) 97,100",
    "七": "0,48 98,34;38,0 38,78 (38,90)(42,94) 52,94 82,94 (92,94)(96,90) 97,72",
    "八": "34,10 (32,46)(22,74) 2,94;62,6 (67,46)(78,74) 98,94",
    "九": "38,0 38,30 (38,62)(26,84) 2,98;"
    "4,28 68,28 68,82 (68,92)(72,95) 81,95 (93,95)(98,91) 100,70",
    "十": "0,42 100,42;50,0 50,100",
    "上": "44,0 44,92;44,38 88,38;0,92 100,92",
    "下": "0,6 100,6;46,6 46,100;46,34 (62,41)(76,50) 88,62",
    "左": "4,20 96,20;40,0 (34,40)(22,72) 0,96;44,54 92,54;65,54 65,94;27,94 100,94",
    "右": "2,20 98,20;42,0 (34,36)(22,60) 0,78;38,100 38,52 92,52 92,100;38,91 92,91",
    "大": "2,30 98,30;50,0 50,28 (48,56)(36,84) 2,98;51,32 (55,60)(68,84) 98,98",
    "小": "50,0 50,86 (50,95)(47,98) 40,98 30,98;24,30 (20,48)(12,64) 2,76;"
    "76,30 (86,44)(94,60) 99,76",
    "中": "4,76 4,20 96,20 96,76;4,66 96,66;50,0 50,100",
    "人": "50,0 (50,36)(42,76) 2,98;49,30 (54,58)(70,84) 98,98",
    "天": "10,6 90,6;2,42 98,42;50,6 50,38 (48,64)(36,86) 2,98;51,44 (56,68)(68,87) 98,98",
    "土": "10,38 90,38;50,0 50,94;0,94 100,94",
    "王": "5,6 95,6;12,48 88,48;0,94 100,94;50,6 50,94",
    "工": "8,10 92,10;50,10 50,92;0,92 100,92",
    "口": "6,100 6,10 94,10 94,100;6,90 94,90",
    "日": "15,100 15,0 85,0 85,100;15,46 85,46;15,91 85,91",
    "月": "20,2 20,44 (20,70)(16,86) 2,100;20,2 86,2 86,86 (86,95)(83,98) 76,98 62,98;"
    "20,34 86,34;19,65 86,65",
    "木": "2,28 98,28;50,0 50,100;48,30 (40,52)(24,72) 0,86;52,30 (60,52)(76,72) 100,86",
    "山": "50,0 50,92;4,28 4,92 96,92 96,28",
    "水": "50,0 50,86 (50,95)(47,98) 40,98 30,98;4,28 36,28 (30,54)(20,70) 0,84;"
    "90,16 (82,28)(70,38) 57,46;51,26 (60,54)(76,74) 100,86",
    "火": "50,0 50,28 (50,60)(38,86) 2,98;50,44 (56,68)(70,88) 98,98;"
    "16,26 (15,40)(11,50) 4,60;88,24 (83,36)(77,46) 68,54",
    "田": "4,100 4,4 96,4 96,100;4,92 96,92;50,4 50,92;4,48 96,48",
    "心": "10,38 (10,54)(6,68) 0,80;28,30 28,80 (28,91)(32,95) 42,95 60,95 (70,95)(74,91) 75,74;"
    "40,4 (49,10)(56,17) 62,27;80,32 (89,43)(95,55) 100,70",
    "女": "44,0 (36,26)(28,44) 20,60 (44,68)(70,82) 90,100;74,28 (68,66)(46,90) 4,99;0,28 100,28",
    "子": "12,4 86,4 (76,17)(64,26) 50,34 50,86 (50,95)(47,98) 40,98 28,98;0,52 100,52",
    "牛": "26,6 (22,22)(14,36) 4,46;21,24 92,24;0,60 100,60;54,0 54,100",
    "云": "14,6 86,6;0,40 100,40;44,40 (35,60)(26,76) 14,90 (40,90)(62,88) 86,84;"
    "66,60 (79,72)(89,84) 97,100",
}

_NUMBER: Final = r"-?\d+(?:\.\d+)?"
_POINT: Final = re.compile(rf"(\()?({_NUMBER}),({_NUMBER})")


def _curve(start: Point, first: Point, second: Point, end: Point) -> list[Point]:
    """The cubic Bezier curve after its start, to and with its end."""
    points = []
    for step in range(1, STEPS + 1):
        t = step / STEPS
        weights = ((1 - t) ** 3, 3 * t * (1 - t) ** 2, 3 * t**2 * (1 - t), t**3)
        pulls = tuple(zip(weights, (start, first, second, end), strict=True))
        points.append((sum(w * p[0] for w, p in pulls), sum(w * p[1] for w, p in pulls)))
    return points


def _ellipse(centre: Point, radii: Point) -> list[Point]:
    count = 4 * STEPS
    angles = (2 * math.pi * step / count for step in range(count + 1))
    return [
        (centre[0] + radii[0] * math.cos(angle), centre[1] + radii[1] * math.sin(angle))
        for angle in angles
    ]


def _polyline(stroke: str) -> list[Point]:
    """One stroke of the table, its curves sampled, in percent."""
    found = [(bool(m[1]), (float(m[2]), float(m[3]))) for m in _POINT.finditer(stroke)]
    if stroke.startswith("o"):
        return _ellipse(found[0][1], found[1][1])
    points: list[Point] = []
    controls: list[Point] = []
    for is_control, point in found:
        if is_control:
            controls.append(point)
        elif controls:
            points += _curve(points[-1], controls[0], controls[1], point)
            controls = []
        else:
            points.append(point)
    return points


@cache
def strokes(glyph: str) -> tuple[Polyline, ...]:
    """The middle of the pen's path, in radii, y downwards; KeyError for a glyph not drawn here.

    The box of the ink, which reaches half a pen further, has its centre at the origin and its
    longer side from -1 to 1.
    """
    lines = [_polyline(stroke) for stroke in _TABLE[glyph].split(";")]
    xs = [x for line in lines for x, _ in line]
    ys = [y for line in lines for _, y in line]
    middle_x, middle_y = (min(xs) + max(xs)) / 2, (min(ys) + max(ys)) / 2
    scale = (2 - PEN) / max(max(xs) - min(xs), max(ys) - min(ys))
    return tuple(
        tuple(((x - middle_x) * scale, (y - middle_y) * scale) for x, y in line) for line in lines
    )


def draw_glyph(
    draw: ImageDraw.ImageDraw,
    glyph: str,
    x: float,
    y: float,
    radius: float,
    fill: tuple[int, ...] | int | str,
) -> None:
    """Draw the glyph with its ink centred at (x, y) and its longer side 2 * radius, in pixels."""
    pen = PEN * radius / 2
    for line in strokes(glyph):
        points = [(x + radius * px, y + radius * py) for px, py in line]
        for px, py in points:
            draw.ellipse((px - pen, py - pen, px + pen, py + pen), fill=fill)
        for (ax, ay), (bx, by) in pairwise(points):
            length = math.hypot(bx - ax, by - ay)
            if not length:
                continue
            nx, ny = (ay - by) / length * pen, (bx - ax) / length * pen
            sides = [(ax + nx, ay + ny), (bx + nx, by + ny), (bx - nx, by - ny), (ax - nx, ay - ny)]
            draw.polygon(sides, fill=fill)
