"""Who is an admin of a group: asked of Telegram each time, so that whoever is none any more has
no power left."""

import asyncio

from telegram import Bot
from telegram.error import TelegramError

from bot.core.log import Log

#: An update waits for this, and all others behind it.
LOOKUP_SECONDS = 2.0


class Admins:
    """Calling it says whether a person is an admin of a chat; None where Telegram does not say."""

    def __init__(self, bot: Bot, log: Log) -> None:
        self._bot = bot
        self._log = log

    async def __call__(self, chat: str, person: int) -> bool | None:
        try:
            # Not through the flood gate: all updates would wait behind the answers to presses.
            # One call at a time needs no limit. Not getChatMember: of others it tells for sure
            # only where the bot is an admin itself.
            async with asyncio.timeout(LOOKUP_SECONDS):
                members = await self._bot.get_chat_administrators(chat)
        except (TelegramError, TimeoutError) as error:
            self._log.info("admins_unknown", error=type(error).__name__)
            return None
        # Anonymous admins are among them, under their own names.
        return person in {member.user.id for member in members}
