"""Deletes messages in Discord."""

import contextlib

from bot.adapters.discord.calls import Calls
from bot.adapters.discord.deadlines import token_lives
from bot.adapters.discord.failures import TokenEnded
from bot.adapters.discord.reply_key import ReplyKey
from bot.adapters.discord.status_id import StatusId
from bot.adapters.discord.takings import Takings
from bot.core.errors import MessageGone
from bot.core.generation import Generation
from bot.core.ports import Clock


class DiscordEraser:
    """Implements bot.core.chat_ports.Eraser."""

    def __init__(self, calls: Calls, takings: Takings, clock: Clock) -> None:
        self._calls = calls
        self._takings = takings
        self._clock = clock

    async def erase(self, generation: Generation) -> None:
        """With the interaction's token where it lives, or else as the bot itself, which is its
        author too."""
        status, key = StatusId.parse(generation.status_message), ReplyKey.of(generation.address)
        if status is None:
            raise MessageGone("it was never sent")
        if await self._takings.taken(status.message):
            raise MessageGone("deleted by the press of its button")
        if status.by_token and key is not None and token_lives(generation, self._clock()):
            # Where it has ended earlier than by this machine's clock, the bot goes on.
            with contextlib.suppress(TokenEnded):
                await self._calls.delete_answer(key.token, status.message)
                return
        await self._calls.delete(int(generation.address.chat), status.message)
