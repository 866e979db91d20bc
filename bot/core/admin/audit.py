"""/audit: who decided what, in pages."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.acts import EVERYWHERE, Acts, RecordedAct
from bot.core.admin.ask import Ask, Said
from bot.core.admin.pages import PAGE_CHARACTERS
from bot.core.admin.whom import Whom
from bot.core.generation import Origin
from bot.core.group_rules import RulesHere
from bot.core.local_time import local_time
from bot.core.messages import Button
from bot.core.ports import Clock
from bot.core.press import command_button
from bot.core.quota import scope_of
from bot.core.replies import reply
from bot.core.staff import Level

#: Lines of a page; fewer where they are long.
TOLD = 20
#: What the buttons carry: the act beside which a page begins, and whom all of it is about.
_TURN = re.compile(r"(?P<way>before|after) (?P<serial>[0-9]{1,15})(?: (?P<number>-?[0-9]{1,20}))?")


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """The acts that are told of: of one group, or with scope None of all; of one person, if
    `about` names one. Those older than the act `before`, or newer than `after`."""

    scope: str | None
    about: str | None = None
    before: int | None = None
    after: int | None = None


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
        scope = None if everywhere else scope_of(ask.origin)
        wanted = await self._wanted(everywhere or ask, scope)
        page, newer, older = await self._page(ask.origin, wanted)
        if not page:
            return Said(text=reply("no_acts", ask.origin.locale), private=True)
        lines = [reply("acts", ask.origin.locale), *(line for _, line in page)]
        turns = (("newer", "after", page[0][0], newer), ("older", "before", page[-1][0], older))
        buttons = tuple(
            _button(f"button_{name}", f"{way} {end}", wanted, ask.origin.locale)
            for name, way, end, more in turns
            if more
        )
        return Said(text="\n".join(lines), buttons=buttons, private=True)

    async def _wanted(self, ask: Ask, scope: str | None) -> _Wanted:
        turn = _TURN.fullmatch(ask.words)
        if turn is None:
            await self._whom.met(ask)
            person, _ = await self._whom(ask)
            return _Wanted(scope=scope, about=person)
        platform, serial = ask.origin.address.platform, int(turn["serial"])
        return _Wanted(
            scope=scope,
            about=f"{platform}:{turn['number']}" if turn["number"] else None,
            before=serial if turn["way"] == "before" else None,
            after=serial if turn["way"] == "after" else None,
        )

    async def _page(
        self, origin: Origin, wanted: _Wanted
    ) -> tuple[list[tuple[int, str]], bool, bool]:
        """Serials and lines, newest first; whether there are newer and older ones. Acts are only
        ever added, so there are some on the side from which a page was turned."""
        acts = await self._acts.last(
            origin.address.platform,
            wanted.scope,
            about=wanted.about,
            before=wanted.before,
            after=wanted.after,
            limit=TOLD + 1,
        )
        zone, now = await self._rules.time_zone(origin), self._clock()
        lines = [
            (act.serial, _line(act, local_time(act.created_ms, now, zone), origin)) for act in acts
        ]
        if wanted.after is None:
            page = lines[: _fitting([line for _, line in lines])]
            return page, wanted.before is not None, len(page) < len(lines)
        page = lines[-_fitting([line for _, line in reversed(lines)]) :]
        if len(page) == len(lines):
            # The newest page is whole, if there are enough.
            return await self._page(origin, _Wanted(scope=wanted.scope, about=wanted.about))
        return page, True, True


def _fitting(lines: Sequence[str]) -> int:
    """How many of them, from the first on, are a page."""
    characters = 0
    for count, line in enumerate(lines[:TOLD]):
        characters += len(line) + 1
        if count and characters > PAGE_CHARACTERS:
            return count
    return min(len(lines), TOLD)


def _button(label: str, turn: str, wanted: _Wanted, locale: str) -> Button:
    where = "all " if wanted.scope is None else ""
    number = "" if wanted.about is None else f" {wanted.about.partition(':')[2]}"
    return command_button(reply(label, locale), f"audit {where}{turn}{number}")


def _line(act: RecordedAct, moment: str, origin: Origin) -> str:
    locale, platform = origin.locale, origin.address.platform
    words = [act.actor, reply(f"act_{act.kind}", locale, platform), act.target, act.detail]
    if act.scope == EVERYWHERE:
        words.append(reply("act_everywhere", locale))
    return f"{moment}  {' '.join(filter(None, words))}"
