"""Buttons that pause the queue, let it go on, and cancel: one request, or, asked twice, all that
wait."""

from collections.abc import Awaitable, Callable
from typing import Any

import gradio

from bot.adapters.board.attempt import Attempt
from bot.adapters.board.quietly import QUIETLY
from bot.adapters.board.status import lines
from bot.adapters.board.visitor import origin
from bot.adapters.board.wording import Wording, text
from bot.core.admin.pause import MAX_REASON
from bot.core.generation import ID_LENGTH, Origin
from bot.core.operator import Operator
from bot.core.pauses import pause_text
from bot.core.replies import reply

#: Room for # and a space before or behind an id.
_LONGEST_ID = ID_LENGTH + 4
#: Nothing was asked that could be confirmed.
_NOT_ASKED = 0


class ActsPanel:
    """Built inside a tab of the page."""

    def __init__(self, operator: Operator, attempt: Attempt) -> None:
        self._operator = operator
        self._attempt = attempt

    def build(self, wording: Wording, language: gradio.Radio) -> Any:
        """A component that changes when something was decided."""
        make = wording.make
        with gradio.Row():
            reason = _line(wording, "board_pause_reason", MAX_REASON, "reason")
            pause = make(gradio.Button, {"value": text("board_pause")}, min_width=90)
            resume = make(gradio.Button, {"value": text("board_resume")}, min_width=90)
        with gradio.Row():
            job = _line(wording, "board_job", _LONGEST_ID, "job")
            cancel = make(gradio.Button, {"value": text("board_cancel_job")}, min_width=90)
            clear = make(gradio.Button, {"value": text("board_clear")}, min_width=90)
        said = gradio.HTML(elem_id="acted")
        asked = gradio.State(_NOT_ASKED)
        with gradio.Row(visible=False) as confirming:
            sure = make(gradio.Button, {"value": text("board_clear_sure")}, variant="stop")
            keep = make(gradio.Button, {"value": text("board_clear_keep")})
        outputs = [asked, confirming, said]
        telling: dict[str, Any] = {"outputs": outputs, **QUIETLY}
        pause.click(self.pause, inputs=[reason, language], **telling)
        resume.click(self.resume, inputs=language, **telling)
        cancel.click(self.cancel, inputs=[job, language], **telling)
        clear.click(self.ask, inputs=language, **telling)
        sure.click(self.clear, inputs=[asked, language], **telling)
        keep.click(self.keep, **telling)
        return said

    async def pause(self, reason: str, locale: str) -> tuple[Any, ...]:
        async def act(who: Origin) -> str:
            await self._operator.pause(who, reason or "")
            paused = await self._operator.paused()
            return pause_text(paused, locale) if paused else reply("queue_goes_on", locale)

        return await self._done(act, locale)

    async def resume(self, locale: str) -> tuple[Any, ...]:
        async def act(who: Origin) -> str:
            await self._operator.resume(who)
            return reply("queue_goes_on", locale)

        return await self._done(act, locale)

    async def cancel(self, named: str, locale: str) -> tuple[Any, ...]:
        async def act(who: Origin) -> str:
            cancelled = await self._operator.cancel(who, named or "")
            return reply("board_cancelled", locale, id=cancelled)

        return await self._done(act, locale)

    async def ask(self, locale: str) -> tuple[Any, ...]:
        """How many it would be: what is asked for afterwards stays."""
        return await self._attempt(locale, self._asked(locale), 3)

    async def clear(self, up_to: float, locale: str) -> tuple[Any, ...]:
        async def act(who: Origin) -> str:
            if up_to == _NOT_ASKED:
                return reply("nothing_waits", locale)
            return reply("cleared", locale, count=await self._operator.clear(who, int(up_to)))

        return await self._done(act, locale)

    def keep(self) -> tuple[Any, ...]:
        return _NOT_ASKED, gradio.update(visible=False), ""

    async def _asked(self, locale: str) -> tuple[Any, ...]:
        standing = await self._operator.standing()
        if not standing.count:
            nothing = lines(reply("nothing_waits", locale))
            return _NOT_ASKED, gradio.update(visible=False), nothing
        said = lines(reply("clear_all", locale, count=standing.count))
        return standing.up_to, gradio.update(visible=True), said

    async def _done(self, act: Callable[[Origin], Awaitable[str]], locale: str) -> tuple[Any, ...]:
        async def work() -> tuple[Any, ...]:
            said = await act(origin(locale))
            return _NOT_ASKED, gradio.update(visible=False), lines(said)

        return await self._attempt(locale, work(), 3)


def _line(wording: Wording, label: str, longest: int, elem_id: str) -> gradio.Textbox:
    """For a few words, beside buttons. `label`: code of a sentence."""
    return wording.make(
        gradio.Textbox,
        {"label": text(label)},
        value="",
        max_lines=1,
        max_length=longest,
        scale=3,
        min_width=150,
        elem_id=elem_id,
    )
