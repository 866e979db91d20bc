"""The value of an option: from what was typed to what it means, or a refusal with the range."""

import math
import re
from collections.abc import Callable
from typing import Any

from bot.core.draw_options import (
    ENHANCE_WORDS,
    MAX_RATIO,
    MAX_SEED,
    MAX_STRENGTH,
    MIN_STRENGTH,
    RATIO_WORDS,
    STRENGTH_WORDS,
    option_named,
)
from bot.core.errors import Refusal
from bot.core.grammar.folding import fold
from bot.core.loras import WantedLora
from engine.contract import MAX_PICTURES
from engine.lora import MAX_LORA_NAME, MAX_LORA_WEIGHT
from engine.profiles import Profile

#: A refusal quotes at most this much of what was typed.
QUOTED_LENGTH = 40
_DIGITS = "零一二三四五六七八九"
_RATIO_WORDS = {
    name: word.ratio for word in RATIO_WORDS for name in (*word.zh, *word.en, *word.zh[0][:1])
}
_SWITCHES = {name: word.on for word in ENHANCE_WORDS for name in (*word.zh, *word.en)}


class _Unreadable(ValueError):
    """Not a value of this kind, or out of its range."""


def shortened(text: str) -> str:
    """`text` as a refusal quotes it."""
    return text if len(text) <= QUOTED_LENGTH else text[: QUOTED_LENGTH - 1] + "…"


def read_value(key: str, typed: str) -> Any:
    """The value that `typed` (folded) stands for. Raises Refusal("bad_value")."""
    try:
        return _READERS[key](typed.strip())
    except _Unreadable:
        raise bad_value(key, typed) from None


def bad_value(key: str, typed: str) -> Refusal:
    """The refusal of `typed`, which is empty where the value is missing."""
    return Refusal(
        "bad_value", key=key, value=shortened(typed.strip()), allowed=option_named(key).allowed
    )


def chinese_number(typed: str) -> int:
    """四 -> 4, 两 -> 2, 十二 -> 12; up to 99."""
    tens, ten, ones = typed.replace("两", "二").rpartition("十")
    if len(tens) > 1 or len(ones) > 1 or any(digit not in _DIGITS for digit in tens + ones):
        raise _Unreadable
    return (_DIGITS.index(tens or "一") * 10 if ten else 0) + _DIGITS.index(ones or "零")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(typed: str) -> int:
        if not re.fullmatch(r"[0-9]{1,100}", typed) or not low <= int(typed) <= high:
            raise _Unreadable
        return int(typed)

    return read


def _seed(typed: str) -> int | None:
    if typed.lower() in ("随机", "random"):
        return None
    return _whole(0, MAX_SEED)(typed)


def _steps(typed: str) -> int:
    return _whole(Profile.min_steps, Profile.max_steps)(typed.removesuffix("步").strip())


def _count(typed: str) -> int:
    typed = re.sub(r"^[来画出要]|^[x×*]| ?张$", "", typed).strip()
    if typed and not typed.isascii():
        typed = str(chinese_number(typed))
    return _whole(1, MAX_PICTURES)(typed)


def _guidance(typed: str) -> float:
    return _decimal(typed, 0, Profile.max_guidance)


def _decimal(typed: str, low: float, high: float) -> float:
    if not re.fullmatch(r"[0-9]{0,100}\.?[0-9]{1,100}", typed):
        raise _Unreadable
    if not low <= float(typed) <= high:
        raise _Unreadable
    return float(typed)


def _two_numbers(typed: str, between: str) -> tuple[int, int]:
    match = re.fullmatch(rf"([0-9]{{1,5}})\s?[{between}]\s?([0-9]{{1,5}})", typed)
    if match is None:
        raise _Unreadable
    return int(match[1]), int(match[2])


def _ratio(typed: str) -> tuple[int, int]:
    if typed.lower() in _RATIO_WORDS:
        return _RATIO_WORDS[typed.lower()]
    wide, tall = _two_numbers(typed, ":xX×*/比")
    if not (0 < wide <= MAX_RATIO * tall and 0 < tall <= MAX_RATIO * wide):
        raise _Unreadable
    divisor = math.gcd(wide, tall)
    return wide // divisor, tall // divisor


def _size(typed: str) -> tuple[int, int]:
    return _two_numbers(typed, "xX×*")


def _strength(typed: str) -> float:
    if typed.lower() in STRENGTH_WORDS:
        return STRENGTH_WORDS[typed.lower()]
    return _decimal(typed, MIN_STRENGTH, MAX_STRENGTH)


def _lora(typed: str) -> WantedLora:
    """`name` or `name:0.8`."""
    name, colon, weight = (part.strip() for part in re.split("([:：]|$)", typed, maxsplit=1))
    if not name or len(name) > MAX_LORA_NAME:
        raise _Unreadable
    if not colon:
        return WantedLora(name=name)
    weight = fold(weight)
    if not re.fullmatch(r"[-+]?[0-9]{0,9}\.?[0-9]{1,9}", weight):
        raise _Unreadable
    if abs(float(weight)) > MAX_LORA_WEIGHT:
        raise _Unreadable
    return WantedLora(name=name, weight=float(weight))


def _enhance(typed: str) -> bool:
    spelled = typed.lower().replace("_", "-")
    if spelled not in _SWITCHES:
        raise _Unreadable
    return _SWITCHES[spelled]


def _negative(typed: str) -> str:
    if not typed:
        raise _Unreadable
    return typed


_READERS: dict[str, Callable[[str], Any]] = {
    "ratio": _ratio,
    "size": _size,
    "count": _count,
    "seed": _seed,
    "steps": _steps,
    "guidance": _guidance,
    "negative": _negative,
    "strength": _strength,
    "loras": _lora,
    "enhance": _enhance,
}
