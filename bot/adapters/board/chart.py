"""Bars over time, as SVG: nothing is loaded for it, and it fits a phone."""

import html
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

_WIDTH, _HEIGHT, _FOOT, _HEAD = 600, 150, 18, 16


@dataclass(frozen=True)
class Bar:
    """`part` of `value` is drawn darker; None: there is nothing to draw."""

    begin_ms: int
    value: float | None
    part: float | None = None


def chart(title: str, bars: Sequence[Bar], time_zone: str) -> str:
    """An SVG as wide as there is room; every bar tells its numbers where one points at it."""
    zone, most = ZoneInfo(time_zone), max((bar.value or 0 for bar in bars), default=0)
    step = _WIDTH / max(1, len(bars))
    drawn = [
        _bar(bar, number * step, step, most, _moment(bar, zone)) for number, bar in enumerate(bars)
    ]
    every = max(1, len(bars) // 6)
    labels = [
        f'<text x="{number * step:.1f}" y="{_HEIGHT - 4}">{_moment(bar, zone)}</text>'
        for number, bar in enumerate(bars)
        if number % every == 0
    ]
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" aria-label="{html.escape(title)}">'
        f'<text x="0" y="12">{html.escape(title)} · ↑ {most:.3g}</text>'
        f"{''.join(drawn)}{''.join(labels)}</svg>"
    )


def _bar(bar: Bar, left: float, step: float, most: float, moment: str) -> str:
    if not bar.value:
        return ""
    room, bottom = _HEIGHT - _FOOT - _HEAD - 4, _HEIGHT - _FOOT
    told = f"{moment}: {bar.value:.3g}" + ("" if bar.part is None else f" ({bar.part:.3g})")
    rectangles = [
        f'<rect class="{kind}" x="{left + 1:.1f}" y="{bottom - tall:.1f}" '
        f'width="{max(1.0, step - 2):.1f}" height="{tall:.1f}"><title>{told}</title></rect>'
        for kind, value in (("whole", bar.value), ("part", bar.part))
        if value is not None
        for tall in (room * value / most,)
    ]
    return "".join(rectangles)


def _moment(bar: Bar, zone: ZoneInfo) -> str:
    return f"{datetime.fromtimestamp(bar.begin_ms / 1000, zone):%m-%d %H:%M}"
