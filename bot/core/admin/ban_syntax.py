"""How admins say for how long: `1天`, `2 小时`, `30m`, `1h30m`, `永久`; why comes behind it."""

import re
import unicodedata
from dataclasses import dataclass

from bot.core.errors import Refusal

MINUTE_MS = 60 * 1000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
#: What nothing said means.
USUAL_MS = DAY_MS
MAX_DAYS = 365
MAX_REASON = 100
_UNITS = {
    MINUTE_MS: ("分钟", "分鐘", "分", "minutes", "minute", "mins", "min", "m"),
    HOUR_MS: ("个小时", "個小時", "小时", "小時", "时", "時", "hours", "hour", "hrs", "hr", "h"),
    DAY_MS: ("天", "日", "days", "day", "d"),
    7 * DAY_MS: ("个星期", "個星期", "星期", "周", "週", "weeks", "week", "w"),
}
_UNIT_MS = {name: ms for ms, names in _UNITS.items() for name in names}
_NAMES = "|".join(sorted(_UNIT_MS, key=len, reverse=True))
#: Names of units, as a pattern.
UNITS = _NAMES
_NUMBERS: dict[str, float] = {
    **{word: number for number, word in enumerate("零一二三四五六七八九十")},
    **{"两": 2, "兩": 2, "半": 0.5},
}
_NUMBER = rf"[0-9]{{1,6}}|[{''.join(_NUMBERS)}]"
_PART = rf"(?:{_NUMBER})\s*(?:{_NAMES})"
_DURATION = re.compile(
    rf"(?P<length>{_PART}(?:\s*{_PART})*)(?![A-Za-z0-9])(?P<glued>\w)?", re.IGNORECASE
)
_ONE = re.compile(rf"(?P<number>{_NUMBER})\s*(?P<unit>{_NAMES})", re.IGNORECASE)
_FOR_GOOD = re.compile(r"(?:永久|永远|永遠|forever|permanent(?:ly)?)(?![A-Za-z0-9])", re.IGNORECASE)
#: It was meant to be a duration.
_BEGINS_WITH_NUMBER = re.compile(r"[0-9+−-]")


@dataclass(frozen=True, kw_only=True)
class BanOrder:
    """How long somebody is to be banned, and why."""

    #: None: until it is lifted.
    length_ms: int | None
    reason: str


def parse_ban(text: str) -> BanOrder:
    """Raises Refusal."""
    text = unicodedata.normalize("NFKC", text).strip()
    if said := _FOR_GOOD.match(text):
        return BanOrder(length_ms=None, reason=_reason(text[said.end() :]))
    said = _DURATION.match(text)
    # 「2天刷屏」 is a duration and a reason, 「十分烦人」 a reason.
    if said and (said["length"][0].isdecimal() or not said["glued"]):
        reason = _reason(text[said.end("length") :])
        return BanOrder(length_ms=_length(said["length"]), reason=reason)
    if _BEGINS_WITH_NUMBER.match(text):
        raise Refusal("bad_duration")
    return BanOrder(length_ms=USUAL_MS, reason=_reason(text))


def _length(said: str) -> int:
    parts = _ONE.finditer(said)
    length = round(sum(_number(one["number"]) * _UNIT_MS[one["unit"].lower()] for one in parts))
    if not 0 < length <= MAX_DAYS * DAY_MS:
        raise Refusal("ban_too_long", limit=MAX_DAYS)
    return length


def _number(said: str) -> float:
    return int(said) if said.isdecimal() else _NUMBERS[said]


def _reason(text: str) -> str:
    reason = " ".join(text.split()).lstrip(",:;，。：；、- ")
    if len(reason) > MAX_REASON:
        raise Refusal("too_long", length=len(reason), limit=MAX_REASON)
    return reason
