"""/here: whether people may draw in this topic or channel, or in the group."""

from bot.core.acts import ActKind, act_of
from bot.core.admin.ask import Ask, Said
from bot.core.admin.switch import OFF, ON
from bot.core.errors import Refusal
from bot.core.moderation.places import Places
from bot.core.quota import scope_of
from bot.core.replies import reply
from bot.core.staff import Level

WISHES = {**dict.fromkeys({*ON, "启用"}, True), **dict.fromkeys({*OFF, "停用"}, False)}
#: What makes it the whole group.
GROUP = frozenset({"全群", "本群", "群", "group"})


class Here:
    """Implements AdminCommand; without words it only says how things are."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def __call__(self, ask: Ask) -> Said:
        origin = ask.origin
        wish, rest = ask.split()
        if not wish:
            return await self._told(ask)
        if wish not in WISHES or (rest and rest.lower() not in GROUP):
            raise Refusal("bad_here")
        await ask.require(Level.GROUP_ADMIN)
        open_, whole = WISHES[wish], bool(rest)
        by_fleet = await ask.runs_fleet()
        await self._decide(ask, open_=open_, whole=whole, by_fleet=by_fleet)
        code = f"{'group' if whole else 'place'}_{'opened' if open_ else 'closed'}"
        if by_fleet and not open_:
            code += "_by_fleet"
        return Said(text=reply(code, origin.locale, origin.address.platform))

    async def _decide(self, ask: Ask, *, open_: bool, whole: bool, by_fleet: bool) -> None:
        address, scope = ask.origin.address, scope_of(ask.origin)
        target = scope if whole else ":".join(filter(None, (address.chat, address.thread)))
        kind = ActKind.OPEN if open_ else ActKind.CLOSE
        act = act_of(ask.origin, kind, scope=scope, target=target, detail=ask.words)
        if whole:
            await self._places.set_group(
                address.platform, scope, open_=open_, by_fleet=by_fleet, act=act
            )
        else:
            await self._places.set_place(address, scope, open_=open_, by_fleet=by_fleet, act=act)

    async def _told(self, ask: Ask) -> Said:
        origin = ask.origin
        state = await self._places.state(origin.address, scope_of(origin))
        code = "place_is_open" if state.open else "place_is_closed"
        if state.differs:
            code += "_alone"
        return Said(text=reply(code, origin.locale, origin.address.platform))
