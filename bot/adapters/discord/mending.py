"""An edit that was given up may still have its effect, after the end of the message was shown.
That is then shown once more."""

import asyncio
from collections.abc import Awaitable, Callable, Collection
from typing import Any

from bot.adapters.shared.trouble import trouble
from bot.core.errors import DeliveryError, TryLater
from bot.core.log import Log

#: Nobody waits for it, so it is not tried for ever.
ATTEMPTS = 5


class Mending:
    """Looks after those edits."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._tasks: set[asyncio.Task[None]] = set()

    def after(
        self, late: Collection[asyncio.Task[Any]], edit: Callable[[], Awaitable[None]]
    ) -> None:
        """Do `edit` when all those have ended."""
        task = asyncio.create_task(self._mend(late, edit))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Drop them: what has not landed by now is broken off too."""
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _mend(
        self, late: Collection[asyncio.Task[Any]], edit: Callable[[], Awaitable[None]]
    ) -> None:
        await asyncio.wait(late)
        try:
            await _persistently(edit)
        except DeliveryError as error:
            self._log.info("not_mended", reason=str(error))
        except Exception as error:
            self._log.error("not_mended", **trouble(error))


async def _persistently(edit: Callable[[], Awaitable[None]]) -> None:
    for _ in range(ATTEMPTS - 1):
        try:
            await edit()
        except TryLater as later:
            await asyncio.sleep(later.seconds)
        else:
            return
    await edit()
