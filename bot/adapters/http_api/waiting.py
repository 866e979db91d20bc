"""Waiting for the end of a request, for as long as the program that asked does.

Who goes away does not take the request back: it is drawn and kept, and the same Idempotency-Key
finds it.
"""

import asyncio
from contextlib import suppress

from starlette.types import Receive

from bot.core.generation import TERMINAL, Generation
from bot.core.news import News
from bot.core.ports import Admissions

#: Moves that this process did not hear of are seen after this long. Hundreds may wait.
LOOK_SECONDS = 10.0


class Waiting:
    """Those who wait."""

    def __init__(self, *, admissions: Admissions, news: News) -> None:
        self._admissions = admissions
        self._news = news
        self._stopping = False
        self._waiters: set[asyncio.Event] = set()

    async def end_of(self, generation_id: str, receive: Receive) -> Generation | None:
        """The ended row; None if the program goes away first, which `receive` tells, or zdraw
        does."""
        moved, gone = asyncio.Event(), asyncio.Event()
        stop_listening = self._news.listen(
            lambda moved_id: moved.set() if moved_id == generation_id else None
        )
        self._waiters.add(moved)
        leaving = asyncio.create_task(_tell_when_gone(receive, gone, moved))
        try:
            while not (self._stopping or gone.is_set()):
                moved.clear()
                generation = await self._admissions.get(generation_id)
                if generation is None or generation.outcome in TERMINAL:
                    return generation
                # Not wait_for, which may swallow a cancellation in Python 3.11.
                with suppress(TimeoutError):
                    async with asyncio.timeout(LOOK_SECONDS):
                        await moved.wait()
            return None
        finally:
            leaving.cancel()
            self._waiters.discard(moved)
            stop_listening()

    def let_go(self) -> None:
        """Nobody waits here any more."""
        self._stopping = True
        for waiter in self._waiters:
            waiter.set()

    @property
    def stopping(self) -> bool:
        return self._stopping


async def _tell_when_gone(receive: Receive, *told: asyncio.Event) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    for event in told:
        event.set()
