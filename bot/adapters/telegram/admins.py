"""Who is an admin of a group: asked of Telegram, remembered for a while."""

import asyncio
import time
from collections.abc import Callable

from telegram import Bot
from telegram.error import TelegramError

from bot.core.log import Log

#: Rights are taken and given seldom.
REMEMBERED_SECONDS = 300.0
#: After a lookup that failed nobody is an admin for this long.
FAILED_SECONDS = 30.0
#: An update waits for this, and all others behind it.
LOOKUP_SECONDS = 2.0
MANY_CHATS = 1000


class Admins:
    """Calling it says whether a person is an admin of a chat."""

    def __init__(self, bot: Bot, log: Log, clock: Callable[[], float] = time.monotonic) -> None:
        self._bot = bot
        self._log = log
        self._clock = clock
        #: Chat -> (until when it is believed, ids of the admins).
        self._known: dict[str, tuple[float, frozenset[int]]] = {}

    async def __call__(self, chat: str, person: int) -> bool:
        known = self._known.get(chat)
        if known is None or known[0] <= self._clock():
            known = await self._ask(chat)
            if len(self._known) >= MANY_CHATS:
                self._known.clear()
            self._known[chat] = known
        return person in known[1]

    async def _ask(self, chat: str) -> tuple[float, frozenset[int]]:
        try:
            # Not through the flood gate: all updates would wait behind the answers to presses.
            # One call at a time, and one a group in five minutes, need no limit.
            async with asyncio.timeout(LOOKUP_SECONDS):
                members = await self._bot.get_chat_administrators(chat)
        except (TelegramError, TimeoutError) as error:
            self._log.info("admins_unknown", error=type(error).__name__)
            return self._clock() + FAILED_SECONDS, frozenset()
        return self._clock() + REMEMBERED_SECONDS, frozenset(m.user.id for m in members)
