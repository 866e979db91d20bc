"""Every interaction comes in here: it is registered, checked, and never left without an answer."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Any

import discord

from bot.adapters.discord.answers import Answers
from bot.adapters.discord.origin import PLATFORM, origin_of
from bot.adapters.discord.pending import ANSWER_SECONDS, Pending, Register, State, Told
from bot.adapters.discord.permissions import missing_to_send
from bot.adapters.discord.render import Look, text_of
from bot.adapters.discord.reply_key import ReplyKey
from bot.adapters.shared.trouble import trouble
from bot.core.errors import DeliveryError, Refusal, TryLater
from bot.core.generation import Origin
from bot.core.log import Log
from bot.core.replies import refusal_text, reply

#: Channels in which somebody was told what the bot lacks there.
MANY_CHANNELS = 1000
#: A hint waits this long for the answer that it follows.
HINT_SECONDS = 30.0
#: At the end of the process: for what is being received, and to say that it will not be.
ENDING_SECONDS, GOODBYE_SECONDS = 0.5, 1.0


@dataclass(frozen=True, kw_only=True)
class Visit:
    """Somebody who asks for something."""

    interaction: discord.Interaction[Any]
    origin: Origin
    key: ReplyKey
    pending: Pending


Work = Callable[[Visit], Awaitable[None]]
Settle = Callable[[Origin], Awaitable[Origin]]


class Reception:
    """Receives interactions and does some work for each. `settle` is the core's."""

    def __init__(self, register: Register, answers: Answers, settle: Settle, log: Log) -> None:
        self._register = register
        self._answers = answers
        self._settle = settle
        self._log = log
        self._hinted: set[int] = set()
        #: Made by discord.py, which does not look after them.
        self._tasks: set[asyncio.Task[Any]] = set()

    async def close(self) -> None:
        """Break off what is being received, unless it ends within a moment: the rows that are
        committed go on without. While it is still signed in, for the others are told."""
        tasks = tuple(self._tasks)
        if tasks:
            await asyncio.wait(tasks, timeout=ENDING_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def receive(
        self,
        interaction: discord.Interaction[Any],
        work: Work,
        *,
        whispered: bool = False,
        private: bool = False,
        spoiler: bool = False,
        brings_picture: bool = False,
        in_place: bool = False,
    ) -> None:
        """`whispered`: its answer is for whoever asked in any case. `brings_picture`: it makes no
        sense where files may not be sent. `in_place`: what it says its message becomes."""
        origin = origin_of(interaction, private=private, spoiler=spoiler)
        key = ReplyKey.of(origin.address)
        pending = self._register.add(interaction, private=whispered or private, in_place=in_place)
        if key is None or pending is None:
            return
        visit = Visit(interaction=interaction, origin=origin, key=key, pending=pending)
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._attend(visit, work, brings_picture=brings_picture)
        except asyncio.CancelledError:
            await self._say_goodbye(visit)
            raise
        finally:
            self._tasks.discard(task)

    async def _attend(self, visit: Visit, work: Work, *, brings_picture: bool) -> None:
        try:
            if await self._comes_too_late(visit):
                return
            if brings_picture:
                _check_files_allowed(visit.interaction)
            visit = replace(visit, origin=await self._settle(visit.origin))
            await work(visit)
        except Refusal as refusal:
            await self.whisper(visit, refusal_text(refusal, visit.origin.locale, PLATFORM))
        except Exception as error:
            number = visit.interaction.id
            self._log.error("interaction_failed", interaction=number, **trouble(error))
            sorry = refusal_text(Refusal("internal_error"), visit.origin.locale)
            await self.whisper(visit, sorry)

    async def whisper(self, visit: Visit, text: str) -> None:
        """Tell whoever asked, and nobody else. Tried twice, no more: they ask again."""
        look = Look(text=text_of(text))
        try:
            try:
                await self._answers.whisper(visit.key, look)
            except TryLater as later:
                # Or a deferral might stand there for everybody to see.
                await asyncio.sleep(later.seconds)
                await self._answers.whisper(visit.key, look)
        except DeliveryError as error:
            self._log.info("not_whispered", interaction=visit.interaction.id, reason=str(error))

    async def take_away(self, visit: Visit) -> bool:
        """Delete the message with the pressed button; False if something is still to be said."""
        try:
            return await self._answers.take_away(visit.key)
        except DeliveryError as error:
            # The core deletes it too, with the bot's own token.
            self._log.info("not_taken_away", reason=str(error))
            return False

    async def hint(self, visit: Visit) -> None:
        """Say once in a channel what the bot lacks to go on there when a token has ended."""
        missing = _missing_here(visit.interaction)
        channel = visit.interaction.channel_id or 0
        if not missing or channel in self._hinted:
            return
        if len(self._hinted) >= MANY_CHANNELS:
            self._hinted.clear()
        self._hinted.add(channel)
        locale = visit.origin.locale
        between = ", " if locale == "en" else "、"
        names = between.join(reply(f"permission_{name}", locale) for name in missing)
        said = reply("lacks_permissions", locale, permissions=names)
        try:
            async with asyncio.timeout(HINT_SECONDS):
                await self._answers.add(visit.key, Look(text=text_of(said)))
        except (DeliveryError, TimeoutError) as error:
            self._hinted.discard(channel)
            self._log.info("hint_not_given", error=type(error).__name__)

    async def _say_goodbye(self, visit: Visit) -> None:
        """To whom it was said that the bot is thinking. Whether there is a row is not known: with
        one the next process makes its card of this. Deleted, there would be no place for that
        where the bot may not send."""
        if visit.pending.state not in {State.DEFERRED, State.DEFERRED_PRIVATELY}:
            return
        said = Look(text=text_of(reply("restarting", visit.origin.locale)))
        with contextlib.suppress(DeliveryError, TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await self._answers.hold(visit.key, said)

    async def _comes_too_late(self, visit: Visit) -> bool:
        """Replayed after a cut: whoever asked has long been told that nobody answered, and has
        asked again or not. Asked of Discord, for this machine's clock may be wrong."""
        if visit.pending.age < ANSWER_SECONDS or await visit.pending.defer() is not Told.TOO_LATE:
            return False
        self._log.info("interaction_too_late", interaction=visit.interaction.id)
        return True


def _missing_here(interaction: discord.Interaction[Any]) -> list[str]:
    """Nothing where the bot is no member: there it has the token alone in any case."""
    if interaction.guild_id is None or not interaction.is_guild_integration():
        return []
    in_thread = isinstance(interaction.channel, discord.Thread)
    return missing_to_send(interaction.app_permissions, in_thread=in_thread)


def _check_files_allowed(interaction: discord.Interaction[Any]) -> None:
    if interaction.guild_id is not None and not interaction.app_permissions.attach_files:
        raise Refusal("may_not_attach")
