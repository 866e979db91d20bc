"""An EngineLink in memory. The test decides when a job starts, finishes, fails or is lost."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

from bot.core.engine_ports import EngineLost, Rendered
from bot.core.errors import EngineBusy, EngineRefused
from engine.contract import (
    AnyEvent,
    Cancelled,
    EngineInfo,
    ErrorCode,
    Failed,
    Finished,
    Heartbeat,
    Hello,
    Job,
    JobKey,
    Progress,
    Returned,
    Started,
)
from engine.lora import LoraInfo
from engine.profiles import profile_named

#: What a Unix socket would carry; content does not matter to the bot.
PNG, JPEG = b"\x89PNG fake", b"\xff\xd8 fake"


class FakeEngine:
    """Holds jobs like an engine; `refuse` makes it refuse prompts."""

    def __init__(self, *, capacity: int = 3, png: bytes = PNG) -> None:
        self.capacity = capacity
        self.seconds_per_megapixel_step = 1.0
        #: Its LoRA files.
        self.loras: tuple[LoraInfo, ...] = ()
        self._png = png
        self.jobs: dict[JobKey, Job] = {}
        #: Every job ever accepted, in order: more than one for a generation is repeated work.
        self.accepted: list[JobKey] = []
        self.results: dict[JobKey, Finished | Failed | Cancelled | Returned] = {}
        self.interrupted: tuple[JobKey, ...] = ()
        self.refuse: dict[str, ErrorCode] = {}
        #: What is told with it.
        self.refusal: dict[str, Any] = {}
        #: Pictures that jobs begin from, by hash.
        self.inputs: dict[str, bytes] = {}
        #: Of the jobs that were asked about; empty before their next step.
        self.sketches: dict[JobKey, bytes] = {}
        self.connected = False
        self._events: asyncio.Queue[AnyEvent | EngineLost] = asyncio.Queue()

    # --- what the test does -------------------------------------------------------------------

    def connect(self) -> None:
        """The link is up: Hello, then what was not acknowledged."""
        self.connected = True
        held = tuple({*self.jobs, *self.results})
        self._events.put_nowait(Hello(info=self.info(), held=held, interrupted=self.interrupted))
        for result in self.results.values():
            self._events.put_nowait(result)

    def lose(self) -> None:
        """The link breaks; the engine lives on."""
        self.connected = False
        self._events.put_nowait(EngineLost())

    def die(self) -> None:
        """The process dies with everything that was not on its disk."""
        self.lose()
        self.jobs.clear()

    def start(self, key: JobKey) -> None:
        self._events.put_nowait(Started(key=key))

    def progress(self, key: JobKey, step: int) -> None:
        if key in self.sketches:
            self.sketches[key] = JPEG
        self._events.put_nowait(Progress(key=key, step=step, steps=self.jobs[key].passes))

    def finish(self, key: JobKey) -> None:
        job = self.jobs.pop(key)
        self._end(
            Finished(
                key=key,
                pictures=job.count,
                drawn_width=job.width,
                drawn_height=job.height,
                seconds=self._seconds(job),
            )
        )

    def _seconds(self, job: Job) -> float:
        """At the pace that it says it has."""
        width, height = profile_named("demo").drawn_size(job.width, job.height)
        passes = job.steps * job.count * (2 if job.guidance > 0 else 1)
        return width * height / 1e6 * passes * self.seconds_per_megapixel_step

    def fail(self, key: JobKey, code: ErrorCode) -> None:
        del self.jobs[key]
        self._end(Failed(key=key, code=code))

    def stop(self) -> None:
        """SIGTERM: everything that is held goes back."""
        for key in tuple(self.jobs):
            del self.jobs[key]
            self._end(Returned(key=key))

    def say(self, event: AnyEvent) -> None:
        """Anything else."""
        self._events.put_nowait(event)

    def beat(self) -> None:
        self._events.put_nowait(Heartbeat(held=tuple({*self.jobs, *self.results})))

    def _end(self, result: Finished | Failed | Cancelled | Returned) -> None:
        self.results[result.key] = result
        self._events.put_nowait(result)

    def info(self) -> EngineInfo:
        """What it says of itself."""
        return EngineInfo(
            version="0",
            launch_id="fake",
            model="demo",
            device="memory",
            ready=True,
            capacity=self.capacity,
            template_tokens=8,
            max_tokens=512,
            seconds_per_megapixel_step=self.seconds_per_megapixel_step,
            loras=self.loras,
        )

    # --- the port -----------------------------------------------------------------------------

    async def submit(self, job: Job, source: bytes | None = None) -> None:
        if not self.connected:
            raise EngineBusy
        if job.source is not None and job.source.sha256 not in self.inputs:
            if source is None:
                raise EngineBusy(ErrorCode.INPUT_MISSING)
            if hashlib.sha256(source).hexdigest() != job.source.sha256:
                raise EngineRefused(ErrorCode.ENGINE_ERROR, {})
            self.inputs[job.source.sha256] = source
        if job.prompt in self.refuse:
            data = {"prompt": job.prompt, **self.refusal}
            raise EngineRefused(self.refuse[job.prompt], data)
        if job.key in self.jobs or job.key in self.results:
            return
        if len(self.jobs) >= self.capacity:
            raise EngineBusy(ErrorCode.QUEUE_FULL)
        self.jobs[job.key] = job
        self.accepted.append(job.key)

    async def cancel(self, key: JobKey) -> None:
        if self.connected and self.jobs.pop(key, None) is not None:
            self._end(Cancelled(key=key))

    async def fetch(self, key: JobKey, pictures: int) -> Rendered:
        if not self.connected or not isinstance(self.results.get(key), Finished):
            raise EngineBusy
        return Rendered(pictures=(self._png,) * pictures, preview=JPEG)

    async def metrics(self) -> bytes | None:
        """EngineMetrics, as Prometheus reads it."""
        if not self.connected:
            return None
        return b"# TYPE zdraw_engine_fake gauge\nzdraw_engine_fake 1.0\n"

    async def sketch(self, key: JobKey) -> bytes | None:
        if not self.connected or key not in self.jobs:
            return None
        sketch = self.sketches.get(key)
        self.sketches.setdefault(key, b"")
        return sketch or None

    async def acknowledge(self, key: JobKey) -> None:
        if self.connected:
            self.results.pop(key, None)
            self.interrupted = tuple(k for k in self.interrupted if k != key)

    async def events(self) -> AsyncIterator[AnyEvent | EngineLost]:
        while True:
            yield await self._events.get()
