"""Bars over time."""

import re
from xml.etree import ElementTree

from bot.adapters.board.chart import Bar, chart

#: 2026-01-02 03:04:05 UTC
BEGIN = 1_767_323_045_000


def rectangles(svg: str) -> list[tuple[str, float]]:
    found = re.findall(r'<rect class="(\w+)"[^>]*height="([\d.]+)"', svg)
    return [(kind, float(height)) for kind, height in found]


def test_bars_are_as_tall_as_their_values_and_parts_within() -> None:
    svg = chart("x", [Bar(BEGIN, 4, 1), Bar(BEGIN, 2)], "UTC")
    (_, whole), (_, part), (_, half) = rectangles(svg)
    assert (part, half) == (whole / 4, whole / 2)


def test_nothing_is_no_bar() -> None:
    assert rectangles(chart("x", [Bar(BEGIN, 0), Bar(BEGIN, None)], "UTC")) == []
    assert rectangles(chart("x", [], "UTC")) == []


def test_a_bar_tells_its_numbers_and_its_moment_where_the_operator_lives() -> None:
    svg = chart("x", [Bar(BEGIN, 4.25, 1.5)], "Asia/Shanghai")
    assert "01-02 11:04: 4.25 (1.5)" in svg


def test_it_is_whole_whatever_its_title_holds() -> None:
    tree = ElementTree.fromstring(chart('a <b> & "c"', [Bar(BEGIN, 1)], "UTC"))
    assert tree.attrib["aria-label"] == 'a <b> & "c"'
