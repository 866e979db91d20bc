"""What every EngineLink keeps to: the fake in memory, and the real one over a real socket."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import sha256
from pathlib import Path
from typing import Protocol

import pytest

from bot.core.engine_ports import EngineLink, EngineLost
from bot.core.errors import EngineBusy, EngineRefused
from bot.core.figures import EngineMetrics
from bot.core.sketches import Sketches
from bot.links.local_engine import LocalEngine
from engine.contract import AnyEvent, ErrorCode, Finished, Hello, Job, Progress, Source
from tests.fakes.engine_link import FakeEngine
from tests.fakes.pipeline import FakePipeline
from tests.integration.test_engine_server import running_engine
from tests.integration.waiting import eventually
from tests.unit.engine.jobs import job, key, png

TOO_LONG = "长" * 600


class Link(EngineLink, EngineMetrics, Sketches, Protocol):
    """All are kept by one wire."""


class Engine(Protocol):
    """An engine behind a link, whose work the test can hold up."""

    @property
    def link(self) -> Link: ...

    def hold(self) -> None: ...

    def let_steps_go(self) -> None:
        """Without an end."""

    def let_go(self) -> None: ...


class InMemory:
    """The fake does nothing by itself: letting go works off what it holds."""

    def __init__(self) -> None:
        self.link = FakeEngine()
        self.link.refuse[TOO_LONG] = ErrorCode.PROMPT_TOO_LONG

    def hold(self) -> None:
        """It always holds."""

    def let_steps_go(self) -> None:
        for held, waiting in tuple(self.link.jobs.items()):
            self.link.start(held)
            for step in range(1, waiting.passes + 1):
                self.link.progress(held, step)

    def let_go(self) -> None:
        self.let_steps_go()
        for held in tuple(self.link.jobs):
            self.link.finish(held)


class OverSocket:
    """The real server and link, with a pipeline that draws noise."""

    def __init__(self, link: LocalEngine, pipeline: FakePipeline) -> None:
        self.link = link
        self._pipeline = pipeline

    def hold(self) -> None:
        self._pipeline.go.clear()

    def let_steps_go(self) -> None:
        self._pipeline.decoding.clear()
        self._pipeline.go.set()

    def let_go(self) -> None:
        self._pipeline.let_go()


@pytest.fixture(params=["memory", "socket"])
async def engine(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Engine]:
    if request.param == "memory":
        yield InMemory()
        return
    pipeline = FakePipeline()
    async with (
        running_engine(tmp_path, pipeline),
        LocalEngine(tmp_path / "engine.sock", on_tokenizer=lambda _: None) as link,
    ):
        yield OverSocket(link, pipeline)


class Heard:
    """What a stream has said so far."""

    def __init__(self) -> None:
        self.events: list[AnyEvent | EngineLost] = []
        self._news = asyncio.Condition()

    async def listen(self, link: EngineLink) -> None:
        async for event in link.events():
            async with self._news:
                self.events.append(event)
                self._news.notify_all()

    def kinds(self) -> list[str]:
        return [event.kind for event in self.events if not isinstance(event, EngineLost)]

    async def wait_for(self, kind: str) -> AnyEvent:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(lambda: kind in self.kinds())
        return next(
            event
            for event in self.events
            if not isinstance(event, EngineLost) and event.kind == kind
        )

    async def is_ready(self) -> None:
        async with asyncio.timeout(10), self._news:
            await self._news.wait_for(
                lambda: any(isinstance(e, Hello) and e.info.ready for e in self.events)
            )


@asynccontextmanager
async def listening(engine: Engine) -> AsyncIterator[Heard]:
    """A fresh stream, ready to take jobs."""
    heard = Heard()
    if isinstance(engine, InMemory):
        engine.link.connect()
    task = asyncio.create_task(heard.listen(engine.link))
    try:
        await heard.is_ready()
        yield heard
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def small(name: str, attempt: int = 1, **changes: object) -> Job:
    return job(name, attempt, **changes)


async def test_a_stream_begins_with_hello(engine: Engine) -> None:
    async with listening(engine) as heard:
        assert heard.kinds()[0] == "hello"


async def test_a_job_starts_progresses_and_ends_with_pictures_to_fetch(engine: Engine) -> None:
    async with listening(engine) as heard:
        await engine.link.submit(small("g1", count=2))
        engine.let_go()
        finished = await heard.wait_for("finished")
        told = [kind for kind in heard.kinds() if kind not in ("hello", "heartbeat")]
        assert told[0] == "started"
        assert set(told[1:-1]) == {"progress"}
        assert told[-1] == "finished"
        assert isinstance(finished, Finished)
        rendered = await engine.link.fetch(key("g1"), finished.pictures)
        assert [picture[:4] for picture in rendered.pictures] == [b"\x89PNG"] * 2
        assert rendered.preview[:2] == b"\xff\xd8"


async def test_a_job_submitted_twice_is_one_job(engine: Engine) -> None:
    async with listening(engine) as heard:
        engine.hold()
        await engine.link.submit(small("g1"))
        await engine.link.submit(small("g1"))
        engine.let_go()
        await heard.wait_for("finished")
        assert heard.kinds().count("started") == 1


async def test_a_cancelled_job_ends_as_cancelled(engine: Engine) -> None:
    async with listening(engine) as heard:
        engine.hold()
        await engine.link.submit(small("g1"))
        await engine.link.cancel(key("g1"))
        engine.let_go()
        await heard.wait_for("cancelled")
        assert "finished" not in heard.kinds()


async def test_what_the_engine_counts_can_be_asked_for(engine: Engine) -> None:
    async with listening(engine):
        text = await engine.link.metrics()
    assert text is not None
    names = {line.split()[2] for line in text.decode().splitlines() if line.startswith("# TYPE")}
    assert names
    assert all(name.startswith("zdraw_engine_") for name in names)


async def test_who_looks_on_is_shown_sketches_until_the_pictures_are_there(engine: Engine) -> None:
    async with listening(engine) as heard:
        engine.hold()
        await engine.link.submit(small("g1"))
        assert await engine.link.sketch(key("g1")) is None
        engine.let_steps_go()
        sketch = await eventually(lambda: engine.link.sketch(key("g1")))
        assert sketch[:2] == b"\xff\xd8"
        engine.let_go()
        await heard.wait_for("finished")
        assert await engine.link.sketch(key("g1")) is None
        assert await engine.link.sketch(key("nobody")) is None


async def test_more_than_it_holds_is_busy(engine: Engine) -> None:
    async with listening(engine):
        engine.hold()
        for number in range(3):
            await engine.link.submit(small(f"g{number}"))
        with pytest.raises(EngineBusy):
            await engine.link.submit(small("g3"))
        engine.let_go()


async def test_a_prompt_it_cannot_read_whole_is_refused_for_good(engine: Engine) -> None:
    async with listening(engine):
        with pytest.raises(EngineRefused) as refused:
            await engine.link.submit(small("g1", prompt=TOO_LONG))
        assert refused.value.code is ErrorCode.PROMPT_TOO_LONG


async def test_a_job_that_begins_from_a_picture_is_handed_over_with_it(engine: Engine) -> None:
    picture = png()
    begun = small("g1", source=Source(sha256=sha256(picture).hexdigest(), strength=0.6), steps=8)
    async with listening(engine) as heard:
        await engine.link.submit(begun, picture)
        engine.let_go()
        await heard.wait_for("finished")
        last = [event for event in heard.events if isinstance(event, Progress)][-1]
        assert last.steps == 5
        # It has it by now.
        await engine.link.submit(begun.model_copy(update={"key": key("g2")}))
        engine.let_go()


async def test_without_its_picture_a_job_is_not_taken(engine: Engine) -> None:
    source = Source(sha256=sha256(png()).hexdigest(), strength=0.6)
    async with listening(engine):
        with pytest.raises(EngineBusy):
            await engine.link.submit(small("g1", source=source))
        with pytest.raises(EngineRefused):
            await engine.link.submit(small("g1", source=source), b"another picture")


async def test_a_result_is_repeated_until_it_is_acknowledged(engine: Engine) -> None:
    async with listening(engine) as heard:
        await engine.link.submit(small("g1"))
        engine.let_go()
        await heard.wait_for("finished")
    async with listening(engine) as heard:
        await heard.wait_for("finished")
        await engine.link.acknowledge(key("g1"))
    async with listening(engine) as heard:
        await asyncio.sleep(0.05)
        assert "finished" not in heard.kinds()


async def test_what_it_does_not_hold_cannot_be_fetched_and_need_not_be_cancelled(
    engine: Engine,
) -> None:
    async with listening(engine):
        with pytest.raises(EngineBusy):
            await engine.link.fetch(key("nobody"), 1)
        await engine.link.cancel(key("nobody"))
        await engine.link.acknowledge(key("nobody"))


async def test_an_engine_that_is_away_is_busy_and_forgiven(tmp_path: Path) -> None:
    async with LocalEngine(tmp_path / "engine.sock", on_tokenizer=lambda _: None) as link:
        with pytest.raises(EngineBusy):
            await link.submit(small("g1"))
        assert await link.sketch(key("g1")) is None
        await link.cancel(key("g1"))
        await link.acknowledge(key("g1"))
        assert await link.condition() is None


async def test_an_engine_tells_how_it_fares(tmp_path: Path) -> None:
    pipeline = FakePipeline()
    pipeline.free = 3 * 2**30
    async with (
        running_engine(tmp_path, pipeline) as (_engine, _working),
        LocalEngine(tmp_path / "engine.sock", on_tokenizer=lambda _: None) as link,
    ):
        condition = await eventually(link.condition)
        while not condition.ready:
            condition = await link.condition()
    assert (condition.device_free_bytes, condition.waiting) == (3 * 2**30, 0)
