"""LoRA files, as a client of the engine sees them."""

import json
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from engine import app
from engine.lora import Lora
from engine.pipeline import BadPicture
from tests.fakes.pipeline import FakePipeline
from tests.integration.test_engine_server import connected, running_engine
from tests.lora_files import diffusers_form, random_pairs, save


@pytest.fixture
def pipeline():
    return FakePipeline()


@pytest.fixture
def folder(tmp_path, pipeline):
    folder = tmp_path / "loras"
    put(folder, "水墨", pipeline)
    put(folder, "other", pipeline, seed=2)
    (folder / "bad.safetensors").write_bytes(b"PK")
    return folder


def put(folder: Path, name: str, pipeline: FakePipeline, seed: int = 1) -> Path:
    return save(folder, name, diffusers_form(random_pairs(pipeline.layers, seed=seed)))


@pytest.fixture
async def client(tmp_path, pipeline, folder, monkeypatch):
    monkeypatch.setattr(app, "_LOOKED_EVERY", 0.02)
    options = {"capacity": 12, "heartbeat": 0.05, "lora_folder": folder}
    async with (
        running_engine(tmp_path, pipeline, **options),
        connected(tmp_path) as client,
    ):
        yield client


def named(*weights: tuple[str, float]) -> tuple[Lora, ...]:
    return tuple(Lora(name=name, weight=weight) for name, weight in weights)


async def test_a_client_is_told_which_there_are_and_what_is_wrong_with_them(client):
    hello = await client.wait_for("hello")
    told = {info.name: info.problem for info in hello.info.loras}
    assert told == {"水墨": None, "other": None, "bad": "damaged"}


async def test_a_file_that_comes_or_goes_is_told_while_the_engine_works(client, folder, pipeline):
    put(folder, "new", pipeline)
    (folder / "other.safetensors").unlink()
    for times in range(2, 5):
        hello = await client.wait_for("hello", times=times)
        if {info.name for info in hello.info.loras} == {"水墨", "new", "bad"}:
            break
    else:
        pytest.fail("not told")
    assert (await client.submit("g1", loras=named(("new", 1)))).status_code == 202
    await client.wait_for("finished", "g1")


async def test_a_job_is_drawn_with_it_and_its_picture_says_so(client, pipeline):
    loras = named(("水墨", 0.8), ("other", 0))
    assert (await client.submit("g1", loras=loras)).status_code == 202
    await client.wait_for("finished", "g1")
    (worn,) = pipeline.requests[-1].loras
    assert (worn.adapter.name, worn.weight) == ("水墨", 0.8)
    png = await client.http.get("/v1/jobs/g1/1/1.png")
    with Image.open(BytesIO(png.content)) as picture:
        made, parameters = json.loads(picture.info["zdraw"]), picture.info["parameters"]
    digest = worn.adapter.sha256
    assert made["prompt"] == "一个红色的圆"
    assert made["loras"] == [
        {"name": "水墨", "weight": 0.8, "sha256": digest},
        {"name": "other", "weight": 0.0},
    ]
    assert parameters.startswith("一个红色的圆 <lora:水墨:0.8> <lora:other:0>\n")
    assert f'Lora hashes: "水墨: {worn.adapter.tensors_sha256[:12]}"' in parameters


@pytest.mark.parametrize(
    ("name", "code"), [("gone", "no_lora"), ("../loras/other", "no_lora"), ("bad", "unfit_lora")]
)
async def test_what_is_not_there_or_does_not_fit_is_refused_at_the_door(client, name, code):
    answer = await client.submit("g1", loras=named((name, 1)))
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert answer.json()["data"]["name"] == name


async def test_what_goes_after_the_door_ends_its_own_job_with_a_reason(client, folder, pipeline):
    pipeline.go.clear()
    await client.submit("g1")
    await client.wait_for("started", "g1")
    await client.submit("g2", loras=named(("other", 1)), seed=8)
    await client.submit("g3", seed=9)
    (folder / "other.safetensors").unlink()
    pipeline.go.set()
    failed = await client.wait_for("failed", "g2")
    assert failed.code == "unfit_lora"
    assert failed.data == {"name": "other", "problem": "unreadable"}
    await client.wait_for("finished", "g3")


async def test_of_a_file_that_is_replaced_meanwhile_a_batch_tells_what_it_was_drawn_with(
    client, folder, pipeline
):
    digests: list[str] = []

    def replaced(digest: str) -> None:
        digests.append(digest)
        put(folder, "other", pipeline, seed=2 + len(digests))

    pipeline.has_read = replaced
    pipeline.go.clear()
    await client.submit("g0", seed=1)
    await client.wait_for("started", "g0")
    for n in (1, 2):
        await client.submit(f"g{n}", loras=named(("other", 1)))
    pipeline.go.set()
    for n in (1, 2):
        await client.wait_for("finished", f"g{n}")
    assert pipeline.batches[-1] == 2
    drawn = {request.loras[0].adapter.sha256 for request in pipeline.requests[-2:]}
    assert drawn == {digests[0]}
    for n in (1, 2):
        png = await client.http.get(f"/v1/jobs/g{n}/1/1.png")
        with Image.open(BytesIO(png.content)) as picture:
            made = json.loads(picture.info["zdraw"])
        assert made["loras"][0]["sha256"] == digests[0]


async def test_one_that_makes_no_picture_is_named_in_the_failure(client, pipeline):
    pipeline.raises["坏"] = BadPicture()
    await client.submit("g1", prompt="坏", loras=named(("other", 1)))
    failed = await client.wait_for("failed", "g1")
    assert (failed.code, failed.data) == ("bad_picture", {"loras": ["other"]})
    await client.submit("g2", prompt="坏")
    assert (await client.wait_for("failed", "g2")).data == {}


async def test_jobs_with_other_loras_are_never_drawn_together(client, pipeline):
    pipeline.go.clear()
    await client.submit("g0", seed=1)
    await client.wait_for("started", "g0")
    asked = [(), (("other", 1),), (("other", 0.5),), (("other", 1),), (("other", 0),), ()]
    for n, weights in enumerate(asked, start=1):
        await client.submit(f"g{n}", loras=named(*weights))
    pipeline.go.set()
    for n in range(len(asked) + 1):
        await client.wait_for("finished", f"g{n}")
    assert pipeline.batches == [1, 1, 1, 3, 2, 1]  # two of the warm-up, g0, then by kind
    worn = [tuple(one.weight for one in request.loras) for request in pipeline.requests[3:]]
    assert worn == [(), (), (), (1,), (1,), (0.5,)]
