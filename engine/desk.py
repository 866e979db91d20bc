"""Takes jobs in, remembers what is held, and tells what becomes of it.

A job is held from its acceptance until its result is acknowledged. At most one attempt of a
generation is held: a later one makes the earlier void, wherever that has got to.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Executor
from contextlib import suppress
from typing import TypeVarTuple

import structlog

from engine.contract import (
    AnyEvent,
    Cancelled,
    EngineInfo,
    ErrorCode,
    Finished,
    Heartbeat,
    Hello,
    Job,
    JobKey,
    Refusal,
    Result,
    Returned,
)
from engine.job_queue import JobQueue, QueueFull
from engine.open_job import OpenJob, named
from engine.spool import Spool
from engine.subscribers import Subscriber, Subscribers

#: Between a write that the disk did not take and the return of its job: the client hands it in
#: again at once.
DISK_PAUSE_SECONDS = 5.0
_log = structlog.get_logger()
Ts = TypeVarTuple("Ts")


class Refused(Exception):
    """A job was not taken; `refusal` says why."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal


class Desk:
    """The jobs of this process. Belongs to one event loop; `disk` runs what writes files."""

    def __init__(
        self,
        queue: JobQueue,
        spool: Spool,
        disk: Executor,
        admit: Callable[[Job], Refusal | None],
        info: Callable[[], EngineInfo],
        clock: Callable[[], float] = time.monotonic,
        on_end: Callable[[OpenJob, Result], None] = lambda opened, result: None,
    ) -> None:
        """`on_end` is told of every job that ends."""
        self._queue = queue
        self._spool = spool
        self._disk = disk
        self._admit = admit
        self._info = info
        self._clock = clock
        self._on_end = on_end
        self._subscribers = Subscribers()
        self._open: dict[str, OpenJob] = {}
        self._results: dict[str, Result] = {}
        self._interrupted: dict[str, JobKey] = {}
        self._settled = asyncio.Event()
        self._stopping = False
        self._disk_takes = True

    def recover(self, now: float) -> None:
        """Takes over what an earlier process left in the spool; `now` is a time.time()."""
        results, interrupted = self._spool.recover(now)
        self._results = {result.key.generation_id: result for result in results}
        self._interrupted = {key.generation_id: key for key in interrupted}

    # What a client asks for

    def submit(self, job: Job) -> None:
        """Takes a job; the same key again is the same job. Raises Refused."""
        if self._stopping:
            raise Refused(Refusal(code=ErrorCode.STOPPING))
        if self._is_held(job.key):
            self._repeat_result(job.key)
            return
        if any(key.attempt > job.key.attempt for key in self._attempts(job.key.generation_id)):
            raise Refused(Refusal(code=ErrorCode.STALE_ATTEMPT))
        refusal = self._admit(job)
        if refusal is not None:
            raise Refused(refusal)
        self._make_void(job.key.generation_id)
        try:
            self._queue.put(job)
        except QueueFull:
            raise Refused(Refusal(code=ErrorCode.QUEUE_FULL)) from None
        self._open[job.key.generation_id] = OpenJob(job, self._clock())
        _log.info("job_accepted", **named(job.key))

    async def cancel(self, key: JobKey) -> None:
        """Ends a job that has no result yet; an unknown key is no error."""
        self._forget_interrupted(key)
        opened = self.opened(key)
        if opened is None:
            return
        opened.end(Cancelled)
        if self._queue.remove(key):
            await self.settle(opened, Cancelled(key=key), {})

    async def acknowledge(self, key: JobKey) -> None:
        """The client has the result, or has noted the interruption: it is forgotten."""
        self._forget_interrupted(key)
        if self.result(key) is not None:
            del self._results[key.generation_id]
            await self._on_disk(self._spool.forget, key)

    def subscribe(self) -> Subscriber:
        """A stream of Hello, the unacknowledged results, and from then on everything."""
        return self._subscribers.join((self._hello(), *self._results.values()))

    def unsubscribe(self, subscriber: Subscriber) -> None:
        """The stream's connection is gone."""
        self._subscribers.leave(subscriber)

    # What the engine tells

    def greet(self) -> None:
        """Sends Hello to the streams that began before the engine was ready."""
        self.announce(self._hello())

    def beat(self) -> None:
        """Sends a heartbeat."""
        self.announce(Heartbeat(held=self._held()))

    def announce(self, event: AnyEvent) -> None:
        """Sends an event to every stream."""
        self._subscribers.publish(event)

    async def settle(self, opened: OpenJob, result: Result, files: Mapping[str, bytes]) -> None:
        """Keeps the result of a job on disk, then tells it; a void job's result is dropped.

        Pictures that the disk does not take are given up, and the job is given back.
        """
        if not self._may_settle(opened):
            return
        try:
            await self._on_disk(self._spool.save, result, files)
            self._disk_takes = True
        except OSError as error:
            await self._note_unkept(opened, error)
            if isinstance(result, Finished):
                result = await self._returned(opened)
        await self._tell(opened, result)

    async def give_back(self, opened: OpenJob, error: OSError) -> None:
        """Returns a job, after a pause, that was not begun because the disk takes nothing."""
        if self._may_settle(opened):
            await self._note_unkept(opened, error)
            await self._tell(opened, await self._returned(opened))

    def _may_settle(self, opened: OpenJob) -> bool:
        # Void, or given back before its thread had ended: the end that was told first stands.
        if opened.is_settling or self.opened(opened.key) is not opened:
            return False
        opened.is_settling = True
        return True

    async def _note_unkept(self, opened: OpenJob, error: OSError) -> None:
        if self._disk_takes:
            _log.error("disk_takes_nothing", error=str(error), **named(opened.key))
        self._disk_takes = False
        with suppress(OSError):
            # Makes room, and a kill from here on does not count the attempt.
            await self._on_disk(self._spool.forget, opened.key)

    async def _returned(self, opened: OpenJob) -> Result:
        # Not wait_for: in Python 3.11 it swallows a cancellation that comes with the word.
        with suppress(TimeoutError):
            async with asyncio.timeout(DISK_PAUSE_SECONDS):
                await opened.unwanted.wait()
        return (opened.end_as or Returned)(key=opened.key)

    async def _tell(self, opened: OpenJob, result: Result) -> None:
        # Looked at after the wait: a later attempt may have come while the files were written.
        if self.opened(opened.key) is not opened:
            await self._on_disk(self._spool.forget, opened.key)
            return
        del self._open[opened.key.generation_id]
        self._results[opened.key.generation_id] = result
        self.announce(result)
        self._settled.set()
        self._on_end(opened, result)
        _log.info("job_ended", outcome=result.kind, **opened.told())

    # The end of the process

    async def return_jobs(self, grace: float) -> None:
        """Gives back what is queued at once, and what runs within `grace` seconds."""
        self._stopping = True
        for opened in list(self._open.values()):
            opened.end(opened.end_as or Returned)
            if self._queue.remove(opened.key):
                await self.settle(opened, Returned(key=opened.key), {})
        try:
            async with asyncio.timeout(grace):
                await self._all_settled()
        except TimeoutError:
            for opened in list(self._open.values()):
                _log.warning("job_returned_unstopped", **named(opened.key))
                await self.settle(opened, Returned(key=opened.key), {})

    def close(self) -> None:
        """Ends every stream after what it has still to read."""
        self._stopping = True
        self._subscribers.close()

    # What is held

    def opened(self, key: JobKey) -> OpenJob | None:
        """The job of `key` while it has no result and no later attempt has come."""
        opened = self._open.get(key.generation_id)
        return opened if opened is not None and opened.key == key else None

    def result(self, key: JobKey) -> Result | None:
        """The unacknowledged result of `key`."""
        result = self._results.get(key.generation_id)
        return result if result is not None and result.key == key else None

    def _is_held(self, key: JobKey) -> bool:
        # A job that an engine gave back is not held any more: it may be handed in again.
        result = self.result(key)
        return self.opened(key) is not None or (
            result is not None and not isinstance(result, Returned)
        )

    def sources(self) -> frozenset[str]:
        """Hashes of the pictures that jobs without a result begin from."""
        jobs = (opened.job for opened in self._open.values())
        return frozenset(job.source.sha256 for job in jobs if job.source is not None)

    def _held(self) -> tuple[JobKey, ...]:
        ended = (result.key for result in self._results.values())
        return (*ended, *(opened.key for opened in self._open.values()))

    def _attempts(self, generation_id: str) -> list[JobKey]:
        entries = (self._open.get(generation_id), self._results.get(generation_id))
        keys = [entry.key for entry in entries if entry is not None]
        interrupted = self._interrupted.get(generation_id)
        return keys if interrupted is None else [*keys, interrupted]

    def _hello(self) -> Hello:
        interrupted = tuple(self._interrupted.values())
        return Hello(info=self._info(), held=self._held(), interrupted=interrupted)

    def _repeat_result(self, key: JobKey) -> None:
        result = self.result(key)
        if result is not None:
            self.announce(result)

    def _make_void(self, generation_id: str) -> None:
        for key in self._attempts(generation_id):
            # Here and not in `disk`: the new attempt may have the same key and begin at once.
            self._spool.forget(key)
        self._interrupted.pop(generation_id, None)
        self._results.pop(generation_id, None)
        opened = self._open.pop(generation_id, None)
        if opened is not None:
            opened.end(Cancelled)
            self._queue.remove(opened.key)

    def _forget_interrupted(self, key: JobKey) -> None:
        if self._interrupted.get(key.generation_id) == key:
            del self._interrupted[key.generation_id]
            self._spool.forget(key)

    async def _all_settled(self) -> None:
        while self._open:
            self._settled.clear()
            await self._settled.wait()

    async def _on_disk(self, call: Callable[[*Ts], None], *args: *Ts) -> None:
        await asyncio.get_running_loop().run_in_executor(self._disk, call, *args)
