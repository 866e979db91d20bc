"""Jobs waiting for the GPU: bounded, in order of arrival, throttled."""

import asyncio
from collections import deque
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from typing import Any

from asyncio_throttle import Throttler

from engine.contract import Job, JobKey


class QueueFull(Exception):
    """The engine holds as many jobs as it may."""


def throttle(jobs: int, seconds: float) -> AbstractAsyncContextManager[Any]:
    """Lets at most `jobs` in within any `seconds`; 0 jobs = no limit."""
    if jobs == 0:
        return nullcontext()
    limit: AbstractAsyncContextManager[Any] = Throttler(rate_limit=jobs, period=seconds)
    return limit


class JobQueue:
    """Holds up to `capacity` jobs, those taken and not done yet included.

    Belongs to one event loop; `throttle` is entered before each job is handed out.
    """

    def __init__(self, capacity: int, throttle: AbstractAsyncContextManager[Any]) -> None:
        self.capacity = capacity
        self._throttle = throttle
        self._waiting: deque[Job] = deque()
        self._arrival = asyncio.Event()
        self._taken = 0

    def put(self, job: Job) -> None:
        """Adds a job at the end. Raises QueueFull."""
        if len(self._waiting) + self._taken >= self.capacity:
            raise QueueFull
        self._waiting.append(job)
        self._arrival.set()

    async def take(self) -> Job:
        """The job that waited longest; it counts against the capacity until `done`."""
        await self._arrival.wait()
        async with self._throttle:
            # A job stays cancellable while the throttle holds it back, so that it may be gone now.
            await self._arrival.wait()
        job = self._waiting.popleft()
        self._taken += 1
        self._note_emptiness()
        return job

    def take_more(self, joins: Callable[[Job], bool], pictures: int) -> list[Job]:
        """Those of the waiting jobs that `joins` says, in order, with at most so many pictures.

        Nothing is waited for. The throttle does not count them.
        """
        taken = []
        for job in tuple(self._waiting):
            if job.count <= pictures and joins(job):
                pictures -= job.count
                taken.append(job)
                self._waiting.remove(job)
        self._taken += len(taken)
        self._note_emptiness()
        return taken

    def done(self, jobs: int = 1) -> None:
        """Taken jobs have left the GPU."""
        self._taken -= jobs

    def remove(self, key: JobKey) -> bool:
        """Drops a waiting job; says whether it was waiting."""
        for job in self._waiting:
            if job.key == key:
                self._waiting.remove(job)
                self._note_emptiness()
                return True
        return False

    def waiting(self) -> tuple[JobKey, ...]:
        """Who waits, next one first."""
        return tuple(job.key for job in self._waiting)

    def _note_emptiness(self) -> None:
        if not self._waiting:
            self._arrival.clear()
