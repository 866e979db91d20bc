"""Progress edits: the newest of each message wins, and none arrives after the message's end.

They run beside the core, which must not wait for a turn with something that is about to be
overtaken: the picture would wait behind it.
"""

import asyncio
from collections.abc import Awaitable, Callable

from bot.adapters.telegram.flood import Priority
from bot.adapters.telegram.gate import FloodGate
from bot.core.errors import DeliveryError
from bot.core.log import Log

#: (chat, message)
Place = tuple[str, str]
Edit = Callable[[], Awaitable[None]]
#: How long a picture waits for an edit that is already on its way.
LANDING_SECONDS = 5.0


class TrailingEdits:
    """Sends the newest text of each message when the chat has room for it."""

    def __init__(self, gate: FloodGate, log: Log) -> None:
        self._gate = gate
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

    async def stop(self, place: Place, *, for_picture: bool = False) -> None:
        """When it returns nothing of `show` changes this message any more.

        An edit that is on its way cannot be called back, only waited for: at most as long as a
        request may take. A picture need not wait that long, because a message that has become
        one takes no text; should the picture be refused, its sentence waits for the same edit.
        """
        self._newest.pop(place, None)
        task = self._tasks.get(place)
        if task is None:
            return
        if place in self._on_its_way:
            await asyncio.wait({task}, timeout=LANDING_SECONDS if for_picture else None)
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
                await self._gate.turn(place[0], Priority.PROGRESS)
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
