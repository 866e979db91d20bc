"""Who is an admin of a group: asked of Telegram each time, so that whoever is none any more has
no power left."""

import asyncio
import time
from collections.abc import Callable

from telegram import Bot
from telegram.error import TelegramError

from bot.core.log import Log

#: An update waits for this, and all others behind it.
LOOKUP_SECONDS = 2.0
#: After a lookup that failed nobody is an admin of that chat for this long: the next one would
#: hold everybody up as well.
FAILED_SECONDS = 30.0
MANY_CHATS = 1000


class Admins:
    """Calling it says whether a person is an admin of a chat."""

    def __init__(self, bot: Bot, log: Log, clock: Callable[[], float] = time.monotonic) -> None:
        self._bot = bot
        self._log = log
        self._clock = clock
        #: Chat -> until when it is not asked about.
        self._failed: dict[str, float] = {}

    async def __call__(self, chat: str, person: int) -> bool:
        if self._clock() < self._failed.get(chat, 0.0):
            return False
        try:
            # Not through the flood gate: all updates would wait behind the answers to presses.
            # One call at a time needs no limit. Not getChatMember: of others it tells for sure
            # only where the bot is an admin itself.
            async with asyncio.timeout(LOOKUP_SECONDS):
                members = await self._bot.get_chat_administrators(chat)
        except (TelegramError, TimeoutError) as error:
            self._log.info("admins_unknown", error=type(error).__name__)
            if len(self._failed) >= MANY_CHATS:
                self._failed.clear()
            self._failed[chat] = self._clock() + FAILED_SECONDS
            return False
        # Anonymous admins are among them, under their own names.
        return person in {member.user.id for member in members}
