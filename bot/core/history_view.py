"""What /history tells: a person's own generations, in pages."""

from bot.core.cards import beginning
from bot.core.chat_ports import Removals
from bot.core.data_ports import History, Page
from bot.core.errors import Refusal
from bot.core.generation import Generation, Origin, Outcome
from bot.core.group_rules import RulesHere
from bot.core.local_time import local_time
from bot.core.messages import Button
from bot.core.ports import Clock
from bot.core.replies import reply

#: As many as there is room for buttons in a row.
PAGE = 5


class HistoryView:
    """Pages are found by the generations at their ends, so the buttons carry all there is to
    know, and what is drawn meanwhile shifts nothing."""

    def __init__(
        self, *, history: History, removals: Removals, clock: Clock, rules: RulesHere
    ) -> None:
        self._history = history
        self._removals = removals
        self._clock = clock
        self._rules = rules

    async def __call__(
        self, origin: Origin, *, before: str | None = None, after: str | None = None
    ) -> tuple[str, tuple[Button, ...]]:
        """The text and the buttons. Raises Refusal."""
        page = await self._history.page(origin.requester, PAGE, before=before, after=after)
        if page is None:
            raise Refusal("not_your_history")
        if not page.rows:
            return reply("history_none", origin.locale), ()
        zone = await self._rules.time_zone(origin)
        lines, buttons = [reply("history", origin.locale)], []
        for number, one in enumerate(page.rows, start=1):
            removed = await self._removals.removed(one.id)
            lines.append(self._line(one, number, origin.locale, zone, removed=removed))
            if one.outcome is Outcome.FINISHED and not removed:
                buttons.append(Button(action="show", generation_id=one.id, label=f"{number}"))
        return "\n".join(lines), (*buttons, *_turning(page, origin.locale))

    def _line(self, one: Generation, number: int, locale: str, zone: str, *, removed: bool) -> str:
        return reply(
            "history_line",
            locale,
            number=number,
            id=one.id,
            prompt=beginning(one.spec.prompt),
            time=local_time(one.created_ms, self._clock(), zone),
            outcome=outcome_text(one, locale, removed=removed),
        )


def outcome_text(one: Generation, locale: str, *, removed: bool) -> str:
    """What became of it, in a word."""
    if removed:
        return reply("outcome_removed", locale)
    drawing = one.outcome is Outcome.RUNNING and one.begun
    waiting = one.outcome is Outcome.RUNNING and not one.begun
    word = "drawing" if drawing else "queued" if waiting else one.outcome
    return reply(f"outcome_{word}", locale)


def _turning(page: Page, locale: str) -> list[Button]:
    first, last = page.rows[0].id, page.rows[-1].id
    ends = (("newer", first, page.newer), ("older", last, page.older))
    return [
        Button(action=action, generation_id=end, label=reply(f"button_{action}", locale))
        for action, end, more in ends
        if more
    ]
