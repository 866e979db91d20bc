"""Moments as people read them: the only place that puts one into words."""

from datetime import datetime
from zoneinfo import ZoneInfo


def local_time(moment_ms: int, now_ms: int, time_zone: str, *, seconds: bool = False) -> str:
    """Of this year 「01-02 11:04」, else 「2025-12-31 11:04」. `time_zone` is that of the chat in
    which it is read: see RulesHere.time_zone."""
    zone = ZoneInfo(time_zone)
    moment, now = (datetime.fromtimestamp(ms / 1000, zone) for ms in (moment_ms, now_ms))
    day = f"{moment:%m-%d}" if moment.year == now.year else f"{moment:%Y-%m-%d}"
    return f"{day} {moment:%H:%M:%S}" if seconds else f"{day} {moment:%H:%M}"
