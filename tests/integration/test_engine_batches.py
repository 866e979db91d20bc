"""Batches in the engine as a client sees them, over its real socket."""

import asyncio
import threading
import time

import pytest
from structlog.testing import capture_logs

from engine.contract import Progress
from engine.pipeline import DeviceLost
from engine.spool import Spool
from tests.fakes.pipeline import FakePipeline
from tests.integration.test_engine_server import Client, connected, running_engine
from tests.integration.waiting import eventually
from tests.unit.engine.jobs import key

WARM_UP = [1, 1]


@pytest.fixture
def pipeline():
    return FakePipeline()


@pytest.fixture
async def engine(tmp_path, pipeline):
    async with running_engine(tmp_path, pipeline, capacity=12) as (engine, _):
        yield engine


@pytest.fixture
async def client(tmp_path, engine):
    async with connected(tmp_path) as client:
        yield client


async def occupy(client: Client, pipeline: FakePipeline) -> None:
    """A first job of another kind is in the GPU thread: what is asked for now waits."""
    pipeline.go.clear()
    await client.submit("first", steps=3)
    await client.wait_for("started", "first")


async def finish(client: Client, pipeline: FakePipeline, *names: str) -> None:
    pipeline.go.set()
    for name in names:
        await client.wait_for("finished", name)


async def test_equal_jobs_that_wait_are_drawn_together(client, pipeline):
    await occupy(client, pipeline)
    for n in range(5):
        await client.submit(f"g{n}", seed=n, prompt=f"圆 {n}")
    await finish(client, pipeline, *(f"g{n}" for n in range(5)))
    assert pipeline.batches == [*WARM_UP, 1, 5]
    for n in range(5):
        assert (await client.http.get(f"/v1/jobs/g{n}/1/1.png")).status_code == 200
    pictures = {(await client.http.get(f"/v1/jobs/g{n}/1/1.png")).content for n in range(5)}
    assert len(pictures) == 5


async def test_a_job_that_finds_the_engine_idle_is_not_kept_waiting_for_company(client, pipeline):
    began = time.perf_counter()
    await client.submit("g0")
    await client.wait_for("finished", "g0")
    assert time.perf_counter() - began < 2
    assert pipeline.batches == [*WARM_UP, 1]


async def test_unequal_ones_keep_their_order(client, pipeline):
    await occupy(client, pipeline)
    for name, steps in (("a", 4), ("b", 5), ("c", 4), ("d", 5)):
        await client.submit(name, steps=steps)
    await finish(client, pipeline, "a", "b", "c", "d")
    assert pipeline.batches == [*WARM_UP, 1, 2, 2]
    started = [event.key.generation_id for event in client.events if event.kind == "started"]
    assert started == ["first", "a", "c", "b", "d"]


async def test_each_of_a_batch_hears_of_its_own_progress(client, pipeline):
    await occupy(client, pipeline)
    await client.submit("a", steps=50)
    await client.submit("b", steps=50, count=2)
    await finish(client, pipeline, "a", "b")
    for name, steps in (("a", 50), ("b", 100)):
        heard = [
            event
            for event in client.events
            if isinstance(event, Progress) and event.key.generation_id == name
        ]
        assert heard
        assert {event.steps for event in heard} == {steps}
        assert [event.step for event in heard] == sorted(event.step for event in heard)


async def test_cancelling_one_of_a_batch_ends_only_that_one(client, pipeline):
    await occupy(client, pipeline)
    gate = pipeline.gates["a"] = threading.Event()
    steps_before = pipeline.steps
    for name in ("a", "b", "c"):
        await client.submit(name, steps=8, prompt=name)
    pipeline.go.set()
    await client.wait_for("started", "b")
    await client.http.delete("/v1/jobs/b/1")
    gate.set()
    await finish(client, pipeline, "a", "c")
    await client.wait_for("cancelled", "b")
    assert pipeline.batches == [*WARM_UP, 1, 3]
    assert pipeline.steps == steps_before + 3 + 8 + 8
    ended = [event.key.generation_id for event in client.events if event.kind == "finished"]
    assert sorted(ended) == ["a", "c", "first"]


async def test_one_that_fails_does_not_take_its_batch_along(client, pipeline):
    pipeline.raises["bad"] = RuntimeError("a bug")
    await occupy(client, pipeline)
    for name in ("a", "bad", "c"):
        await client.submit(name, prompt=name)
    await finish(client, pipeline, "a", "c")
    assert (await client.wait_for("failed", "bad")).code == "engine_error"


async def test_a_job_that_is_to_be_alone_is(client, pipeline):
    await occupy(client, pipeline)
    await client.submit("a")
    await client.submit("alone", alone=True, count=2)
    await client.submit("c")
    await finish(client, pipeline, "a", "alone", "c")
    assert pipeline.batches == [*WARM_UP, 1, 2, 1, 1]


async def test_whoever_was_in_the_batch_that_ended_an_engine_has_begun(tmp_path):
    pipeline = FakePipeline()
    pipeline.raises["bad"] = DeviceLost()
    async with (
        running_engine(tmp_path, pipeline, capacity=12) as (_, working),
        connected(tmp_path) as client,
    ):
        await occupy(client, pipeline)
        for name in ("a", "bad", "c"):
            await client.submit(name, prompt=name)
        await client.submit("other", steps=7)
        pipeline.go.set()
        with pytest.raises(ExceptionGroup) as caught:
            await asyncio.wait_for(working, 5)
        assert caught.group_contains(DeviceLost)
        # What waited behind them has not begun: its attempt does not count.
        begun = set(Spool(tmp_path).recover(time.time())[1]) - {key("first")}
        assert begun == {key("a"), key("bad"), key("c")}


async def test_the_next_batch_is_chosen_before_the_last_one_is_decoded(client, engine, pipeline):
    """So that the GPU thread finds it at once, without the event loop in between."""
    pipeline.decoding.clear()
    await client.submit("a")
    await client.wait_for("started", "a")
    await client.submit("b")
    await eventually(lambda: engine._queue.waiting() == ())
    assert not any(event.kind == "finished" for event in client.events)
    await client.http.delete("/v1/jobs/b/1")
    pipeline.decoding.set()
    await client.wait_for("finished", "a")
    await client.wait_for("cancelled", "b")


async def test_the_log_line_of_a_job_says_how_it_went_and_never_what_was_asked(client, pipeline):
    pipeline.bad_steps["秘密"], pipeline.free = 2, 12_345
    with capture_logs() as logged:
        await occupy(client, pipeline)
        await client.submit("a", prompt="秘密", negative_prompt="更秘密", seed=42, width=256)
        await client.submit("b", prompt="另一个", width=256)
        await finish(client, pipeline, "a", "b")
    assert "秘密" not in repr(logged)
    (line,) = [
        entry for entry in logged if entry["event"] == "job_ended" and entry["generation_id"] == "a"
    ]
    expected = {
        "outcome": "finished",
        "attempt": 1,
        "seed": 42,
        "size": "256x128",
        "steps": 2,
        "batch": 2,
        "encode_seconds": 0.001,
        "denoise_seconds": 0.002,
        "decode_seconds": 0.003,
        "encodings_made": 1,
        "encodings_kept": 0,
        "bad_steps": 2,
        "bad_decodes": 0,
        "out_of_memory": 0,
        "batch_steps": 2,
        "step_seconds": 0.001,
        "queue_depth": 0,
        "device_free_bytes": 12_345,
    }
    assert {name: line[name] for name in expected} == expected
    assert line["png_seconds"] > 0
    assert line["wait_seconds"] >= line["idle_seconds"] >= 0


async def test_the_engine_is_measured(tmp_path, pipeline):
    pipeline.free = 12_345
    async with running_engine(tmp_path, pipeline), connected(tmp_path) as client:
        await occupy(client, pipeline)
        await client.submit("waits")
        measured = (await client.http.get("/metrics")).text
        assert "zdraw_engine_queue_depth 1.0" in measured
        assert "zdraw_engine_device_free_bytes 12345.0" in measured
        await finish(client, pipeline, "first", "waits")
        measured = (await client.http.get("/metrics")).text
        assert 'zdraw_engine_jobs_total{outcome="finished"} 2.0' in measured
        assert "zdraw_engine_queue_depth 0.0" in measured


async def test_a_lid_on_starts_means_one_by_one(tmp_path, pipeline):
    async with (
        running_engine(tmp_path, pipeline, capacity=12, throttle=(100, 60.0)),
        connected(tmp_path) as client,
    ):
        await occupy(client, pipeline)
        for name in ("a", "b"):
            await client.submit(name)
        await finish(client, pipeline, "a", "b")
    assert pipeline.batches == [*WARM_UP, 1, 1, 1]


async def test_a_stopping_engine_gives_a_whole_batch_back_uncounted(
    client, engine, pipeline, tmp_path
):
    await occupy(client, pipeline)
    gate = pipeline.gates["a"] = threading.Event()
    for name in ("a", "b", "c"):
        await client.submit(name, prompt=name, steps=8)
    pipeline.go.set()
    await client.wait_for("started", "c")
    stopping = asyncio.create_task(engine.stop(grace=5))
    await asyncio.sleep(0)
    gate.set()
    await stopping
    for name in ("a", "b", "c"):
        await client.wait_for("returned", name)
    assert list((tmp_path / "begun").iterdir()) == []
