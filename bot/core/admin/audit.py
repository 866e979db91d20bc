"""/audit: who decided what."""

from bot.core.acts import EVERYWHERE, Acts, RecordedAct
from bot.core.admin.ask import Ask, Said
from bot.core.admin.whom import Whom
from bot.core.group_rules import RulesHere
from bot.core.local_time import local_time
from bot.core.ports import Clock
from bot.core.quota import scope_of
from bot.core.replies import reply
from bot.core.staff import Level

TOLD = 20


class Audit:
    """Implements AdminCommand. A group's admins read what concerns their group; those who run all
    groups read everything, with the word for it."""

    def __init__(self, *, acts: Acts, whom: Whom, rules: RulesHere, clock: Clock) -> None:
        self._acts = acts
        self._whom = whom
        self._rules = rules
        self._clock = clock

    async def __call__(self, ask: Ask) -> Said:
        everywhere = ask.everywhere()
        await ask.require(Level.FLEET_ADMIN if everywhere else Level.GROUP_ADMIN)
        if everywhere:
            ask.check_unheard()
        person, _ = await self._whom(everywhere or ask)
        acts = await self._acts.last(
            ask.origin.address.platform,
            None if everywhere else scope_of(ask.origin),
            about=person,
            limit=TOLD,
        )
        locale = ask.origin.locale
        if not acts:
            return Said(text=reply("no_acts", locale), private=True)
        zone, now = await self._rules.time_zone(ask.origin), self._clock()
        lines = [_line(act, local_time(act.created_ms, now, zone), locale) for act in acts]
        return Said(text="\n".join([reply("acts", locale), *lines]), private=True)


def _line(act: RecordedAct, moment: str, locale: str) -> str:
    words = [act.actor, reply(f"act_{act.kind}", locale), act.target, act.detail]
    if act.scope == EVERYWHERE:
        words.append(reply("act_everywhere", locale))
    return f"{moment}  {' '.join(filter(None, words))}"
