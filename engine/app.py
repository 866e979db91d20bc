"""The engine put together: what loads, what draws, what watches, and what they share."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from uuid import uuid4

import structlog

from engine.admission import refusal
from engine.batching import Batching
from engine.contract import HEARTBEAT_SECONDS, EngineCondition, EngineInfo, ErrorCode, Job, Refusal
from engine.deadline import Deadline, Limits
from engine.desk import Desk
from engine.host_memory import available_bytes, resident_bytes, total_bytes
from engine.job_queue import JobQueue, throttle
from engine.loras.folder import LoraFolder
from engine.loras.library import LoraLibrary
from engine.metrics import Metrics
from engine.painter import LID, Painter
from engine.pipeline import (
    BadPicture,
    Input,
    OnlyBlack,
    OutOfMemory,
    Pipeline,
    TooLittleMemory,
)
from engine.profiles import Profile
from engine.prompt_tokens import PromptTokens
from engine.runner import Runner
from engine.spool import Spool

_WATCHED_EVERY = 1.0
#: Between two looks into the folder of LoRA files.
_LOOKED_EVERY = 5.0
_log = structlog.get_logger()


class Stuck(Exception):
    """The GPU thread is past its deadline; nothing can end it but the end of the process."""


@dataclass(frozen=True, kw_only=True)
class EngineOptions:
    """How one engine process is to work."""

    profile: Profile
    #: Called once, in the GPU thread.
    open_pipeline: Callable[[], Pipeline]
    spool: Spool
    #: Of LoRA files; None = there are none.
    lora_folder: Path | None = None
    #: Jobs held at once, the running one included.
    capacity: int = 3
    #: At most so many starts (0 = any number) in so many seconds.
    throttle: tuple[int, float] = (0, 60.0)
    #: Most pictures drawn together; the profile says fewer for large ones.
    lid: int = LID
    limits: Limits = field(default_factory=Limits)
    #: Seconds between heartbeats.
    heartbeat: float = HEARTBEAT_SECONDS
    clock: Callable[[], float] = time.monotonic


class Engine:
    """One launch of the engine. Made and used inside one event loop."""

    def __init__(self, options: EngineOptions) -> None:
        self._options = options
        self._launch_id = uuid4().hex[:12]
        self._version = _version()
        self._painter: Painter | None = None
        self._tokens: PromptTokens | None = None
        self._loras: LoraLibrary | None = None
        self._deadline = Deadline(options.limits, options.clock)
        self._gpu = ThreadPoolExecutor(1, thread_name_prefix="gpu")
        self._encoders = ThreadPoolExecutor(4, thread_name_prefix="encode")
        self._queue = JobQueue(options.capacity, throttle(*options.throttle))
        self.metrics = Metrics()
        self.metrics.watch("queue_depth", lambda: len(self._queue.waiting()))
        self.desk = Desk(
            self._queue,
            options.spool,
            self._encoders,
            self._admit,
            self.info,
            options.clock,
            self.metrics.note,
        )
        # A throttle counts starts; jobs that start together would slip past it.
        self._lid = 1 if options.throttle[0] > 0 else options.lid

    async def run(self) -> None:
        """Loads the model, then draws until cancelled. Raises WeightsError, NoCard, Stuck."""
        self.desk.recover(time.time())
        watching = asyncio.create_task(self._watch())
        working = asyncio.create_task(self._work())
        tasks = (watching, working)
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def stop(self, grace: float) -> None:
        """Gives all jobs back, the running one within `grace` seconds, and ends the streams."""
        await self.desk.return_jobs(grace)
        self.desk.close()
        self._gpu.shutdown(wait=False, cancel_futures=True)

    def info(self) -> EngineInfo:
        """What clients may know."""
        ready = self._tokens is not None
        painter = self._painter
        return EngineInfo(
            version=self._version,
            launch_id=self._launch_id,
            model=self._options.profile.name,
            device=painter.pipeline.device if painter else "",
            ready=ready,
            capacity=self._options.capacity,
            template_tokens=self._tokens.template_tokens if self._tokens else 0,
            max_tokens=self._options.profile.max_tokens,
            seconds_per_megapixel_step=painter.seconds_per_megapixel_step if painter else None,
            loras=self._loras.infos() if self._loras else (),
        )

    def condition(self) -> EngineCondition:
        """How it fares."""
        info, painter = self.info(), self._painter
        return EngineCondition(
            device=info.device,
            ready=info.ready,
            waiting=len(self._queue.waiting()),
            device_free_bytes=painter.pipeline.free_bytes() if painter else None,
            resident_bytes=resident_bytes(),
            host_available_bytes=available_bytes(),
            host_total_bytes=total_bytes(),
        )

    def tokenizer_json(self) -> bytes | None:
        """tokenizer.json of the text encoder; None while the model loads."""
        return self._painter.pipeline.tokenizer_json if self._painter else None

    async def _work(self) -> None:
        loop = asyncio.get_running_loop()
        began = self._options.clock()
        painter = await loop.run_in_executor(self._gpu, self._load)
        self._painter = painter
        pipeline, limit = painter.pipeline, self._options.profile.max_tokens
        tokens = PromptTokens(pipeline.tokenizer_json, pipeline.template, limit)
        loras = await loop.run_in_executor(self._encoders, self._library, pipeline)
        self._tokens, self._loras = tokens, loras
        if pipeline.free_bytes() is not None:
            self.metrics.watch("device_free_bytes", lambda: pipeline.free_bytes() or 0)
        self.desk.greet()
        seconds = round(self._options.clock() - began, 1)
        model = self._options.profile.name
        _log.info("engine_ready", model=model, device=pipeline.device, seconds=seconds)
        noticing = asyncio.create_task(self._notice_loras(loras))
        try:
            await self._runner(painter, tokens, loras).run()
        finally:
            noticing.cancel()

    def _library(self, pipeline: Pipeline) -> LoraLibrary | None:
        if self._options.lora_folder is None:
            return None
        folder = LoraFolder(self._options.lora_folder, pipeline.layers)
        library = LoraLibrary(folder, pipeline.read_lora)
        library.look()
        return library

    async def _notice_loras(self, loras: LoraLibrary | None) -> None:
        """Files that come, change or go are told of while the engine works."""
        loop = asyncio.get_running_loop()
        while loras is not None:
            await asyncio.sleep(_LOOKED_EVERY)
            if await loop.run_in_executor(self._encoders, loras.look):
                self.desk.greet()

    def _load(self) -> Painter:
        self._deadline.expect(None)
        try:
            pipeline = self._options.open_pipeline()
            profile, clock = self._options.profile, self._options.clock
            painter = Painter(pipeline, profile, self._deadline, clock, self._lid)
            painter.warm_up()
        except (BadPicture, OutOfMemory) as error:
            size = "x".join(map(str, self._options.profile.default_size))
            if isinstance(error, OutOfMemory):
                raise TooLittleMemory(
                    f"memory does not suffice to draw {size}: end other programs that use the "
                    "card; `zdraw plan` shows what fits, and fp8 weights take half as much"
                ) from error
            raise OnlyBlack(
                f"cannot draw {size}, all is black: the weights are damaged, get them anew"
            ) from error
        finally:
            self._deadline.lift()
        return painter

    def _runner(self, painter: Painter, tokens: PromptTokens, loras: LoraLibrary | None) -> Runner:
        return Runner(
            queue=self._queue,
            desk=self.desk,
            spool=self._options.spool,
            read=self._source_of,
            wear=lambda job: loras.worn(job) if loras else (),
            painter=painter,
            batching=Batching(self._options.profile, tokens.count, self._lid),
            gpu=self._gpu,
            encoders=self._encoders,
            clock=self._options.clock,
            made_by=(self._options.profile.name, self._version),
        )

    async def _watch(self) -> None:
        """Beats while the GPU thread keeps its deadline. Raises Stuck."""
        pause = min(_WATCHED_EVERY, self._options.heartbeat)
        due = self._options.clock() + self._options.heartbeat
        while True:
            await asyncio.sleep(pause)
            if self._deadline.is_past():
                raise Stuck
            if self._options.clock() >= due:
                due += self._options.heartbeat
                self.desk.beat()
                self._options.spool.inputs.sweep(self.desk.sources(), time.time())

    def _admit(self, job: Job) -> Refusal | None:
        if self._tokens is None:
            return Refusal(code=ErrorCode.STARTING)
        found = refusal(job, self._options.profile, self._tokens)
        if found is None and self._loras is not None:
            found = self._loras.refusal(job)
        if found is None and job.source and not self._options.spool.inputs.has(job.source):
            return Refusal(code=ErrorCode.INPUT_MISSING)
        return found

    def _source_of(self, job: Job) -> Input | None:
        if job.source is None:
            return None
        size = self._options.profile.drawn_size(job.width, job.height)
        return self._options.spool.inputs.load(job.source, size)


def _version() -> str:
    try:
        return metadata.version("zdraw")
    except metadata.PackageNotFoundError:
        return "0"  # run from a source tree that is not installed
