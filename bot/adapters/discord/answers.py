"""Answers to interactions, in whatever state they are: fresh, deferred, answered, or answered by
an earlier process. Every method raises DeliveryError; MessageGone where nothing can be written
with the token any more."""

import contextlib

import discord

from bot.adapters.discord.calls import Calls
from bot.adapters.discord.failures import TokenEnded
from bot.adapters.discord.pending import Pending, Register, State, Told
from bot.adapters.discord.render import Look
from bot.adapters.discord.reply_key import ReplyKey
from bot.core.errors import MessageGone


class Answers:
    """Four kinds: the card of a request, a word for whoever asked, what a message with a button
    becomes when that is pressed, and a file."""

    def __init__(self, register: Register, calls: Calls) -> None:
        self._register = register
        self._calls = calls

    async def card(self, key: ReplyKey, look: Look, *, private: bool) -> int:
        """What the interaction is answered with from now on; the id of that message. Harmless to
        repeat: it is the same message each time."""
        pending = self._register.get(key.token)
        if pending is not None:
            told = await pending.answer(look, private=private)
            if told is Told.NOW and pending.message is not None:
                return pending.message
        if not private:
            message = await self._calls.edit_answer(key.token, None, look)
        elif await self._stands_for_all_to_see(key, pending):
            return await self._privately_instead(key, pending, look)
        else:
            message = await self._edit_or_follow(key, look)
        _settle(pending)
        return message

    async def whisper(self, key: ReplyKey, look: Look) -> None:
        """For nobody else's eyes."""
        pending = self._register.get(key.token)
        if pending is not None and await pending.answer(look, private=True) is Told.NOW:
            return
        match await self._state(key, pending, look):
            case None:
                return
            case State.DEFERRED_PRIVATELY:
                await self._calls.edit_answer(key.token, None, look)
            case State.DEFERRED:
                await self._privately_instead(key, pending, look)
            case _:
                await self._calls.follow_up(key.token, look, private=True)
        _settle(pending)

    async def replace(self, key: ReplyKey, look: Look) -> None:
        """In place of the message with the pressed button; a word for whoever pressed where that
        message is gone. Harmless to repeat."""
        pending = self._register.get(key.token)
        try:
            if pending is not None and await pending.replace(look) is Told.NOW:
                return
            # Consented to, the message with the button is the answer, and so it was to an
            # earlier process.
            await self._calls.edit_answer(key.token, None, look)
        except TokenEnded:
            raise
        except MessageGone:
            if pending is not None and await pending.answer(look, private=True) is Told.NOW:
                return
            await self._calls.follow_up(key.token, look, private=True)
        _settle(pending)

    async def bring(self, key: ReplyKey, look: Look, *, private: bool) -> None:
        """A file: first it is said that one comes, for it may take longer than three seconds."""
        pending = self._register.get(key.token)
        if pending is not None:
            await pending.defer(private=private)
        match await self._state(key, pending, look):
            case None:
                return
            case State.ANSWERED:
                await self._calls.follow_up(key.token, look, private=private)
            case State.DEFERRED if private:
                await self._privately_instead(key, pending, look)
            case _:
                await self._calls.edit_answer(key.token, None, look)
        _settle(pending)

    async def add(self, key: ReplyKey, look: Look) -> None:
        """A word beside the answer, once that stands: before, it would become it."""
        pending = self._register.get(key.token)
        if pending is not None:
            await pending.answered()
        await self._calls.follow_up(key.token, look, private=True)

    async def hold(self, key: ReplyKey, look: Look) -> None:
        """A word for whoever reads that the bot is thinking, in its place: another process goes
        on with that message."""
        await self._edit_or_follow(key, look)

    async def take_away(self, key: ReplyKey) -> bool:
        """Answer a press by deleting the message with the button; False where it was answered
        otherwise."""
        pending = self._register.get(key.token)
        if pending is None or await pending.consent() is not Told.NOW:
            return False
        with contextlib.suppress(MessageGone):
            await self._calls.delete_answer(key.token, None)
        return True

    async def _stands_for_all_to_see(self, key: ReplyKey, pending: Pending | None) -> bool:
        """Whether everybody sees the answer, and would see what it becomes: that the bot is
        thinking, or what an earlier process said at its end."""
        if pending is not None and pending.state is not State.UNKNOWN:
            return pending.state is State.DEFERRED
        answer = await self._calls.answer(key.token)
        return answer is not None and not answer.flags.ephemeral

    async def _privately_instead(self, key: ReplyKey, pending: Pending | None, look: Look) -> int:
        """Take back what everybody sees; the id of the message in its place."""
        with contextlib.suppress(MessageGone):
            await self._calls.delete_answer(key.token, None)
        message = await self._calls.follow_up(key.token, look, private=True)
        # Not before: it is tried again where it failed.
        _settle(pending)
        return message

    async def _edit_or_follow(self, key: ReplyKey, look: Look) -> int:
        """Where the answer was deleted, a message for nobody else's eyes. It may be there
        already, unheard of: a second line for one person does no harm."""
        try:
            return await self._calls.edit_answer(key.token, None, look)
        except TokenEnded:
            raise
        except MessageGone:
            return await self._calls.follow_up(key.token, look, private=True)

    async def _state(self, key: ReplyKey, pending: Pending | None, look: Look) -> State | None:
        """What the answer is now; None where it shows this very look. What an earlier process
        has answered, or a call whose own answer was lost, is asked of Discord."""
        if pending is not None and pending.state is not State.UNKNOWN:
            return pending.state
        answer = await self._calls.answer(key.token)
        if answer is None:
            return State.ANSWERED
        if answer.flags.loading:
            return State.DEFERRED_PRIVATELY if answer.flags.ephemeral else State.DEFERRED
        return None if _shows(answer, look) else State.ANSWERED


def _shows(answer: discord.WebhookMessage, look: Look) -> bool:
    files = [file.filename for file in answer.attachments]
    return files == [file.filename for file in look.files()] and answer.content == look.text.strip()


def _settle(pending: Pending | None) -> None:
    if pending is not None:
        pending.settle()
