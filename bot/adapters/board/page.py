"""The board's page: a prompt, a button, a picture, and what is happening meanwhile."""

import asyncio
import html
import traceback
import uuid
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from pathlib import Path
from typing import Any

import gradio

from bot.core.cards import Cards
from bot.core.draw import Draw
from bot.core.errors import Refusal
from bot.core.generation import TERMINAL, Address, Generation, Origin, Outcome
from bot.core.log import Log
from bot.core.news import News
from bot.core.ports import Admissions, Pictures
from bot.core.replies import refusal_text, reply
from bot.core.watch import watch
from engine.profiles import Profile

PLATFORM, LOCALE = "board", "zh"
#: Seconds that Gradio keeps its copies of the pictures shown.
HOUR = 3600
REQUESTER = "board:local"
#: Longer than a wait for a row to move; a page whose browser is gone may never be asked again.
STOP_SECONDS = 1.0
#: Pictures or gradio.skip(), and the status line as HTML.
Shown = tuple[list[Path] | dict[str, Any], str]
#: Pixels. A column so narrow that a picture, and a grid of four, is seen whole without scrolling.
COLUMN, PICTURE = 620, 560
CSS = f"""
.gradio-container {{ max-width: {COLUMN}px !important; margin: 0 auto !important; }}
#status {{ min-height: 3em; padding: 0; }}
#status .html-container {{ padding: 0; }}
#status progress {{
    appearance: none; display: block; width: 100%; height: 8px; margin-top: 6px;
    border: 0; border-radius: 4px; overflow: hidden;
    color: var(--primary-500); background: var(--neutral-200);
}}
#status progress::-webkit-progress-bar {{ background: var(--neutral-200); }}
#status progress::-webkit-progress-value {{ background: var(--primary-500); }}
#status progress::-moz-progress-bar {{ background: var(--primary-500); }}
"""


class Page:
    """Draws for whoever sits at this machine."""

    def __init__(
        self,
        *,
        draw: Draw,
        cards: Cards,
        admissions: Admissions,
        news: News,
        pictures: Pictures,
        profile: Profile,
        telegram: bool,
        log: Log,
    ) -> None:
        self._draw = draw
        self._cards = cards
        self._admissions = admissions
        self._news = news
        self._pictures = pictures
        self._profile = profile
        self._telegram = telegram
        self._log = log
        self._answering = 0
        self._idle = asyncio.Event()
        self._idle.set()
        self._stopping = False

    def build(self) -> gradio.Blocks:
        """The Gradio page."""
        with gradio.Blocks(
            title=reply("board_title", LOCALE), analytics_enabled=False, delete_cache=(HOUR, HOUR)
        ) as page:
            gradio.Markdown(f"# {reply('board_title', LOCALE)}\n{self._about()}")
            # One line to begin with: Enter sends it, Shift+Enter begins another.
            prompt = gradio.Textbox(
                label=reply("board_prompt", LOCALE),
                info=reply("board_options", LOCALE),
                placeholder=self._profile.examples[0],
                lines=1,
                max_lines=6,
                autofocus=True,
            )
            button = gradio.Button(reply("board_draw", LOCALE), variant="primary")
            status = gradio.HTML(elem_id="status")
            picture = gradio.Gallery(
                show_label=False,
                columns=2,
                height=PICTURE,
                object_fit="contain",
                buttons=["download", "fullscreen"],
                interactive=False,
            )
            gradio.Examples(
                [[example] for example in self._profile.examples],
                inputs=prompt,
                label=reply("board_examples", LOCALE),
            )
            if not self._telegram:
                gradio.Markdown(reply("board_telegram", LOCALE))
            gradio.on(
                [button.click, prompt.submit],
                self.answer,
                inputs=prompt,
                outputs=[picture, status],
                # The status line has its own; Gradio's hides with the first thing it is told.
                show_progress="hidden",
                concurrency_limit=None,
                # A second press is a second request.
                trigger_mode="multiple",
                api_name="draw",
            )
        page.queue()
        return page

    def _about(self) -> str:
        known = "board_demo" if self._profile.vocabulary else "board_model"
        return reply(known, LOCALE, model=self._profile.name)

    async def answer(self, text: str) -> AsyncIterator[Shown]:
        """Pictures and status line, again and again until the request has ended."""
        self._answering += 1
        self._idle.clear()
        try:
            async with aclosing(self._answers(text)) as answers:
                async for shown in answers:
                    yield shown
                    if self._stopping:
                        return
        except Exception as error:
            # Gradio would print it. Its text may quote what people wrote.
            place = traceback.extract_tb(error.__traceback__)[-1]
            where = f"{place.filename}:{place.lineno}"
            self._log.error("board_request_failed", error=type(error).__name__, where=where)
            yield gradio.skip(), _lines(reply("internal_error", LOCALE))
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

    async def _answers(self, text: str) -> AsyncGenerator[Shown, None]:
        origin = Origin(
            event_key=f"board:{uuid.uuid4()}",
            requester=REQUESTER,
            address=Address(platform=PLATFORM, chat="local"),
            locale=LOCALE,
        )
        try:
            admitted = await self._draw(origin, text)
        except Refusal as refusal:
            yield [], _lines(refusal_text(refusal, LOCALE, PLATFORM))
            return
        # Cleared once and then left alone: another press's picture may have come meanwhile.
        yield [], ""
        watched = watch(admitted.generation.id, admissions=self._admissions, news=self._news)
        async with aclosing(watched) as states:
            async for generation in states:
                if generation.outcome is Outcome.FINISHED:
                    yield self._files(generation), self._facts(generation)
                elif generation.outcome in TERMINAL:
                    yield gradio.skip(), _lines(self._cards.ended(generation).text)
                else:
                    yield gradio.skip(), await self._live(generation)

    async def _live(self, generation: Generation) -> str:
        text = (await self._cards.live(generation)).text
        steps = self._news.progress(generation.id)
        done = f'value="{steps.step}" max="{steps.steps}"' if steps else 'value="0"'
        return f"{_lines(text)}<progress {done}></progress>"

    def _facts(self, generation: Generation) -> str:
        return _lines(self._cards.facts(generation), *self._cards.remarks(generation))

    def _files(self, generation: Generation) -> list[Path]:
        return [self._pictures.path(relative) for relative in generation.pictures]


def _lines(*texts: str) -> str:
    """Texts as they are, a line each: they may quote what people wrote."""
    return "".join(f"<div>{html.escape(text)}</div>" for text in texts)
