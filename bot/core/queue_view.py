"""What /queue tells: where one's requests stand, how much waits in all, how the engine is."""

from bot.core.cards import beginning, rounded_wait
from bot.core.generation import Generation, Origin
from bot.core.messages import Button
from bot.core.news import News
from bot.core.pauses import Pauses, pause_text
from bot.core.ports import Records
from bot.core.replies import reply
from bot.core.rights import is_here
from bot.core.waits import Waits

#: As many as there is room for buttons in a row.
LISTED = 5


class QueueView:
    """Reads the queue for one person."""

    def __init__(
        self,
        *,
        waits: Waits,
        records: Records,
        pauses: Pauses,
        news: News,
    ) -> None:
        self._waits = waits
        self._records = records
        self._pauses = pauses
        self._news = news

    async def __call__(self, origin: Origin, *, private: bool) -> tuple[str, tuple[Button, ...]]:
        """The text and the buttons. Where others read along (`private` is false) requests made
        in other chats are only counted."""
        mine = await self._records.waiting(origin.requester)
        listed = [one for one in mine if private or is_here(one, origin)]
        shown = listed[:LISTED]
        pause = await self._pauses.paused()
        lines = await self._lines(origin, shown, more=len(listed) - len(shown), paused=bool(pause))
        if len(mine) > len(listed):
            lines.append(reply("queue_elsewhere", origin.locale, count=len(mine) - len(listed)))
        waiting = await self._records.waiting_in_all()
        lines.append(reply("queue_all", origin.locale, count=waiting))
        lines.append(
            reply("engine_ready" if self._news.engine_ready else "engine_away", origin.locale)
            if pause is None
            else pause_text(pause, origin.locale)
        )
        return "\n".join(lines), tuple(
            Button(
                action="cancel",
                generation_id=one.id,
                label=reply("button_cancel_number", origin.locale, number=number),
            )
            for number, one in enumerate(shown, start=1)
        )

    async def _lines(
        self, origin: Origin, shown: list[Generation], *, more: int, paused: bool
    ) -> list[str]:
        if not shown:
            return [reply("queue_none", origin.locale)]
        lines = [reply("queue_mine", origin.locale)]
        for number, one in enumerate(shown, start=1):
            lines.append(await self._line(one, number, origin.locale, paused=paused))
        if more:
            lines.append(reply("queue_more", origin.locale, count=more))
        return lines

    async def _line(self, generation: Generation, number: int, locale: str, *, paused: bool) -> str:
        words = {"number": number, "id": generation.id, "prompt": beginning(generation.spec.prompt)}
        if generation.begun:
            return reply("queue_drawing", locale, **words)
        wait = await self._waits(generation)
        if paused or wait.seconds is None:
            return reply("queue_unmeasured", locale, ahead=wait.ahead, **words)
        seconds = rounded_wait(wait.seconds)
        return reply("queue_waiting", locale, ahead=wait.ahead, seconds=seconds, **words)
