"""What a press comes to: something new to show, or a sentence that says why not."""

from collections.abc import Awaitable, Sequence
from typing import Any

import gradio

from bot.adapters.board.status import lines
from bot.adapters.board.visitor import PLATFORM
from bot.adapters.shared.trouble import trouble
from bot.core.errors import Refusal
from bot.core.log import Log
from bot.core.replies import refusal_text, reply


class Attempt:
    """Gradio would print what goes wrong, with what people wrote in it, so nothing gets there."""

    def __init__(self, log: Log) -> None:
        self._log = log

    async def __call__(
        self, locale: str, work: Awaitable[Sequence[Any]], outputs: int
    ) -> tuple[Any, ...]:
        """The `outputs` values that `work` gives, the last of them what it says; or nothing
        new, and the sentence that says why."""
        try:
            return tuple(await work)
        except Refusal as refusal:
            said = refusal_text(refusal, locale, PLATFORM)
        except Exception as error:
            self._log.error("board_request_failed", **trouble(error))
            said = reply("internal_error", locale)
        return (*[gradio.skip()] * (outputs - 1), lines(said))
