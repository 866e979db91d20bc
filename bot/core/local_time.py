"""Moments as people read them."""

from datetime import datetime
from zoneinfo import ZoneInfo


def local_time(moment_ms: int, now_ms: int, time_zone: str) -> str:
    """Of this year 「01-02 11:04」, else 「2025-12-31 11:04」."""
    zone = ZoneInfo(time_zone)
    moment, now = (datetime.fromtimestamp(ms / 1000, zone) for ms in (moment_ms, now_ms))
    return f"{moment:%m-%d %H:%M}" if moment.year == now.year else f"{moment:%Y-%m-%d %H:%M}"
