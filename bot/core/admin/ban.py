"""/ban and /unban: who may not draw, in this group or anywhere."""

from bot.core.acts import ActKind, act_of
from bot.core.admin.ask import Ask, Said
from bot.core.admin.ban_syntax import DAY_MS, HOUR_MS, MINUTE_MS, BanOrder, parse_ban
from bot.core.admin.pages import page_of
from bot.core.admin.reach import reach, reach_text
from bot.core.admin.whom import Whom, check_asks_here
from bot.core.cancel import Cancel
from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.group_rules import RulesHere
from bot.core.local_time import local_time
from bot.core.moderation.area import EVERYTHING, Area, area_of
from bot.core.moderation.bans import Ban, Bans
from bot.core.people import number_of
from bot.core.ports import Clock
from bot.core.replies import reply, wait_text
from bot.core.staff import Level

LIST = frozenset({"list", "名单", "列表"})


class BanPeople:
    """Implements AdminCommand."""

    def __init__(
        self, *, bans: Bans, cancel: Cancel, whom: Whom, rules: RulesHere, clock: Clock
    ) -> None:
        self._bans = bans
        self._cancel = cancel
        self._whom = whom
        self._rules = rules
        self._clock = clock

    async def __call__(self, ask: Ask) -> Said:
        ask, area = await reach(ask)
        first, rest = ask.split()
        if first in LIST:
            if area == EVERYTHING:
                ask.check_unheard()
            return await self._listed(ask, area, int(rest) if rest.isdecimal() else 1)
        whom = self._whom.somebody if area == EVERYTHING else self._whom.required
        person, ask = await whom(ask)
        check_asks_here(ask.origin, person)
        await _check_may_be_banned(ask, person)
        if area != EVERYTHING:
            area = area_of(ask.origin, person)
        return await self._banned(ask, person, area, parse_ban(ask.words))

    async def _banned(self, ask: Ask, person: str, area: Area, order: BanOrder) -> Said:
        origin, length = ask.origin, order.length_ms
        until = None if length is None else self._clock() + length
        act = act_of(origin, ActKind.BAN, scope=area.scope, target=person, detail=ask.words)
        ban = Ban(person=person, area=area, until_ms=until, reason=order.reason)
        ended = await self._bans.ban(ban, act)
        await self._cancel.spread(ended)
        said = reply(
            "banned_them_for_good" if length is None else "banned_them",
            origin.locale,
            who=number_of(person),
            length=_length_text(length, origin.locale),
            where=reach_text(area, origin.locale),
        )
        if ended:
            said += "\n" + reply("ban_ended", origin.locale, count=len(ended))
        return Said(text=said)

    async def _listed(self, ask: Ask, area: Area, page: int) -> Said:
        locale = ask.origin.locale
        bans = await self._bans.standing(area)
        if not bans:
            return Said(text=reply("no_bans", locale), private=True)
        command = "ban all list" if area == EVERYTHING else "ban list"
        lines = [await self._line(ban, ask.origin) for ban in bans]
        text, buttons = page_of([reply("bans", locale), *lines], page, command)
        return Said(text=text, buttons=buttons, private=True)

    async def _line(self, ban: Ban, origin: Origin) -> str:
        rest = reply("for_good", origin.locale)
        if ban.until_ms is not None:
            wait = wait_text(ban.until_ms - self._clock(), origin.locale)
            time = await self._time(ban.until_ms, origin)
            rest = reply("until", origin.locale, wait=wait, time=time)
        name = f"@{ban.name}" if ban.name else ""
        return " ".join(filter(None, (number_of(ban.person), name, f"({rest})", ban.reason)))

    async def _time(self, until_ms: int, origin: Origin) -> str:
        return local_time(until_ms, self._clock(), await self._rules.time_zone(origin))


class Unban:
    """Implements AdminCommand."""

    def __init__(self, *, bans: Bans, whom: Whom) -> None:
        self._bans = bans
        self._whom = whom

    async def __call__(self, ask: Ask) -> Said:
        ask, area = await reach(ask)
        person, _ = await self._whom.required(ask)
        if area != EVERYTHING:
            area = area_of(ask.origin, person)
        origin = ask.origin
        act = act_of(origin, ActKind.UNBAN, scope=area.scope, target=person, detail=ask.words)
        await self._bans.unban(person, area, act)
        where = reach_text(area, origin.locale)
        return Said(text=reply("unbanned", origin.locale, who=number_of(person), where=where))


async def _check_may_be_banned(ask: Ask, person: str) -> None:
    if person == ask.origin.requester:
        raise Refusal("not_yourself")
    if await ask.staff.level_of(person) >= Level.FLEET_ADMIN:
        raise Refusal("not_the_staff")


def _length_text(length_ms: int | None, locale: str) -> str:
    """In the largest unit in which it is whole."""
    for size, code in ((DAY_MS, "days"), (HOUR_MS, "hours"), (MINUTE_MS, "minutes")):
        if length_ms is not None and length_ms % size == 0:
            return reply(code, locale, number=length_ms // size)
    return ""
