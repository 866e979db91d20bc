"""Answers to button presses: first in line, never waited for, worth nothing when late."""

import asyncio

from telegram import Bot
from telegram.error import TelegramError

from bot.adapters.telegram.flood import Priority
from bot.adapters.telegram.gate import FloodGate
from bot.adapters.telegram.render import toast_of
from bot.core.log import Log

#: Telegram refuses later answers, and by then the button has stopped spinning by itself.
LATE_SECONDS = 10.0
#: More presses than this would be answered too late anyway, at ten a second.
BACKLOG = 100


class Acknowledgements:
    """Calling it answers a press in the background; the effect was committed before."""

    def __init__(self, bot: Bot, gate: FloodGate, log: Log) -> None:
        self._bot = bot
        self._gate = gate
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()

    def __call__(self, query_id: str, text: str | None) -> None:
        if len(self._tasks) >= BACKLOG:
            return
        task = asyncio.create_task(self._answer(query_id, text))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _answer(self, query_id: str, text: str | None) -> None:
        try:
            async with asyncio.timeout(LATE_SECONDS):
                await self._gate.turn(None, Priority.ACKNOWLEDGEMENT)
                await self._bot.answer_callback_query(query_id, toast_of(text) if text else None)
        except (TelegramError, TimeoutError) as error:
            self._log.info("press_not_answered", error=type(error).__name__)
