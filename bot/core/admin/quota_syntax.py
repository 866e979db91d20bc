"""How admins write a change of quota: `+20`, `-5 刷屏`, `=10`, `每天 20`, `群 每天 500`."""

import re
import unicodedata
from dataclasses import dataclass

from bot.core.errors import Refusal
from bot.core.quota import UNIT, Wish

MAX_UNITS = 1_000_000
MAX_REASON = 100
_SIGNS = {
    **dict.fromkeys(("+", "加", "增加", "add"), Wish.ADD),
    **dict.fromkeys(("-", "−", "减", "扣", "扣除", "take"), Wish.TAKE),
    **dict.fromkeys(("=", "设为", "设", "set"), Wish.SET),
}
_SIGN = "|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True)))
_POOL = "全群|本群|群|group|pool"
_CHANGE = re.compile(
    rf"(?:(?P<pool>{_POOL})\s*)?"
    rf"(?:(?P<daily>每天|每日|daily)|(?P<sign>{_SIGN}))\s*"
    r"(?:(?P<number>[0-9]+(?:\.[0-9]{1,2})?)|(?P<usual>默认|usual|default))"
    r"(?:\s+(?P<reason>.+))?",
    re.DOTALL | re.IGNORECASE,
)


@dataclass(frozen=True, kw_only=True)
class QuotaOrder:
    """A change that somebody asks for."""

    #: None changes what is got each day.
    wish: Wish | None
    #: Thousandths of a unit; None = as is usual.
    amount: int | None
    #: The group's pool is meant.
    pool: bool
    reason: str


def parse_quota(text: str) -> QuotaOrder:
    """Raises Refusal."""
    match = _CHANGE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or (match["usual"] and not match["daily"]):
        raise Refusal("bad_quota")
    reason = " ".join((match["reason"] or "").split())
    if len(reason) > MAX_REASON:
        raise Refusal("too_long", length=len(reason), limit=MAX_REASON)
    return QuotaOrder(
        wish=None if match["daily"] else _SIGNS[match["sign"].lower()],
        amount=_amount(match["number"]) if match["number"] else None,
        pool=match["pool"] is not None,
        reason=reason,
    )


def asks_for_pool(text: str) -> bool:
    """The group's pool is named, and no change of it."""
    return re.fullmatch(_POOL, text.strip(), re.IGNORECASE) is not None


def _amount(number: str) -> int:
    if float(number) > MAX_UNITS:
        raise Refusal("too_many_units", limit=MAX_UNITS)
    return round(float(number) * UNIT)
