"""Requests whose picture is still on its way: no rows yet, and their requester can cancel them
all the same."""

import asyncio
from collections.abc import Awaitable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from bot.core.errand_ports import Errand, Errands
from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.messages import Notice
from bot.core.notify import Notifier
from bot.core.ports import Admissions, Clock
from bot.core.replies import reply

T = TypeVar("T")


@dataclass(eq=False)
class Arrival:
    """A picture that a process waits for: what it comes along with dies with the process."""

    origin: Origin
    created_ms: int
    _stopped: asyncio.Event = field(default_factory=asyncio.Event)

    def stop(self) -> None:
        self._stopped.set()

    async def wait(self, bringing: Awaitable[T]) -> T:
        """Raises Refusal("cancelled_early") where that is wished before it is there."""
        brought = asyncio.ensure_future(bringing)
        stopped = asyncio.create_task(self._stopped.wait())
        try:
            await asyncio.wait({brought, stopped}, return_when=asyncio.FIRST_COMPLETED)
            if self._stopped.is_set():
                raise Refusal("cancelled_early")
            return await brought
        finally:
            for task in (brought, stopped):
                task.cancel()
            await asyncio.gather(brought, stopped, return_exceptions=True)


class OnTheWay:
    """Pictures that are fetched for somebody: by errands, and beside an open interaction."""

    def __init__(
        self, *, errands: Errands, admissions: Admissions, notifier: Notifier, clock: Clock
    ) -> None:
        self._errands = errands
        self._admissions = admissions
        self._notifier = notifier
        self._clock = clock
        self._arrivals: list[Arrival] = []

    @contextmanager
    def arrival(self, origin: Origin) -> Iterator[Arrival]:
        one = Arrival(origin, self._clock())
        self._arrivals.append(one)
        try:
            yield one
        finally:
            self._arrivals.remove(one)

    async def cancel_last(self, origin: Origin) -> bool:
        """What they asked for last here. False where that is on its way no longer. Raises
        AlreadySeen."""
        found = await self._of(origin)
        if not found:
            return False
        last = max(found, key=lambda one: one.created_ms)
        row = await self._admissions.latest(origin.requester, origin.address.chat, live=True)
        if row is not None and row.created_ms > last.created_ms:
            return False
        return await self._cancel(last, by=origin)

    async def cancel_all(self, origin: Origin) -> int:
        """How many."""
        return sum([await self._cancel(one) for one in await self._of(origin)])

    async def _of(self, origin: Origin) -> Sequence[Arrival | Errand]:
        coming: list[Arrival | Errand] = [*self._arrivals]
        coming += await self._errands.waiting(origin.requester)
        place = (origin.address.platform, origin.address.chat)
        return [
            one
            for one in coming
            if one.origin.requester == origin.requester
            and (one.origin.address.platform, one.origin.address.chat) == place
        ]

    async def _cancel(self, one: Arrival | Errand, by: Origin | None = None) -> bool:
        if isinstance(one, Arrival):
            one.stop()
            return True
        asked = one.origin
        told = Notice(
            event_key=asked.event_key,
            address=asked.address,
            requester=asked.requester,
            text=reply("cancelled_early", asked.locale),
            private=asked.private,
        )
        cancelled = await self._errands.cancel(asked.event_key, told, by=by)
        self._notifier.look(asked.address)
        return cancelled
