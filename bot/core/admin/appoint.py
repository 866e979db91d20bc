"""/staff: whom an owner trusts with all groups."""

from bot.core.acts import EVERYWHERE, ActKind, act_of
from bot.core.admin.ask import Ask, Said
from bot.core.admin.whom import Whom
from bot.core.errors import Refusal
from bot.core.people import People
from bot.core.replies import reply
from bot.core.staff import Level

WISHES = {
    **dict.fromkeys(("add", "加", "添加", "任命"), True),
    **dict.fromkeys(("remove", "减", "移除", "撤销"), False),
}


class Appoint:
    """Implements AdminCommand; without words it lists them."""

    def __init__(self, *, people: People, whom: Whom) -> None:
        self._people = people
        self._whom = whom

    async def __call__(self, ask: Ask) -> Said:
        await ask.require(Level.OWNER)
        wish, rest = ask.split()
        if not wish:
            ask.check_unheard()
            return await self._listed(ask)
        if wish not in WISHES:
            raise Refusal("bad_staff_wish")
        person, _ = await self._whom.somebody(ask.with_words(rest))
        act = act_of(ask.origin, ActKind.STAFF, scope=EVERYWHERE, target=person, detail=wish)
        await self._people.appoint(person, appointed=WISHES[wish], act=act)
        code = "appointed" if WISHES[wish] else "dismissed"
        return Said(text=reply(code, ask.origin.locale, who=person), private=True)

    async def _listed(self, ask: Ask) -> Said:
        admins = await self._people.fleet_admins()
        if not admins:
            return Said(
                text=reply("no_staff", ask.origin.locale, ask.origin.address.platform), private=True
            )
        listed = "\n".join(admins)
        return Said(text=reply("staff", ask.origin.locale, admins=listed), private=True)
