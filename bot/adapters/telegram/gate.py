"""The one way out to Telegram: every call waits here for its turn. Free when nothing waits."""

import asyncio
import time
from collections.abc import Callable

from bot.adapters.telegram.flood import FloodSchedule, Priority, Ticket


class FloodGate:
    """Runs a FloodSchedule on the event loop; one timer, no polling."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._schedule = FloodSchedule()
        self._turns: dict[Ticket, asyncio.Future[None]] = {}
        self._timer: asyncio.TimerHandle | None = None

    async def turn(self, chat: str | None, priority: Priority) -> None:
        """Returns when the call may be made; it counts from then on."""
        ticket = self._schedule.join(chat, priority, self._clock())
        turn = self._turns[ticket] = asyncio.get_running_loop().create_future()
        self._admit()
        try:
            await turn
        finally:
            if self._turns.pop(ticket, None) is not None:
                self._schedule.leave(ticket)

    def pause(self, chat: str, seconds: float) -> None:
        """Telegram said so of this chat."""
        now = self._clock()
        self._schedule.pause(chat, now + seconds, now)
        self._admit()

    def _admit(self) -> None:
        now = self._clock()
        while (ticket := self._schedule.take(now)) is not None:
            turn = self._turns.pop(ticket)
            if not turn.done():
                turn.set_result(None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        next_time = self._schedule.next_time(now)
        if next_time is not None:
            loop = asyncio.get_running_loop()
            self._timer = loop.call_later(max(0.0, next_time - now), self._admit)
