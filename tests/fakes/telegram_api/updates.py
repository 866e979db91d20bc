"""The queue of updates: kept until a getUpdates with a higher offset confirms them."""

import asyncio
import threading
import time
from dataclasses import dataclass
from typing import Any

from tests.fakes.telegram_api.params import ApiError

Json = dict[str, Any]


@dataclass
class Queued:
    """An update with its history; times are time.perf_counter()."""

    update_id: int
    payload: Json
    available_at: float
    fetched_at: float | None = None
    #: How often it was handed out.
    fetches: int = 0


class UpdateQueue:
    """Thread-safe: people write from the test's thread, the server reads on its own loop."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self._pending: dict[int, Queued] = {}
        self._next_id = 1000
        self._poller: asyncio.Event | None = None
        self._poll_number = 0
        self._loop: asyncio.AbstractEventLoop | None = None
        self._allowed: set[str] | None = None
        #: Everything ever queued, by update id.
        self.history: dict[int, Queued] = {}

    def add(self, payload: Json) -> Queued:
        with self._lock:
            self._next_id += 1
            queued = Queued(self._next_id, payload, time.perf_counter())
            self.history[queued.update_id] = queued
            if self._allowed is None or next(iter(payload)) in self._allowed:
                self._pending[queued.update_id] = queued
            if self._loop is not None and not self._loop.is_closed():
                self._loop.call_soon_threadsafe(self._wake)
        return queued

    def _wake(self) -> None:
        if self._poller is not None:
            self._poller.set()

    @property
    def pending(self) -> list[int]:
        """Ids that are not confirmed yet."""
        with self._lock:
            return list(self._pending)

    def fetched(self, update_id: int) -> int:
        """How often an update was handed out."""
        return self.history[update_id].fetches

    async def poll(
        self, offset: int | None, limit: int, seconds: float, allowed: list[str] | None
    ) -> list[Json]:
        """getUpdates. A later call ends this one with a conflict, as Telegram does."""
        self._loop = asyncio.get_running_loop()
        self._poll_number += 1
        number = self._poll_number
        self._wake()
        if allowed is not None:
            self._allowed = set(allowed)
        self._confirm(offset)
        deadline = time.monotonic() + seconds
        while not (batch := self._batch(limit)):
            self._poller = event = asyncio.Event()
            try:
                await asyncio.wait_for(event.wait(), max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                batch = self._batch(limit)
                break
            if number != self._poll_number:
                raise conflict()
        return [{"update_id": queued.update_id, **queued.payload} for queued in batch]

    def _batch(self, limit: int) -> list[Queued]:
        with self._lock:
            batch = list(self._pending.values())[:limit]
            for queued in batch:
                queued.fetches += 1
                queued.fetched_at = queued.fetched_at or time.perf_counter()
            return batch

    def _confirm(self, offset: int | None) -> None:
        with self._lock:
            if offset is not None and offset < 0:
                for update_id in list(self._pending)[:offset]:
                    del self._pending[update_id]
            elif offset:
                for update_id in [known for known in self._pending if known < offset]:
                    del self._pending[update_id]

    def first(self) -> Queued | None:
        """What a webhook is sent next."""
        with self._lock:
            queued = next(iter(self._pending.values()), None)
            if queued is not None:
                queued.fetches += 1
                queued.fetched_at = queued.fetched_at or time.perf_counter()
            return queued

    def confirm(self, update_id: int) -> None:
        with self._lock:
            self._pending.pop(update_id, None)

    def clear(self) -> None:
        with self._lock:
            self._pending.clear()


def conflict() -> ApiError:
    return ApiError(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance "
        "is running",
    )
