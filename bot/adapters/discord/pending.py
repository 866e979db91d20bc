"""Interactions that wait for their answer. Discord wants one within three seconds, and tells of
an interaction once.

What is asked for becomes a row first, and the row brings the answer: its card, or a notice. Where
that takes too long the person is told that the bot is thinking. Only this process can answer an
interaction for the first time, so all this is kept in memory; whatever was answered can be gone
on with by its token, also after a restart.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Hashable
from enum import Enum, auto
from typing import Any

import discord

from bot.adapters.discord.ages import Ages
from bot.adapters.discord.failures import (
    ALREADY_ACKNOWLEDGED,
    CALL_ERRORS,
    NETWORK_ERRORS,
    TOKEN_ENDED,
    delivery_error,
)
from bot.adapters.discord.render import Look
from bot.adapters.shared.patience import Patience
from bot.core.errors import DeliveryError
from bot.core.log import Log

#: After this an interaction that nobody has answered is deferred.
DEFER_SECONDS = 1.5
#: After this Discord takes no first answer.
ANSWER_SECONDS = 3.0
#: As long as a token lives, and a little longer.
REMEMBERED_SECONDS = 16 * 60.0


class State(Enum):
    """Of the answer."""

    OPEN = auto()
    #: "zdraw is thinking", for everybody to see.
    DEFERRED = auto()
    #: The same for whoever asked.
    DEFERRED_PRIVATELY = auto()
    #: Whatever comes now is a message of its own.
    ANSWERED = auto()
    #: Nothing can be answered any more, and whether something was only its token can tell.
    UNKNOWN = auto()


class Told(Enum):
    """What became of an answer."""

    #: It is the one that Discord has.
    NOW = auto()
    #: Discord has another one, from before.
    BEFORE = auto()
    #: Discord takes none any more.
    TOO_LATE = auto()


class Pending:
    """One interaction. `private`: when deferred, only whoever asked sees it. `in_place`: a press
    whose message becomes the answer; deferred, it shows nothing. `age`: seconds since the person
    asked, when it came in."""

    def __init__(
        self,
        interaction: discord.Interaction[Any],
        patience: Patience,
        *,
        private: bool,
        in_place: bool = False,
        age: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._interaction = interaction
        self._patience = patience
        self._private = private
        self._in_place = in_place
        self._clock = clock
        self._until = clock() + ANSWER_SECONDS
        #: One answer at a time: a deferral may be on its way when the card is ready.
        self._lock = asyncio.Lock()
        #: What was tried and may have had its effect.
        self._lost: set[Hashable] = set()
        self._answered = asyncio.Event()
        self.age = age
        self.state = State.OPEN
        #: The id of the answer, where it is known.
        self.message: int | None = None

    async def answered(self) -> None:
        """Returns once it is."""
        await self._answered.wait()

    def settle(self) -> None:
        """Somebody has answered it by its token."""
        self._become(State.ANSWERED)

    def _become(self, state: State) -> None:
        self.state = state
        if state is State.ANSWERED:
            self._answered.set()

    # Each of these raises TryLater when it is unknown whether Discord heard it.

    async def answer(self, look: Look, *, private: bool) -> Told:
        """Answer with a message."""
        more: dict[str, Any] = {"view": view} if (view := look.view()) else {}
        response = self._interaction.response

        async def send() -> None:
            sent = await response.send_message(
                look.text, ephemeral=private, suppress_embeds=True, **more
            )
            self.message = sent.message_id

        return await self._respond(send, State.ANSWERED, look)

    async def replace(self, look: Look) -> Told:
        """Answer a press by changing the message with the button."""
        response = self._interaction.response

        async def change() -> None:
            await response.edit_message(content=look.text, view=look.view())

        return await self._respond(change, State.ANSWERED, look)

    async def open_form(self, form: discord.ui.Modal) -> Told:
        response = self._interaction.response
        return await self._respond(lambda: response.send_modal(form), State.ANSWERED, "form")

    async def consent(self) -> Told:
        """Answer a press without a word; the answer is then the message with the button."""
        response = self._interaction.response
        return await self._respond(lambda: response.defer(), State.ANSWERED, "consent")

    async def defer(self, *, private: bool | None = None) -> Told:
        """Say that the bot is thinking."""
        if self._in_place:
            return await self.consent()
        hidden = self._private if private is None else private
        state = State.DEFERRED_PRIVATELY if hidden else State.DEFERRED
        response = self._interaction.response

        async def think() -> None:
            await response.defer(ephemeral=hidden, thinking=True)

        return await self._respond(think, state, state)

    async def _respond(
        self, call: Callable[[], Awaitable[Any]], then: State, what: Hashable
    ) -> Told:
        async with self._lock:
            for last in (False, True):
                if self.state is not State.OPEN:
                    return Told.BEFORE
                left = self._until - self._clock()
                if left <= 0 or self._interaction.client.is_closed():
                    return self._miss()
                try:
                    async with asyncio.timeout(left):
                        await call()
                except discord.HTTPException as error:
                    if error.code not in TOKEN_ENDED | {ALREADY_ACKNOWLEDGED}:
                        raise delivery_error(error, self._patience) from None
                    return self._refused(error.code, then, what)
                except CALL_ERRORS as error:
                    self._lost.add(what)
                    # Once more at once: there is no time to lose, and it does no harm.
                    if last or not isinstance(error, NETWORK_ERRORS):
                        raise delivery_error(error, self._patience) from None
                else:
                    self._become(then)
                    return Told.NOW
            return Told.BEFORE

    def _miss(self) -> Told:
        """Its time is over, or the connection by which it came is."""
        self._become(State.UNKNOWN if self._lost else State.ANSWERED)
        return Told.TOO_LATE

    def _refused(self, code: int, then: State, what: Hashable) -> Told:
        if code in TOKEN_ENDED:
            self._become(State.ANSWERED)
            return Told.TOO_LATE
        if self._lost == {what}:
            # The answer to an earlier try was lost on its way, and that is all.
            self._become(then)
            return Told.NOW
        self._become(State.UNKNOWN)
        return Told.BEFORE


class Register:
    """All interactions of this process that may still have to be answered, by token."""

    def __init__(
        self,
        patience: Patience,
        log: Log,
        *,
        defer_seconds: float = DEFER_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._patience = patience
        self._log = log
        self._defer_seconds = defer_seconds
        self._clock = clock
        self._ages = Ages()
        #: With when they came, oldest first.
        self._known: dict[str, tuple[float, Pending]] = {}
        self._timers: set[asyncio.Task[None]] = set()

    def add(
        self, interaction: discord.Interaction[Any], *, private: bool, in_place: bool = False
    ) -> Pending | None:
        """From now on it is deferred in time. None for one that is known already."""
        self._forget_old()
        if interaction.token in self._known:
            return None
        pending = Pending(
            interaction,
            self._patience,
            private=private,
            in_place=in_place,
            age=self._ages.of(interaction),
            clock=self._clock,
        )
        self._known[interaction.token] = (self._clock(), pending)
        timer = asyncio.create_task(self._defer_in_time(pending))
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)
        return pending

    def get(self, token: str) -> Pending | None:
        self._forget_old()
        found = self._known.get(token)
        return None if found is None else found[1]

    async def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        await asyncio.gather(*self._timers, return_exceptions=True)

    async def _defer_in_time(self, pending: Pending) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self._defer_seconds - pending.age)):
                await pending.answered()
        try:
            await pending.defer()
        except DeliveryError as error:
            self._log.info("not_deferred", reason=str(error))

    def _forget_old(self) -> None:
        before = self._clock() - REMEMBERED_SECONDS
        while self._known:
            token = next(iter(self._known))
            if self._known[token][0] >= before:
                return
            del self._known[token]
