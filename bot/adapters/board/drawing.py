"""What the buttons 画 and 取消 do."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import gradio

from bot.adapters.board.beginnings import Beginnings
from bot.adapters.board.form import Form
from bot.adapters.board.press_script import VOID, answered
from bot.adapters.board.status import Status, lines
from bot.adapters.board.underway import Underway
from bot.adapters.board.visitor import PLATFORM, origin, press_key
from bot.adapters.shared.trouble import trouble
from bot.core.cancel import Cancel
from bot.core.draw import Draw
from bot.core.draw_values import completed
from bot.core.errors import Refusal
from bot.core.generation import TERMINAL, Generation, Outcome
from bot.core.log import Log
from bot.core.news import News
from bot.core.picture_port import Pictures
from bot.core.ports import Admissions, Records
from bot.core.replies import refusal_text, reply
from bot.core.watch import watch
from engine.profiles import Profile

#: Longer than a wait for a row to move; a page whose browser is gone may never be asked again.
STOP_SECONDS = 1.0
#: Pictures or gradio.skip(), and the status line as HTML.
Shown = tuple[list[Path] | dict[str, Any], str]


class Drawing:
    """Draws for whoever sits at the board."""

    def __init__(
        self,
        *,
        draw: Draw,
        beginnings: Beginnings,
        cancel: Cancel,
        status: Status,
        admissions: Admissions,
        records: Records,
        news: News,
        pictures: Pictures,
        profile: Profile,
        log: Log,
    ) -> None:
        self._draw = draw
        self._beginnings = beginnings
        self._cancel = cancel
        self._status = status
        self._admissions = admissions
        self._records = records
        self._news = news
        self._pictures = pictures
        self._profile = profile
        self._log = log
        self._underway = Underway()
        self._answering = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False

    async def answer(
        self, form: Form, locale: str, page: str, press: str = ""
    ) -> AsyncIterator[Shown]:
        """Pictures and status line, again and again until the request has ended. `page`: which
        of the open ones asks; `press`: what it calls this wish, or nothing."""
        async with aclosing(self._told(self._answers(form, locale, page, press), locale)) as told:
            async for pictures, status in told:
                yield pictures, status + answered(press)

    async def recall(self, press: str, locale: str) -> Shown:
        """What became of a press by now, of which the page has heard nothing or which it has
        forgotten."""
        try:
            known = await self._of_press(press)
            if known is None:
                return gradio.skip(), _not_received(locale) + answered(press)
            if known.forgotten is not None:
                return gradio.skip(), VOID + answered(press)
            pictures, status = await self._shown(known)
            return pictures, status + answered(press, ask_on=known.outcome not in TERMINAL)
        except Exception as error:
            self._log.error("board_request_failed", **trouble(error))
            return gradio.skip(), lines(reply("internal_error", locale))

    async def _told(
        self, answers: AsyncGenerator[Shown, None], locale: str
    ) -> AsyncGenerator[Shown, None]:
        self._answering += 1
        self._idle.clear()
        try:
            async with aclosing(answers):
                async for shown in answers:
                    yield shown
                    if self._stopping:
                        return
        except Exception as error:
            # Gradio would print it. Its text may quote what people wrote.
            self._log.error("board_request_failed", **trouble(error))
            yield gradio.skip(), lines(reply("internal_error", locale))
        finally:
            self._answering -= 1
            if not self._answering:
                self._idle.set()

    async def stop(self) -> None:
        """Let those who wait go: nobody looks at rows when this returns."""
        self._stopping = True
        with suppress(TimeoutError):
            async with asyncio.timeout(STOP_SECONDS):
                await self._idle.wait()

    async def cancel(self, locale: str, page: str, press: str = "") -> str | dict[str, Any]:
        """Take back what this page waits for; what becomes of it is told by `answer`. `press`: the
        last one of the page, which it may have to ask after."""
        said: str | None = reply("nothing_to_cancel", locale, PLATFORM)
        try:
            for generation in await self._waited_for(page, press):
                await self._cancel(generation, origin(locale))
                said = None
        except Refusal as refusal:
            said = refusal_text(refusal, locale, PLATFORM)
        except Exception as error:
            self._log.error("board_request_failed", **trouble(error))
            said = reply("internal_error", locale)
        return gradio.skip() if said is None else lines(said)

    async def _waited_for(self, page: str, press: str) -> list[Generation]:
        found = [await self._admissions.get(one) for one in self._underway.of(page)]
        if not found:
            last = await self._of_press(press)
            found = [last] if last is not None and last.outcome not in TERMINAL else []
        return [one for one in found if one is not None]

    async def _answers(
        self, form: Form, locale: str, page: str, press: str
    ) -> AsyncGenerator[Shown, None]:
        try:
            beside = form.beside(self._profile)
            who = origin(locale, press)
            if form.source:
                asked = completed(await self._draw.read(who, form.prompt), beside)
                await self._draw.foresee(who, asked)
            given = await self._beginnings.given(form.source or "")
            admitted = await self._draw(who, form.prompt, given=given, beside=beside)
        except Refusal as refusal:
            yield [], lines(refusal_text(refusal, locale, PLATFORM)) + VOID
            return
        async with aclosing(self._followed(admitted.generation.id, page)) as states:
            async for shown in states:
                yield shown

    async def _of_press(self, press: str) -> Generation | None:
        event_key = press_key(press)
        return None if event_key is None else await self._records.of_event(event_key)

    async def _followed(self, generation_id: str, page: str) -> AsyncGenerator[Shown, None]:
        with self._underway.noted(page, generation_id):
            # Cleared once and then left alone: another press's picture may have come meanwhile.
            yield [], ""
            watched = watch(generation_id, admissions=self._admissions, news=self._news)
            async with aclosing(watched) as states:
                async for generation in states:
                    yield await self._shown(generation)

    async def _shown(self, generation: Generation) -> Shown:
        if generation.outcome is Outcome.FINISHED:
            files = [self._pictures.path(relative) for relative in generation.pictures]
            return files, self._status.finished(generation)
        if generation.outcome in TERMINAL:
            return gradio.skip(), self._status.ended(generation)
        return gradio.skip(), await self._status.live(generation)


def _not_received(locale: str) -> str:
    return lines(reply("board_not_received", locale)) + VOID
