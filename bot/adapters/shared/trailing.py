"""Progress edits: the newest of each message wins, and none arrives after the message's end.

They run beside the core, which must not wait for a turn with something that is about to be
overtaken: the picture would wait behind it.
"""

import asyncio
from collections.abc import Awaitable, Callable

from bot.core.errors import DeliveryError
from bot.core.log import Log

#: (chat, message)
Place = tuple[str, str]
Edit = Callable[[], Awaitable[None]]
#: Returns when the next edit of a message may be sent.
Turn = Callable[[Place], Awaitable[None]]


class TrailingEdits:
    """Sends the newest text of each message when there is room for it."""

    def __init__(self, turn: Turn, log: Log) -> None:
        self._turn = turn
        self._log = log
        self._newest: dict[Place, Edit] = {}
        self._tasks: dict[Place, asyncio.Task[None]] = {}
        self._on_its_way: set[Place] = set()

    def show(self, place: Place, edit: Edit) -> None:
        """Send this soon, instead of what has not been sent yet."""
        self._newest[place] = edit
        if place not in self._tasks:
            task = self._tasks[place] = asyncio.create_task(self._send(place))
            task.add_done_callback(lambda done: self._forget(place, done))

    async def stop(self, place: Place, *, within: float | None = None) -> None:
        """When it returns nothing of `show` changes this message any more, except that an edit
        that is on its way, which cannot be called back, is waited for `within` seconds only."""
        self._newest.pop(place, None)
        task = self._tasks.get(place)
        if task is None:
            return
        if place in self._on_its_way:
            await asyncio.wait({task}, timeout=within)
        else:
            task.cancel()
            await asyncio.wait({task})

    async def close(self) -> None:
        """Drop everything: the process ends, and the next one shows what is true then."""
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _send(self, place: Place) -> None:
        try:
            while place in self._newest:
                await self._turn(place)
                edit = self._newest.pop(place, None)
                if edit is not None:
                    await self._send_one(place, edit)
        finally:
            # Not only in the callback: until that runs, `show` would rely on this task.
            self._tasks.pop(place, None)

    async def _send_one(self, place: Place, edit: Edit) -> None:
        self._on_its_way.add(place)
        try:
            await edit()
        except DeliveryError as error:
            # The next text, or the end, tries again; a message that is gone shows itself there.
            self._log.info("progress_not_shown", reason=str(error))
        except Exception as error:
            self._log.error("progress_failed", error=type(error).__name__)
        finally:
            self._on_its_way.discard(place)

    def _forget(self, place: Place, task: asyncio.Task[None]) -> None:
        # A task cancelled before its first step never gets to clean up after itself.
        if self._tasks.get(place) is task:
            del self._tasks[place]
