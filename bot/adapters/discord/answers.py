"""Answers to interactions, in whatever state they are: fresh, deferred, answered, or answered by
an earlier process. Every method raises DeliveryError; MessageGone where nothing can be written
with the token any more."""

import contextlib

from bot.adapters.discord.calls import Calls
from bot.adapters.discord.pending import Pending, Register, State
from bot.adapters.discord.render import Look
from bot.adapters.discord.reply_key import ReplyKey
from bot.core.errors import MessageGone


class Answers:
    """Three kinds: the card of a request, a word for whoever asked, and a file."""

    def __init__(self, register: Register, calls: Calls) -> None:
        self._register = register
        self._calls = calls

    async def card(self, key: ReplyKey, look: Look, *, private: bool) -> int:
        """What the interaction is answered with from now on; the id of that message. Harmless to
        repeat: it is the same message each time."""
        pending = self._register.get(key.token)
        if pending is not None:
            message = await pending.answer(look, private=private)
            if message is not None:
                return message
            if private and await self._withdrawn(key, pending):
                return await self._calls.follow_up(key.token, look, private=True)
        message = await self._calls.edit_answer(key.token, None, look)
        if pending is not None:
            pending.settle()
        return message

    async def whisper(self, key: ReplyKey, look: Look) -> None:
        """For nobody else's eyes."""
        pending = self._register.get(key.token)
        if pending is not None:
            if await pending.answer(look, private=True) is not None:
                return
            if pending.state is State.DEFERRED_PRIVATELY:
                await self._calls.edit_answer(key.token, None, look)
                pending.settle()
                return
            await self._withdrawn(key, pending)
        await self._calls.follow_up(key.token, look, private=True)

    async def bring(self, key: ReplyKey, look: Look, *, private: bool) -> None:
        """A file: first it is said that one comes, for it may take longer than three seconds."""
        pending = self._register.get(key.token)
        if pending is not None:
            await pending.defer(private=private)
            if private:
                await self._withdrawn(key, pending)
            if pending.state is not State.ANSWERED:
                await self._calls.edit_answer(key.token, None, look)
                pending.settle()
                return
        await self._calls.follow_up(key.token, look, private=private)

    async def add(self, key: ReplyKey, look: Look) -> None:
        """A word beside the answer, once that stands: before, it would become it."""
        pending = self._register.get(key.token)
        if pending is not None:
            await pending.answered()
        await self._calls.follow_up(key.token, look, private=True)

    async def take_away(self, key: ReplyKey) -> bool:
        """Answer a press by deleting the message with the button; False where it was answered
        otherwise."""
        pending = self._register.get(key.token)
        if pending is None or not await pending.consent():
            return False
        with contextlib.suppress(MessageGone):
            await self._calls.delete_answer(key.token, None)
        return True

    async def _withdrawn(self, key: ReplyKey, pending: Pending) -> bool:
        """Take back that the bot is thinking, where everybody sees it and would see what it
        becomes."""
        if pending.state is not State.DEFERRED:
            return False
        with contextlib.suppress(MessageGone):
            await self._calls.delete_answer(key.token, None)
        pending.settle()
        return True
