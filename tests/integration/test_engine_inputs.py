"""Pictures that jobs begin from, as a client of the engine sees them."""

from hashlib import sha256

import pytest

from engine import inputs
from engine.contract import MAX_INPUT_BYTES, Source
from tests.fakes.pipeline import FakePipeline
from tests.integration.test_engine_server import connected, running_engine
from tests.integration.waiting import eventually
from tests.unit.engine.jobs import png


@pytest.fixture
def pipeline():
    return FakePipeline()


@pytest.fixture
async def client(tmp_path, pipeline):
    async with (
        running_engine(tmp_path, pipeline, capacity=12, heartbeat=0.05),
        connected(tmp_path) as client,
    ):
        yield client


def source_of(content: bytes, strength: float = 0.6) -> Source:
    return Source(sha256=sha256(content).hexdigest(), strength=strength)


async def put(client, content: bytes, name: str | None = None) -> int:
    answer = await client.http.put(
        f"/v1/inputs/{name or source_of(content).sha256}", content=content
    )
    return int(answer.status_code)


async def test_a_job_begins_from_what_was_put_here(client, pipeline):
    picture = png((300, 100))
    assert await put(client, picture) == 204
    answer = await client.submit("g1", source=source_of(picture), steps=8, width=512, height=512)
    assert answer.status_code == 202
    await client.wait_for("finished", "g1")
    drawn = pipeline.requests[-1]
    assert drawn.source is not None
    assert (drawn.source.image.size, drawn.source.strength) == ((256, 256), 0.6)
    assert (await client.wait_for("progress", "g1")).steps == 5


async def test_before_that_it_is_asked_for(client):
    answer = await client.submit("g1", source=source_of(png()))
    assert (answer.status_code, answer.json()["code"]) == (409, "input_missing")


async def test_bytes_of_another_hash_and_too_many_are_refused(client):
    assert await put(client, png(), "0" * 64) == 422
    assert await put(client, bytes(MAX_INPUT_BYTES + 1)) == 413


async def test_what_is_no_picture_fails_its_job_and_no_other(client):
    await put(client, b"no picture")
    await client.submit("g1", source=source_of(b"no picture"))
    await client.submit("g2")
    assert (await client.wait_for("failed", "g1")).code == "engine_error"
    await client.wait_for("finished", "g2")


async def test_jobs_of_one_strength_are_drawn_together_and_others_are_not(client, pipeline):
    pictures = [png((128, 128)), png((160, 128))]
    for picture in pictures:
        await put(client, picture)
    pipeline.go.clear()
    await client.submit("first", steps=3)
    await client.wait_for("started", "first")
    await client.submit("a", source=source_of(pictures[0]), count=2)
    await client.submit("b", source=source_of(pictures[1], 0.8))
    await client.submit("c", source=source_of(pictures[1]))
    await client.submit("d")
    pipeline.go.set()
    for name in "abcd":
        await client.wait_for("finished", name)
    assert pipeline.batches[-4:] == [1, 3, 1, 1]
    shown = [request.source and request.source.image for request in pipeline.requests[-5:-2]]
    assert shown[0] is shown[1]
    assert shown[0] is not shown[2]


async def test_a_picture_goes_when_no_job_needs_it_any_more(
    client, pipeline, tmp_path, monkeypatch
):
    monkeypatch.setattr(inputs, "GRACE_SECONDS", -1.0)
    picture = png()
    file = tmp_path / "inputs" / source_of(picture).sha256
    pipeline.go.clear()
    # A sweep may come between the two.
    while (await client.submit("g1", source=source_of(picture))).status_code != 202:
        await put(client, picture)
    await client.wait_for("heartbeat", times=3)
    assert file.exists()
    pipeline.go.set()
    await client.wait_for("finished", "g1")
    await eventually(lambda: not file.exists())
