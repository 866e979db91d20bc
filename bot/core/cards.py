"""What a generation's message shows in each of its states."""

from bot.core.generation import Generation, Outcome
from bot.core.messages import Button, Card
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.pauses import Pauses, pause_text
from bot.core.picture_port import Pictures
from bot.core.quota import UNIT, units
from bot.core.replies import NOTES, failure_text, note_text, reply
from bot.core.waits import Waits
from engine.contract import ErrorCode
from engine.profiles import Profile, row_named

#: (below so many seconds, said in steps of so many)
WAIT_STEPS = ((10, 1), (20, 2), (60, 5), (120, 10))
#: Jobs quicker than this show no step progress.
PROGRESS_WORTH_SECONDS = 8.0
#: Prompts are quoted up to this many characters.
QUOTED_CHARACTERS = 300
#: In a line of a list, up to this many.
LISTED_CHARACTERS = 24


def rounded_wait(seconds: float) -> int:
    """Seconds as people say them: fine when short, coarse when long, never 0. Coarse steps also
    keep a status message from being edited for nothing."""
    step = next((step for limit, step in WAIT_STEPS if seconds < limit), 60)
    return max(1, round(seconds / step) * step)


def quoted(prompt: str) -> str:
    """The beginning of a prompt, for a caption."""
    if len(prompt) <= QUOTED_CHARACTERS:
        return prompt
    return prompt[:QUOTED_CHARACTERS] + "…"


def beginning(prompt: str) -> str:
    """The same for a line of a list."""
    words = " ".join(prompt.split())
    return words if len(words) <= LISTED_CHARACTERS else words[:LISTED_CHARACTERS] + "…"


class Cards:
    """Renders rows; reads the queue where a card tells how long it takes."""

    def __init__(
        self,
        *,
        waits: Waits,
        pauses: Pauses,
        pictures: Pictures,
        pace: Pace,
        news: News,
    ) -> None:
        self._waits = waits
        self._pauses = pauses
        self._pictures = pictures
        self._pace = pace
        self._news = news

    async def live(self, generation: Generation) -> Card:
        """Waiting or being drawn."""
        # Quick jobs go from waiting to the picture: edits between would only eat the chat's
        # budget and hold up the picture.
        if (
            generation.begun
            and self._pace.seconds(generation.spec.workload) >= PROGRESS_WORTH_SECONDS
        ):
            text = self._drawing_text(generation)
        else:
            text = await self._waiting_text(generation) + _price_text(generation)
        return Card(text=text, buttons=(_button("cancel", generation),))

    async def _waiting_text(self, generation: Generation) -> str:
        locale = generation.locale
        wait = await self._waits(generation)
        ahead = wait.ahead
        # What an engine has is drawn all the same.
        queued = generation.outcome is Outcome.QUEUED
        if queued and (pause := await self._pauses.paused()) is not None:
            place = reply("waiting_unmeasured", locale, ahead=ahead) if ahead else ""
            return f"{pause_text(pause, locale)}\n{place}".rstrip()
        if wait.seconds is None:
            code = "waiting_for_engine" if ahead == 0 else "waiting_unmeasured"
            return reply(code, locale, ahead=ahead)
        seconds = rounded_wait(wait.seconds)
        if ahead == 0:
            return reply("next_in_line", locale, seconds=seconds)
        return reply("waiting", locale, ahead=ahead, seconds=seconds)

    def _drawing_text(self, generation: Generation) -> str:
        progress = self._news.progress(generation.id)
        if progress is None:
            return reply("drawing", generation.locale)
        return reply("drawing_step", generation.locale, step=progress.step, steps=progress.steps)

    def ended(self, generation: Generation) -> Card:
        """The last thing its message shows."""
        again = _button("again", generation)
        if generation.outcome is Outcome.FINISHED and generation.preview is not None:
            return Card(
                text=self._caption(generation),
                buttons=_picture_buttons(generation),
                picture=self._pictures.path(generation.preview),
            )
        return Card(text=self.end_text(generation), buttons=(again,))

    def _caption(self, generation: Generation) -> str:
        lines = (
            quoted(generation.spec.prompt),
            self.facts(generation),
            *self.remarks(generation),
        )
        return "\n".join(lines)

    def facts(self, generation: Generation) -> str:
        """Size, seed and id: what it takes to draw the picture again."""
        spec = generation.spec
        return reply(
            "picture_facts",
            generation.locale,
            width=spec.width,
            height=spec.height,
            seed=spec.seed,
            id=generation.id,
        )

    def remarks(self, generation: Generation) -> tuple[str, ...]:
        """What was adapted and what the person should know, a sentence each."""
        spec = generation.spec
        model = self._model_of(generation)
        drawn = model.drawn_size(spec.width, spec.height)
        low, high = model.advised_guidance
        return tuple(
            note_text(
                note,
                generation.locale,
                guidance=spec.guidance,
                drawn_width=drawn[0],
                drawn_height=drawn[1],
                low=low,
                high=high,
            )
            for note in generation.notes
            # One that only another version of zdraw knows cannot be put into words here.
            if note in NOTES
        )

    def _model_of(self, generation: Generation) -> Profile:
        """The row of what drew it: a folder may be gone from the settings by now."""
        now = self._pace.profile
        return now if generation.model == now.name else row_named(generation.model) or now

    def end_text(self, generation: Generation) -> str:
        """Why it ended without a picture."""
        locale, platform = generation.locale, generation.address.platform
        if generation.outcome is Outcome.CANCELLED:
            own = generation.ended_by is None
            return reply("cancelled" if own else "cancelled_by_admin", locale)
        if generation.outcome is Outcome.EXPIRED:
            return reply("expired", locale, platform)
        code = generation.error_code or ErrorCode.ENGINE_ERROR
        reason = failure_text(code, locale, platform, **generation.error_data)
        return reply("failed", locale, reason=reason, id=generation.id)

    def reopened(self, generation: Generation) -> Card:
        """Placeholder when the status message is gone; it becomes the picture at once."""
        return Card(text=reply("reopened", generation.locale))

    def not_shown(self, generation: Generation) -> Card:
        """In place of a picture that the platform does not take."""
        text = reply("not_shown", generation.locale, generation.address.platform, id=generation.id)
        return Card(text=text, buttons=(_button("again", generation),))

    def ping(self, generation: Generation) -> str:
        code = "ping_done" if generation.outcome is Outcome.FINISHED else "ping_ended"
        return reply(code, generation.locale)


def _price_text(generation: Generation) -> str:
    """Where it is limited, and is not the usual one."""
    if generation.price in (0, UNIT):
        return ""
    return reply("price", generation.locale, price=units(generation.price))


def _picture_buttons(generation: Generation) -> tuple[Button, ...]:
    """What can be done with a picture; of several, each has its own original too."""
    whole = tuple(_button(action, generation) for action in ("again", "edit", "original", "delete"))
    count = len(generation.pictures)
    if count < 2:
        return whole
    return whole + tuple(
        Button(action="original", generation_id=generation.id, label=str(number), picture=number)
        for number in range(1, count + 1)
    )


def _button(action: str, generation: Generation) -> Button:
    return Button(
        action=action,
        generation_id=generation.id,
        label=reply(f"button_{action}", generation.locale),
    )
