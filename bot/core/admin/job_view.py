"""What those who keep order are told of requests: of one, and of all that wait in a group.

A prompt is told only to whoever may see it, and so is what an error quotes of it.
"""

from collections.abc import Sequence
from dataclasses import replace

from bot.core.cards import Cards, beginning, quoted
from bot.core.generation import LIVE, Generation, Origin, Outcome
from bot.core.group_rules import RulesHere
from bot.core.local_time import local_time
from bot.core.messages import Button
from bot.core.ports import Clock
from bot.core.press import command_button
from bot.core.quota import units
from bot.core.replies import failure_text, reply, wait_text
from bot.core.rights import may_see

#: Requests on a page of the list.
LISTED = 10
#: Those that can be drawn once more.
RETRIED = frozenset({Outcome.FAILED, Outcome.EXPIRED, Outcome.CANCELLED})


class JobView:
    """Puts rows into words."""

    def __init__(self, *, cards: Cards, clock: Clock, rules: RulesHere) -> None:
        self._cards = cards
        self._clock = clock
        self._rules = rules

    async def one(self, generation: Generation, origin: Origin) -> str:
        locale, spec = origin.locale, generation.spec
        lines = [
            reply("job", locale, id=generation.id, state=_state(generation, locale)),
            reply("job_by", locale, who=generation.requester, chat=generation.address.chat),
            reply(
                "job_facts",
                locale,
                width=spec.width,
                height=spec.height,
                steps=spec.steps,
                seed=spec.seed,
                count=spec.count,
                price=units(generation.price),
            ),
            self._times(generation, locale, await self._rules.time_zone(origin)),
            self._spent(generation, locale),
        ]
        if may_see(generation, origin) and generation.forgotten is None:
            lines.insert(1, f"「{quoted(spec.prompt)}」")
        if generation.outcome in LIVE:
            shown = replace(generation, locale=locale)
            lines.append((await self._cards.live(shown)).text)
        else:
            lines += _ending(generation, origin)
        if generation.parent_id is not None:
            lines.append(reply("job_parent", locale, id=generation.parent_id))
        return "\n".join(lines)

    def listed(self, generations: Sequence[Generation], origin: Origin, *, skip: int) -> str:
        """A page: the requests after the first `skip`."""
        locale = origin.locale
        lines = [reply("jobs", locale)]
        for number, one in enumerate(generations, start=skip + 1):
            age = wait_text(self._clock() - one.created_ms, locale)
            prompt = beginning(one.spec.prompt) if may_see(one, origin) else ""
            lines.append(
                reply(
                    "job_line",
                    locale,
                    number=number,
                    id=one.id,
                    who=one.requester,
                    state=_state(one, locale),
                    age=age,
                    prompt=prompt,
                ).rstrip()
            )
        return "\n".join(lines)

    def _times(self, generation: Generation, locale: str, zone: str) -> str:
        moments = {
            "job_asked": generation.created_ms,
            "job_handed_over": generation.started_ms,
            "job_begun": generation.begun_ms,
            "job_ended": generation.finished_ms,
        }
        now = self._clock()
        return " · ".join(
            reply(code, locale, moment=local_time(moment, now, zone, seconds=True))
            for code, moment in moments.items()
            if moment is not None
        )

    def _spent(self, generation: Generation, locale: str) -> str:
        """Seconds of waiting and of drawing, and how often an engine had it."""
        now = generation.finished_ms or self._clock()
        # Of an older zdraw it is not known when drawing began.
        began = generation.begun_ms or generation.started_ms
        words = reply("job_waited", locale, seconds=_seconds(generation.created_ms, began or now))
        if began is not None:
            words += reply("job_drawn", locale, seconds=_seconds(began, now))
        return words + reply(
            "job_attempts", locale, attempts=generation.attempt, counted=generation.counted_attempts
        )


def job_buttons(generation: Generation, *, everywhere: bool, locale: str) -> tuple[Button, ...]:
    """`everywhere`: the list to go on to is that of all groups."""
    buttons = []
    if generation.outcome in LIVE:
        buttons.append(_button("button_cancel", f"cancel {generation.id}", locale))
    if generation.outcome in RETRIED and generation.forgotten is None:
        buttons.append(_button("button_retry", f"retry {generation.id}", locale))
    buttons.append(_button("button_jobs", _page(1, everywhere=everywhere), locale))
    return tuple(buttons)


def list_buttons(
    generations: Sequence[Generation], page: int, *, more: bool, everywhere: bool, locale: str
) -> tuple[Button, ...]:
    """One to cancel each, then those to other pages."""
    first = (page - 1) * LISTED + 1
    buttons = [
        _button("button_cancel_number", f"cancel {one.id}", locale, number=number)
        for number, one in enumerate(generations, start=first)
    ]
    if page > 1:
        words = _page(page - 1, everywhere=everywhere)
        buttons.append(_button("button_previous", words, locale))
    if more:
        buttons.append(_button("button_next", _page(page + 1, everywhere=everywhere), locale))
    return tuple(buttons)


def _button(code: str, words: str, locale: str, **data: int) -> Button:
    return command_button(reply(code, locale, **data), f"job {words}")


def _page(number: int, *, everywhere: bool) -> str:
    return f"{'all ' if everywhere else ''}page {number}"


def _state(generation: Generation, locale: str) -> str:
    drawing = generation.outcome is Outcome.RUNNING and generation.begun
    return reply("state_drawing" if drawing else f"state_{generation.outcome}", locale)


def _ending(generation: Generation, origin: Origin) -> list[str]:
    locale, lines = origin.locale, []
    if generation.error_code is not None:
        reason = ""
        if may_see(generation, origin):
            reason = failure_text(generation.error_code, locale, **generation.error_data)
        code = generation.error_code
        lines.append(reply("job_error", locale, code=code, reason=reason).rstrip())
    if generation.ended_by is not None:
        lines.append(reply("job_ended_by_admin", locale))
    delivery = reply(f"delivery_{generation.delivery}", locale)
    reason = generation.undeliverable_reason or ""
    lines.append(reply("job_delivery", locale, delivery=delivery, reason=reason).rstrip())
    return lines


def _seconds(begin_ms: int, end_ms: int) -> str:
    return f"{max(0, end_ms - begin_ms) / 1000:.1f}"
