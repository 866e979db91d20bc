"""How a rule of a group is written: `冷却 30秒`, `daily 20`, `画幅 默认`."""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.core.admin.quota_syntax import MAX_UNITS
from bot.core.admin.switch import switched
from bot.core.draw_options import MAX_RATIO
from bot.core.draw_size import as_size, least_largest, resolve_size
from bot.core.draw_syntax import DrawRequest
from bot.core.errors import Refusal
from bot.core.grammar.values import read_value, shortened
from bot.core.group_rules import GroupRules
from bot.core.quota import UNIT
from engine.contract import MAX_PICTURES
from engine.profiles import Profile

MAX_COOLDOWN_S = 3600
USUAL = frozenset({"默认", "默認", "預設", "usual", "default"})
_ZONES = {"北京": "Asia/Shanghai", "上海": "Asia/Shanghai", "北京时间": "Asia/Shanghai",
          "香港": "Asia/Hong_Kong", "台北": "Asia/Taipei", "东京": "Asia/Tokyo"}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Bounded:
    """Within what a group can decide."""

    usual: GroupRules
    profile: Profile


@dataclass(frozen=True, kw_only=True)
class Setting:
    """One thing that can be decided."""

    #: Also how buttons write it.
    name: str
    #: As GroupRules calls it; None is of the chat's own.
    rule: str | None
    zh: tuple[str, ...]
    #: Raises ValueError, or Refusal where that says more.
    read: Callable[[str, Bounded], Any]
    #: What a value may be, in signs that need no translation.
    allowed: Callable[[Bounded], str]
    #: It takes from what people have elsewhere: in private chats nobody decides it.
    limit: bool = False


def parse_group(text: str, bounded: Bounded) -> tuple[Setting, Any]:
    """What is to be decided, and how; None is as usual. Raises Refusal."""
    match = _ORDER.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None:
        raise Refusal("bad_group")
    setting, typed = _SPELLED[match["name"].lower()], match["value"].strip()
    if typed.lower() in USUAL:
        return setting, None
    allowed = setting.allowed(bounded)
    if not typed:
        raise Refusal("missing_group_value", setting=setting.name, allowed=allowed)
    wrong = Refusal(
        "bad_group_value", setting=setting.name, value=shortened(typed), allowed=allowed
    )
    try:
        return setting, setting.read(typed, bounded)
    except ValueError:
        raise wrong from None
    except Refusal as refusal:
        # Not even a size or a ratio; what cannot be drawn is told with the nearest that can.
        raise (wrong if refusal.code == "bad_value" else refusal) from None


def _whole(typed: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", typed) or not low <= int(typed) <= high:
        raise ValueError(typed)
    return int(typed)


def _daily(typed: str, _: Bounded) -> int:
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,2})?", typed) or float(typed) > MAX_UNITS:
        raise ValueError(typed)
    return round(float(typed) * UNIT)


def _cooldown(typed: str, _: Bounded) -> int:
    if switched(typed) is False or typed in ("无", "none"):
        return 0
    match = re.fullmatch(r"(\d+)\s*(?:(秒钟?|s|sec)|(分钟?|m|min))?", typed.lower(), re.ASCII)
    if match is None:
        raise ValueError(typed)
    minutes = match[3] is not None
    return _whole(match[1], 0, MAX_COOLDOWN_S // (60 if minutes else 1)) * (60 if minutes else 1)


def _queue(typed: str, bounded: Bounded) -> int:
    return _whole(typed.rstrip("个").strip(), 1, bounded.usual.queue_cap or 1)


def _count(typed: str, _: Bounded) -> int:
    return _whole(typed.rstrip("张").strip(), 1, MAX_PICTURES)


def _size(typed: str, bounded: Bounded) -> int:
    asked = DrawRequest(prompt="", size=read_value("size", typed))
    width, height = resolve_size(asked, bounded.profile)
    if width * height < least_largest(bounded.profile):
        raise ValueError(typed)
    return width * height


def _ratio(typed: str, bounded: Bounded) -> tuple[int, int]:
    ratio: tuple[int, int] = read_value("ratio", typed)
    resolve_size(DrawRequest(prompt="", ratio=ratio), bounded.profile)
    return ratio


def _switch(typed: str, _: Bounded) -> bool:
    on = switched(typed)
    if on is None:
        raise ValueError(typed)
    return on


def _one_of(values: dict[str, Any]) -> Callable[[str, Bounded], Any]:
    def read(typed: str, _: Bounded) -> Any:
        if typed.lower() not in values:
            raise ValueError(typed)
        return values[typed.lower()]

    return read


def _zone(typed: str, _: Bounded) -> str:
    name = _ZONES.get(typed, typed).replace(" ", "_")
    # Also as people write it: utc, asia/shanghai, america/new york.
    for spelled in (name, name.upper(), re.sub(r"(?<![A-Za-z])[a-z]", _upper, name)):
        if re.fullmatch(r"UTC|[A-Z][A-Za-z]+(/[A-Za-z0-9_+-]+){1,2}", spelled):
            with suppress(ZoneInfoNotFoundError, OSError):
                return ZoneInfo(spelled).key
    raise ValueError(typed)


def _upper(letter: re.Match[str]) -> str:
    return letter[0].upper()


SETTINGS: tuple[Setting, ...] = (
    Setting(
        name="daily",
        rule="allowance",
        zh=("每人每天", "每天", "每日", "额度"),
        read=_daily,
        allowed=lambda _: f"0 – {MAX_UNITS}",
        limit=True,
    ),
    Setting(
        name="cooldown",
        rule="cooldown_s",
        zh=("冷却时间", "冷却", "间隔"),
        read=_cooldown,
        allowed=lambda _: f"0 – {MAX_COOLDOWN_S}",
        limit=True,
    ),
    Setting(
        name="queue",
        rule="queue_cap",
        zh=("每人排队", "排队", "队列"),
        read=_queue,
        allowed=lambda bounded: f"1 – {bounded.usual.queue_cap}",
        limit=True,
    ),
    Setting(
        name="count",
        rule="max_count",
        zh=("一次张数", "张数", "数量"),
        read=_count,
        allowed=lambda _: f"1 – {MAX_PICTURES}",
        limit=True,
    ),
    Setting(
        name="size",
        rule="max_pixels",
        zh=("最大尺寸", "尺寸", "分辨率"),
        read=_size,
        allowed=lambda bounded: (
            f"{as_size(least_largest(bounded.profile))} – {as_size(bounded.profile.max_pixels)}"
        ),
        limit=True,
    ),
    Setting(
        name="ratio",
        rule="ratio",
        zh=("画幅", "比例"),
        read=_ratio,
        allowed=lambda _: f"1:{MAX_RATIO} – {MAX_RATIO}:1",
    ),
    Setting(
        name="language",
        rule="language",
        zh=("语言",),
        read=_one_of(
            {
                **dict.fromkeys(("zh", "中文", "汉语", "chinese"), "zh"),
                **dict.fromkeys(("en", "英文", "英语", "english"), "en"),
                **dict.fromkeys(("auto", "自动", "自動"), None),
            }
        ),
        allowed=lambda _: "zh, en, auto",
    ),
    Setting(
        name="spoiler",
        rule="spoiler",
        zh=("遮挡图片", "遮挡"),
        read=_switch,
        allowed=lambda _: "on, off",
    ),
    Setting(
        name="progress",
        rule=None,
        zh=("进度",),
        read=_one_of(
            {
                **dict.fromkeys(("full", "完整", "全部"), False),
                **dict.fromkeys(("quiet", "安静"), True),
            }
        ),
        allowed=lambda _: "full, quiet",
    ),
    Setting(
        name="zone",
        rule="time_zone",
        zh=("时区",),
        read=_zone,
        allowed=lambda _: "Asia/Shanghai, Europe/Berlin, UTC …",
    ),
    Setting(
        name="enhance",
        rule="enhance",
        zh=("画质增强", "增强"),
        read=_switch,
        allowed=lambda _: "on, off",
    ),
)
_SPELLED = {name: setting for setting in SETTINGS for name in (setting.name, *setting.zh)}
_NAMES = "|".join(map(re.escape, sorted(_SPELLED, key=len, reverse=True)))
#: 「冷却30秒」, `cooldown: 30`, `daily 20`; an English name ends as a word does.
_ORDER = re.compile(
    rf"(?P<name>{_NAMES})(?:(?<![a-z])|(?![a-z]))\s*[:=]?(?P<value>.*)", re.DOTALL | re.IGNORECASE
)
