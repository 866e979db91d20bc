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
_USUAL = ("默认", "usual", "default")
_GROUP = ("群", "本群", "group")
_WORDS = "|".join(map(re.escape, sorted(_SIGNS, key=len, reverse=True)))
_CHANGE = re.compile(
    rf"(?P<target>\S+\s+)?(?:(?P<daily>每天|每日|daily)|(?P<sign>{_WORDS}))"
    rf"\s*(?:(?P<number>[0-9]+(?:\.[0-9]{{1,2}})?)|(?P<usual>{'|'.join(_USUAL)}))"
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
    #: Of whom; None where it was not written.
    person: str | None
    #: The chat's pool is meant.
    pool: bool
    reason: str


def parse_quota(text: str) -> QuotaOrder:
    """Raises Refusal."""
    match = _CHANGE.fullmatch(unicodedata.normalize("NFKC", text).strip())
    if match is None or (match["usual"] and not match["daily"]):
        raise Refusal("bad_quota")
    target = (match["target"] or "").strip()
    pool = target.lower() in _GROUP
    return QuotaOrder(
        wish=None if match["daily"] else _SIGNS[match["sign"].lower()],
        amount=_amount(match["number"]) if match["number"] else None,
        person=target or None if not pool else None,
        pool=pool,
        reason=(match["reason"] or "").strip()[:MAX_REASON],
    )


def _amount(number: str) -> int:
    if float(number) > MAX_UNITS:
        raise Refusal("too_many_units", limit=MAX_UNITS)
    return round(float(number) * UNIT)
