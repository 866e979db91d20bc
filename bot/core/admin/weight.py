"""/weight: somebody's share of the GPU while others wait as well."""

import re
import unicodedata

from bot.core.acts import EVERYWHERE, ActKind, act_of
from bot.core.admin.ask import Ask, Said
from bot.core.admin.whom import Whom
from bot.core.errors import Refusal
from bot.core.people import Weights
from bot.core.replies import reply
from bot.core.staff import Level

LEAST, MOST = 0.1, 10.0
USUAL = frozenset({"默认", "usual", "default"})
_NUMBER = re.compile(r"[0-9]{1,2}(?:\.[0-9]{1,2})?")


class Weight:
    """Implements AdminCommand. Without a number it says what somebody's is."""

    def __init__(self, *, weights: Weights, whom: Whom) -> None:
        self._weights = weights
        self._whom = whom

    async def __call__(self, ask: Ask) -> Said:
        await ask.require(Level.FLEET_ADMIN)
        person, rest = await self._whom.somebody(ask)
        locale = ask.origin.locale
        if not rest.words.strip():
            return _said(person, await self._weights.weight(person), locale)
        weight = parse_weight(rest.words)
        act = act_of(
            ask.origin, ActKind.WEIGHT, scope=EVERYWHERE, target=person, detail=f"{weight:g}"
        )
        await self._weights.set_weight(person, weight, act)
        return _said(person, weight, locale)


def parse_weight(text: str) -> float:
    """Raises Refusal."""
    words = unicodedata.normalize("NFKC", text).strip().lower()
    if words in USUAL:
        return 1.0
    weight = float(words) if _NUMBER.fullmatch(words) else 0.0
    if not LEAST <= weight <= MOST:
        raise Refusal("bad_weight", least=f"{LEAST:g}", most=f"{MOST:g}")
    return weight


def _said(person: str, weight: float, locale: str) -> Said:
    return Said(text=reply("weight", locale, who=person, weight=f"{weight:g}"), private=True)
