"""The engine over its real socket, with a pipeline that draws nothing."""

import asyncio
import errno
import time
from contextlib import asynccontextmanager, suppress
from io import BytesIO
from typing import Any

import httpx
import pytest
from PIL import Image
from structlog.testing import capture_logs

from engine import desk as desk_module
from engine import finishing
from engine.app import Engine, EngineOptions, Stuck
from engine.contract import (
    EVENT,
    AnyEvent,
    EngineCondition,
    Heartbeat,
    Hello,
    JobKey,
    Progress,
)
from engine.deadline import Limits
from engine.listener import listen, server
from engine.pipeline import BadPicture, DeviceLost, OutOfMemory, WeightsError
from engine.profiles import profile_named
from engine.server import create_app
from engine.spool import Spool
from tests.fakes.pipeline import FakePipeline
from tests.unit.engine.jobs import job, key


class Client:
    """One connection to the engine, and everything it has told."""

    def __init__(self, http: httpx.AsyncClient):
        self.http = http
        self.events: list[Any] = []
        self.heard = asyncio.Condition()

    async def listen(self) -> None:
        async with self.http.stream("GET", "/v1/events") as response:
            async for line in response.aiter_lines():
                if line.startswith("data: "):
                    async with self.heard:
                        self.events.append(EVENT.validate_json(line[6:]))
                        self.heard.notify_all()

    async def wait_for(self, kind: str, generation_id: str | None = None, times: int = 1):
        """The latest event of `kind`, once there were `times` of them."""

        def found() -> list[Any]:
            return [
                event
                for event in self.events
                if event.kind == kind
                and (generation_id is None or event.key.generation_id == generation_id)
            ]

        async with asyncio.timeout(10), self.heard:
            await self.heard.wait_for(lambda: len(found()) >= times)
        return found()[-1]

    async def submit(self, *args, **kwargs) -> httpx.Response:
        content = job(*args, **kwargs).model_dump_json()
        return await self.http.post("/v1/jobs", content=content)


@asynccontextmanager
async def running_engine(state_dir, pipeline, **options):
    """An engine on state_dir/engine.sock; yields it with the task that runs it."""
    engine = Engine(
        EngineOptions(
            profile=profile_named("demo"),
            open_pipeline=lambda: pipeline,
            spool=Spool(state_dir),
            **options,
        )
    )
    listener = listen(state_dir / "engine.sock")
    spool = Spool(state_dir)
    http = server(
        create_app(
            engine.desk,
            spool,
            engine.info,
            engine.tokenizer_json,
            engine.metrics,
            engine.condition,
        )
    )
    listening = asyncio.create_task(http.serve(sockets=[listener]))
    working = asyncio.create_task(engine.run())
    try:
        yield engine, working
    finally:
        if isinstance(pipeline, FakePipeline):
            pipeline.let_go()
        await engine.stop(grace=2)
        http.should_exit = True
        await listening
        working.cancel()
        with suppress(asyncio.CancelledError, Exception):
            await working


@asynccontextmanager
async def connected(state_dir):
    """A client whose stream has said that the engine is ready."""
    transport = httpx.AsyncHTTPTransport(uds=str(state_dir / "engine.sock"), retries=3)
    headers = {"content-type": "application/json"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://engine", headers=headers, timeout=10
    ) as http:
        client = Client(http)
        listening = asyncio.create_task(client.listen())
        try:
            await client.wait_for("hello")
            if not client.events[0].info.ready:
                await client.wait_for("hello", times=2)
            yield client
        finally:
            listening.cancel()
            with suppress(asyncio.CancelledError, httpx.HTTPError):
                await listening


@pytest.fixture
def pipeline():
    return FakePipeline()


@pytest.fixture
async def engine(tmp_path, pipeline):
    async with running_engine(tmp_path, pipeline) as (engine, _):
        yield engine


@pytest.fixture
async def client(tmp_path, engine):
    async with connected(tmp_path) as client:
        yield client


async def test_a_job_is_drawn_fetched_and_forgotten(client):
    assert (await client.submit(width=512, height=256, count=2)).status_code == 202
    finished = await client.wait_for("finished")
    assert (finished.pictures, finished.drawn_width, finished.drawn_height) == (2, 288, 160)
    kinds = [event.kind for event in client.events if event.kind != "hello"]
    assert (kinds[0], kinds[-1]) == ("started", "finished")
    for name, size in (("1.png", (512, 256)), ("2.png", (512, 256)), ("preview.jpg", (512, 128))):
        content = (await client.http.get(f"/v1/jobs/g1/1/{name}")).content
        assert Image.open(BytesIO(content)).size == size
    assert (await client.http.get("/v1/jobs/g1/1/3.png")).status_code == 404
    assert (await client.http.post("/v1/jobs/g1/1/ack")).status_code == 204
    assert (await client.http.get("/v1/jobs/g1/1/1.png")).status_code == 404


async def test_an_enhanced_picture_is_the_plain_one_and_then_finished(client):
    shown = {}
    for name, enhance in (("plain", False), ("more", True)):
        await client.submit(name, seed=7, width=256, height=256, enhance=enhance)
        await client.wait_for("finished", name)
        content = (await client.http.get(f"/v1/jobs/{name}/1/1.png")).content
        shown[name] = Image.open(BytesIO(content)).convert("RGB")
    assert shown["more"].tobytes() == finishing.finished(shown["plain"]).tobytes()
    assert shown["more"].tobytes() != shown["plain"].tobytes()


async def test_the_same_job_twice_is_drawn_once(client, pipeline):
    pipeline.go.clear()
    drawn_before = len(pipeline.requests)
    for _ in range(2):
        assert (await client.submit()).status_code == 202
    pipeline.go.set()
    await client.wait_for("finished")
    assert (await client.submit()).status_code == 202
    await client.wait_for("finished", times=2)
    assert len(pipeline.requests) == drawn_before + 1


async def test_a_full_engine_refuses(client, pipeline):
    pipeline.go.clear()
    answers = [await client.submit(f"g{n}") for n in range(4)]
    assert [answer.status_code for answer in answers] == [202, 202, 202, 429]
    assert answers[3].json()["code"] == "queue_full"


async def test_what_cannot_be_drawn_is_refused_with_its_reason(client):
    answer = await client.submit(width=130)
    assert answer.status_code == 422
    assert answer.json() == {
        "code": "bad_size",
        "data": {"width": 130, "height": 128, "multiple": 16, "minimum": 128, "maximum": 1024},
    }


async def test_an_earlier_attempt_is_stale(client):
    await client.submit(attempt=2)
    answer = await client.submit(attempt=1)
    assert (answer.status_code, answer.json()["code"]) == (409, "stale_attempt")


async def test_a_later_attempt_makes_the_earlier_void(client, pipeline):
    pipeline.go.clear()
    steps_before = pipeline.steps
    await client.submit(attempt=1, steps=8)
    await client.wait_for("started")
    assert (await client.submit(attempt=2, steps=8)).status_code == 202
    pipeline.go.set()
    assert (await client.wait_for("finished")).key == key(attempt=2)
    assert pipeline.steps == steps_before + 8
    assert {event.key.attempt for event in client.events if event.kind == "started"} == {1, 2}
    async with asyncio.timeout(5):
        await client.http.post("/v1/jobs/g1/2/ack")
    ended = [event for event in client.events if event.kind in ("finished", "cancelled")]
    assert [event.key.attempt for event in ended] == [2]


async def test_queued_and_running_jobs_are_cancelled(client, pipeline):
    pipeline.go.clear()
    await client.submit("running", steps=8)
    await client.submit("queued")
    await client.wait_for("started", "running")
    assert (await client.http.delete("/v1/jobs/queued/1")).status_code == 204
    await client.wait_for("cancelled", "queued")
    assert (await client.http.delete("/v1/jobs/running/1")).status_code == 204
    assert (await client.http.delete("/v1/jobs/unknown/1")).status_code == 204
    pipeline.go.set()
    await client.wait_for("cancelled", "running")
    await client.submit("next")
    await client.wait_for("finished", "next")
    assert [request.prompt for request in pipeline.requests].count(job().prompt) == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (BadPicture(), "bad_picture"),
        (OutOfMemory(), "out_of_memory"),
        (RuntimeError("a bug"), "engine_error"),
    ],
)
async def test_a_failed_job_is_told_and_the_next_is_drawn(client, pipeline, error, code):
    pipeline.raises["bad"] = error
    await client.submit("bad", prompt="bad")
    assert (await client.wait_for("failed")).code == code
    await client.submit("good")
    await client.wait_for("finished", "good")


async def test_the_log_says_how_often_memory_did_not_suffice(client, pipeline):
    pipeline.raises["large"] = OutOfMemory(13)
    with capture_logs() as logged:
        await client.submit("large", prompt="large")
        await client.wait_for("failed")
    (line,) = [entry for entry in logged if entry["event"] == "job_ended"]
    assert (line["outcome"], line["out_of_memory"]) == ("failed", 13)


async def test_a_lost_device_ends_the_engine_and_the_attempt_counts(tmp_path):
    pipeline = FakePipeline()
    pipeline.raises["bad"] = DeviceLost()
    async with (
        running_engine(tmp_path, pipeline) as (_, working),
        connected(tmp_path) as client,
    ):
        await client.submit(prompt="bad")
        with pytest.raises(ExceptionGroup) as caught:
            await asyncio.wait_for(working, 5)
        assert caught.group_contains(DeviceLost)
        assert Spool(tmp_path).recover(time.time()) == ([], [key()])


async def test_a_job_that_cannot_be_noted_on_a_full_disk_is_given_back_and_drawn_later(
    client, monkeypatch
):
    monkeypatch.setattr(desk_module, "DISK_PAUSE_SECONDS", 0.01)

    def full(_spool: Spool, _key: JobKey) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(Spool, "begin", full)
        await client.submit()
        await client.wait_for("returned")
    assert (await client.submit()).status_code == 202
    await client.wait_for("finished")
    kinds = [event.kind for event in client.events]
    assert (kinds.count("started"), kinds.count("failed")) == (1, 0)


async def test_a_job_is_noted_as_begun_before_anybody_hears_that_it_has(
    client, engine, monkeypatch
):
    """The other way round, a kill in between would give an attempt that ends engines for free."""
    order: list[str] = []
    announce, begin = engine.desk.announce, Spool.begin

    def announced(event: AnyEvent) -> None:
        order.append(event.kind)
        announce(event)

    def begun(spool: Spool, of: JobKey) -> None:
        time.sleep(0.05)  # time for a word sent before to be heard
        order.append("noted")
        begin(spool, of)

    monkeypatch.setattr(engine.desk, "announce", announced)
    monkeypatch.setattr(Spool, "begin", begun)
    await client.submit()
    await client.wait_for("finished")
    assert [word for word in order if word in ("noted", "started")] == ["noted", "started"]


async def test_weights_that_only_draw_black_are_refused(tmp_path):
    pipeline = FakePipeline()
    pipeline.raises["warm up"] = BadPicture()
    async with running_engine(tmp_path, pipeline) as (_, working):
        with pytest.raises(WeightsError, match="512x512"):
            await asyncio.wait_for(working, 5)


async def test_results_are_repeated_to_every_new_stream_until_acknowledged(client, tmp_path):
    await client.submit()
    await client.wait_for("finished")
    async with connected(tmp_path) as later:
        await later.wait_for("finished", "g1")
        assert later.events[0].held == (key(),)
        await later.http.post("/v1/jobs/g1/1/ack")
    async with connected(tmp_path) as latest:
        assert latest.events[0].held == ()


async def test_a_restarted_engine_presents_what_was_not_acknowledged(tmp_path):
    async with running_engine(tmp_path, FakePipeline()), connected(tmp_path) as client:
        await client.submit()
        await client.wait_for("finished")
    async with running_engine(tmp_path, FakePipeline()), connected(tmp_path) as client:
        await client.wait_for("finished", "g1")
        assert (await client.http.get("/v1/jobs/g1/1/1.png")).status_code == 200


async def test_an_interrupted_job_is_told_until_noted_or_tried_again(tmp_path):
    for name in ("noted", "again"):
        Spool(tmp_path).begin(key(name))
    async with running_engine(tmp_path, FakePipeline()), connected(tmp_path) as client:
        assert set(client.events[0].interrupted) == {key("noted"), key("again")}
        await client.http.post("/v1/jobs/noted/1/ack")
        await client.submit("again", attempt=2)
        await client.wait_for("finished", "again")
    async with running_engine(tmp_path, FakePipeline()), connected(tmp_path) as client:
        assert client.events[0].interrupted == ()


async def test_a_stopping_engine_gives_all_jobs_back(client, engine, pipeline):
    pipeline.go.clear()
    await client.submit("running", steps=8)
    await client.submit("queued")
    await client.wait_for("started", "running")
    stopping = asyncio.create_task(engine.stop(grace=5))
    await client.wait_for("returned", "queued")
    refused = await client.submit("late")
    assert (refused.status_code, refused.json()["code"]) == (503, "stopping")
    pipeline.go.set()
    await stopping
    await client.wait_for("returned", "running")


async def test_a_job_that_does_not_stop_in_time_is_given_back_all_the_same(
    client, engine, pipeline
):
    pipeline.go.clear()
    await client.submit("running")
    await client.wait_for("started", "running")
    await engine.stop(grace=0.05)
    await client.wait_for("returned", "running")


async def test_a_returned_job_is_taken_again_under_the_same_key(tmp_path):
    pipeline = FakePipeline()
    async with running_engine(tmp_path, pipeline) as (engine, _), connected(tmp_path) as client:
        pipeline.go.clear()
        await client.submit()
        await client.wait_for("started")
        await engine.stop(grace=0.05)
        await client.wait_for("returned")
    async with running_engine(tmp_path, FakePipeline()), connected(tmp_path) as client:
        await client.wait_for("returned")
        assert (await client.submit()).status_code == 202
        await client.wait_for("finished")


async def test_heartbeats_renew_what_is_held_while_the_gpu_is_busy(tmp_path):
    pipeline = FakePipeline()
    async with (
        running_engine(tmp_path, pipeline, heartbeat=0.05),
        connected(tmp_path) as client,
    ):
        pipeline.go.clear()
        await client.submit()
        await client.wait_for("started")
        beats = sum(isinstance(event, Heartbeat) for event in client.events)
        assert (await client.wait_for("heartbeat", times=beats + 2)).held == (key(),)


async def test_a_stuck_gpu_thread_ends_the_engine(tmp_path):
    pipeline = FakePipeline()
    limits = Limits(first=5.0, step=0.1, slack=1.0)
    async with (
        running_engine(tmp_path, pipeline, heartbeat=0.05, limits=limits) as (_, working),
        connected(tmp_path) as client,
    ):
        # The shape was drawn in the warm-up, so that its steps are known to be quick.
        pipeline.go.clear()
        await client.submit()
        with pytest.raises(Stuck):
            await asyncio.wait_for(working, 5)
        pipeline.go.set()


async def test_a_slow_subscriber_holds_up_nobody(client, tmp_path):
    _, writer = await asyncio.open_unix_connection(str(tmp_path / "engine.sock"), limit=1)
    writer.write(b"GET /v1/events HTTP/1.1\r\nhost: engine\r\n\r\n")
    await writer.drain()
    for n in range(30):
        await client.submit(f"s{n}")
        await client.wait_for("finished", f"s{n}")
        await client.http.post(f"/v1/jobs/s{n}/1/ack")
    writer.close()


async def test_an_engine_that_loads_says_so(tmp_path):
    pipeline = FakePipeline()
    pipeline.go.clear()
    async with running_engine(tmp_path, pipeline):
        transport = httpx.AsyncHTTPTransport(uds=str(tmp_path / "engine.sock"), retries=3)
        async with httpx.AsyncClient(transport=transport, base_url="http://engine") as http:
            refused = await http.post("/v1/jobs", json=job().model_dump(mode="json"))
            assert (refused.status_code, refused.json()["code"]) == (503, "starting")
            assert (await http.get("/v1/engine")).json()["ready"] is False
            assert (await http.get("/v1/tokenizer")).status_code == 503
        pipeline.go.set()
        async with connected(tmp_path) as client:
            info = (await client.http.get("/v1/engine")).json()
            assert (info["ready"], info["template_tokens"]) == (True, 13)
            assert info["seconds_per_megapixel_step"] > 0
            tokenizer = await client.http.get("/v1/tokenizer")
            assert tokenizer.content == pipeline.tokenizer_json


async def test_an_idle_engine_begins_at_once(client):
    """A law about latency: no timer stands between a job and its first step."""
    waits = []
    for n in range(10):
        began = time.perf_counter()
        await client.submit(f"t{n}")
        await client.wait_for("started", f"t{n}")
        waits.append(time.perf_counter() - began)
    assert min(waits) < 0.02


async def test_progress_never_falls(client):
    await client.submit(steps=50, count=4)
    await client.wait_for("finished")
    steps = [event.step for event in client.events if isinstance(event, Progress)]
    assert steps == sorted(steps)
    assert isinstance(client.events[0], Hello)


async def test_condition_tells_how_it_fares(tmp_path):
    async with running_engine(tmp_path, FakePipeline()), connected(tmp_path) as client:
        condition = EngineCondition.model_validate_json(
            (await client.http.get("/v1/condition")).content
        )
    assert (condition.ready, condition.waiting, condition.device_free_bytes) == (True, 0, None)
    assert condition.resident_bytes is not None
    assert condition.resident_bytes > 2**20
    assert condition.host_available_bytes is not None
    assert condition.host_total_bytes is not None
    assert condition.host_available_bytes < condition.host_total_bytes
