"""What the buttons 画 and 取消 do."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import gradio

from bot.adapters.board.form import Form
from bot.adapters.board.status import Status, lines
from bot.adapters.board.underway import Underway
from bot.adapters.board.visitor import PLATFORM, origin
from bot.adapters.shared.trouble import trouble
from bot.core.cancel import Cancel
from bot.core.draw import Draw
from bot.core.errors import Refusal
from bot.core.generation import TERMINAL, Generation, Outcome
from bot.core.log import Log
from bot.core.news import News
from bot.core.ports import Admissions, Pictures
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
        cancel: Cancel,
        status: Status,
        admissions: Admissions,
        news: News,
        pictures: Pictures,
        profile: Profile,
        log: Log,
    ) -> None:
        self._draw = draw
        self._cancel = cancel
        self._status = status
        self._admissions = admissions
        self._news = news
        self._pictures = pictures
        self._profile = profile
        self._log = log
        self._underway = Underway()
        self._answering = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False

    async def answer(self, form: Form, locale: str, page: str) -> AsyncIterator[Shown]:
        """Pictures and status line, again and again until the request has ended. `page`: which
        of the open ones asks."""
        self._answering += 1
        self._idle.clear()
        try:
            async with aclosing(self._answers(form, locale, page)) as answers:
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

    async def cancel(self, locale: str, page: str) -> str | dict[str, Any]:
        """Take back what this page waits for; what becomes of it is told by `answer`."""
        said: str | None = reply("nothing_to_cancel", locale, PLATFORM)
        try:
            for generation_id in self._underway.of(page):
                generation = await self._admissions.get(generation_id)
                assert generation is not None
                await self._cancel(generation, origin(locale))
                said = None
        except Refusal as refusal:
            said = refusal_text(refusal, locale, PLATFORM)
        except Exception as error:
            self._log.error("board_request_failed", **trouble(error))
            said = reply("internal_error", locale)
        return gradio.skip() if said is None else lines(said)

    async def _answers(self, form: Form, locale: str, page: str) -> AsyncGenerator[Shown, None]:
        try:
            beside = form.beside(self._profile)
            admitted = await self._draw(origin(locale), form.prompt, beside=beside)
        except Refusal as refusal:
            yield [], lines(refusal_text(refusal, locale, PLATFORM))
            return
        with self._underway.noted(page, admitted.generation.id):
            # Cleared once and then left alone: another press's picture may have come meanwhile.
            yield [], ""
            watched = watch(admitted.generation.id, admissions=self._admissions, news=self._news)
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
