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
from collections.abc import Awaitable, Callable
from enum import Enum, auto
from typing import Any

import discord

from bot.adapters.discord.failures import (
    ALREADY_ACKNOWLEDGED,
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


class Pending:
    """One interaction. `private`: when deferred, only whoever asked sees it."""

    def __init__(
        self, interaction: discord.Interaction[Any], patience: Patience, *, private: bool
    ) -> None:
        self._interaction = interaction
        self._patience = patience
        self._private = private
        #: One answer at a time: a deferral may be on its way when the card is ready.
        self._lock = asyncio.Lock()
        self.state = State.OPEN
        self._answered = asyncio.Event()

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

    async def answer(self, look: Look, *, private: bool) -> int | None:
        """Answer now; the id of the message. None where it was answered or deferred before, or
        it is too late. Raises TryLater when it is unknown whether Discord heard it."""
        more: dict[str, Any] = {"view": view} if (view := look.view()) else {}
        response = self._interaction.response
        done = await self._respond(
            lambda: response.send_message(look.text, ephemeral=private, **more), State.ANSWERED
        )
        return None if done is None else done.message_id

    async def open_form(self, form: discord.ui.Modal) -> bool:
        """False where it was deferred before, after which no form can be opened."""
        response = self._interaction.response
        return bool(await self._respond(lambda: response.send_modal(form), State.ANSWERED))

    async def consent(self) -> bool:
        """Answer a press without a word; the answer is then the message with the button."""
        response = self._interaction.response
        return bool(await self._respond(lambda: response.defer(), State.ANSWERED))

    async def defer(self, *, private: bool | None = None) -> bool:
        """Say that the bot is thinking; False if it is too late for that, or not needed."""
        hidden = self._private if private is None else private
        state = State.DEFERRED_PRIVATELY if hidden else State.DEFERRED
        response = self._interaction.response
        return bool(
            await self._respond(lambda: response.defer(ephemeral=hidden, thinking=True), state)
        )

    async def _respond(self, call: Callable[[], Awaitable[Any]], then: State) -> Any:
        async with self._lock:
            if self.state is not State.OPEN:
                return None
            for last in (False, True):
                try:
                    async with asyncio.timeout(ANSWER_SECONDS):
                        done = await call()
                except discord.HTTPException as error:
                    if error.code in TOKEN_ENDED | {ALREADY_ACKNOWLEDGED}:
                        # Too late, or an earlier call had its effect. By its token it shows.
                        self.settle()
                        return None
                    raise delivery_error(error, self._patience) from None
                except NETWORK_ERRORS as error:
                    # At once: there is no time to lose, and repeating it does no harm.
                    if last:
                        raise delivery_error(error, self._patience) from None
                else:
                    self._become(then)
                    return done
            return None


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
        #: With when they came, oldest first.
        self._known: dict[str, tuple[float, Pending]] = {}
        self._timers: set[asyncio.Task[None]] = set()

    def add(self, interaction: discord.Interaction[Any], *, private: bool) -> Pending | None:
        """From now on it is deferred in time. None for one that is known already."""
        self._forget_old()
        if interaction.token in self._known:
            return None
        pending = Pending(interaction, self._patience, private=private)
        self._known[interaction.token] = (self._clock(), pending)
        timer = asyncio.create_task(self._defer_in_time(pending, age_of(interaction)))
        self._timers.add(timer)
        timer.add_done_callback(self._timers.discard)
        return pending

    def get(self, token: str) -> Pending | None:
        found = self._known.get(token)
        return None if found is None else found[1]

    async def close(self) -> None:
        for timer in self._timers:
            timer.cancel()
        await asyncio.gather(*self._timers, return_exceptions=True)

    async def _defer_in_time(self, pending: Pending, age: float) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, self._defer_seconds - age)):
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


def age_of(interaction: discord.Interaction[Any]) -> float:
    """Seconds since the person asked, as far as this machine's clock can be trusted."""
    return max(0.0, (discord.utils.utcnow() - interaction.created_at).total_seconds())
