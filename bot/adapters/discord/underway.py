"""Calls that go on when nobody waits for them any more.

Broken off in its sleep through a global limit, discord.py would let no call of the bot's own pass
again. And what is broken off may have its effect at any time later; here it is known when it has
ended.
"""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, TypeVar

T = TypeVar("T")


class Underway:
    """Keeps them until they end. `place` is what they change."""

    def __init__(self) -> None:
        self._calls: dict[tuple[Hashable, Hashable], asyncio.Task[Any]] = {}

    async def result(
        self,
        place: Hashable,
        what: Hashable,
        call: Callable[[], Coroutine[Any, Any, T]],
        seconds: float,
    ) -> T:
        """Of this call, or of the same one if that is on its way already. Raises TimeoutError
        where it takes longer, ConnectionAbortedError where it was broken off, and whatever the
        call raises."""
        task = self._calls.get((place, what)) or self._begin(place, what, call)
        done, _ = await asyncio.wait({task}, timeout=seconds)
        if not done:
            raise TimeoutError
        if task.cancelled():
            # The call, and not whoever waits for it.
            raise ConnectionAbortedError("broken off")
        result: T = task.result()
        return result

    def at(self, *places: Hashable) -> set[asyncio.Task[Any]]:
        """Those that may still change something there."""
        return {task for (place, _), task in self._calls.items() if place in places}

    async def close(self) -> None:
        """Break all of them off: the process ends."""
        tasks = tuple(self._calls.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _begin(
        self, place: Hashable, what: Hashable, call: Callable[[], Coroutine[Any, Any, T]]
    ) -> asyncio.Task[T]:
        task = self._calls[place, what] = asyncio.create_task(call())

        def forget(ended: asyncio.Task[T]) -> None:
            del self._calls[place, what]
            if not ended.cancelled():
                # Looked at, so that nobody complains where nobody waits for it.
                ended.exception()

        task.add_done_callback(forget)
        return task
