"""An engine process, the link to it, and its log."""

import asyncio
import json
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from bot.core.engine_ports import EngineLost, Rendered
from bot.links.local_engine import LocalEngine
from engine.contract import Finished, Hello, Job, JobKey
from engine.socket_path import socket_path

START_SECONDS = 120.0
DRAW_SECONDS = 300.0


class EngineUnderTest:
    """bench.demo_engine in a state folder of its own. Use as an async context manager."""

    def __init__(self, folder: Path, side: int) -> None:
        self._folder = folder
        self._side = side
        self._log = folder / "engine.log"
        self._ready = asyncio.Event()
        self._finished: dict[JobKey, asyncio.Future[None]] = {}

    async def __aenter__(self) -> Self:
        with self._log.open("wb") as log:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "bench.demo_engine", str(self._folder), str(self._side)),
                stderr=log,
            )
        self._link = LocalEngine(socket_path(self._folder), on_tokenizer=lambda _: None)
        self._listening = asyncio.create_task(self._listen())
        async with asyncio.timeout(START_SECONDS):
            await self._ready.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._listening.cancel()
        with suppress(asyncio.CancelledError):
            await self._listening
        await self._link.__aexit__(None, None, None)
        self._process.terminate()
        await self._process.wait()

    async def draw(self, jobs: Sequence[Job]) -> list[Rendered]:
        """Hands all of them over and fetches all of their pictures."""
        fetching = []
        async with asyncio.timeout(DRAW_SECONDS), asyncio.TaskGroup() as tasks:
            for job in jobs:
                self._finished[job.key] = asyncio.get_running_loop().create_future()
                fetching.append(tasks.create_task(self._fetch(job)))
                await self._link.submit(job)
        return [task.result() for task in fetching]

    def ended(self, name: str) -> list[dict[str, Any]]:
        """Log lines of the jobs whose id begins so."""
        lines = (json.loads(line) for line in self._log.read_text().splitlines())
        return [
            line
            for line in lines
            if line["event"] == "job_ended" and line["generation_id"].startswith(name)
        ]

    async def _fetch(self, job: Job) -> Rendered:
        await self._finished[job.key]
        rendered = await self._link.fetch(job.key, job.count)
        await self._link.acknowledge(job.key)
        return rendered

    async def _listen(self) -> None:
        async for event in self._link.events():
            match event:
                case Hello(info=info) if info.ready:
                    self._ready.set()
                case Finished(key=key):
                    self._finished[key].set_result(None)
                case EngineLost():
                    raise RuntimeError(f"the engine died; see {self._log}")
                case _:
                    pass
