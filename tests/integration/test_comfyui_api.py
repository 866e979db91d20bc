"""ComfyUI's REST API: what its clients get, and what they are told."""

import asyncio
import io
import json
import uuid
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from PIL import Image

from bot.core.generation import Outcome
from engine.contract import ErrorCode
from engine.lora import LoraInfo
from tests.integration.api_life import Api, a_png, api_in
from tests.integration.waiting import eventually
from tests.unit.http_api.workflows import TURBO, workflow

SMALL = {"n5": {"width": 128, "height": 128}}


async def queued(program: httpx.AsyncClient, prompt: Any = None, **more: Any) -> str:
    answer = await program.post("/prompt", json={"prompt": prompt or workflow(**SMALL), **more})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["prompt_id"])


async def done(program: httpx.AsyncClient, prompt_id: str) -> dict[str, Any]:
    """Its entry in the history."""

    async def entry() -> Any:
        return (await program.get(f"/history/{prompt_id}")).json().get(prompt_id)

    found: dict[str, Any] = await eventually(entry)
    return found


async def running(api: Api) -> None:
    """The engine has begun with what it was handed."""
    (key,) = await eventually(lambda: tuple(api.engine.jobs)[:1])
    api.engine.start(key)
    api.engine.progress(key, 1)

    async def begun() -> bool:
        row = await api.store.admissions.get(key.generation_id)
        return row is not None and row.begun

    await eventually(begun)


def wrong(answer: httpx.Response, kind: str, status: int = 400) -> dict[str, Any]:
    """node_errors of an answer in ComfyUI's form."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error", "node_errors"}
    error = answer.json()["error"]
    assert set(error) == {"type", "message", "details", "extra_info"}
    assert error["type"] == kind
    assert error["message"]
    nodes: dict[str, Any] = answer.json()["node_errors"]
    return nodes


async def test_a_workflow_becomes_a_picture_that_history_names_and_view_shows(
    api: Api, program: httpx.AsyncClient
) -> None:
    prompt = workflow(**SMALL, n6={"text": "一个红色的圆"}, n3={"seed": 5})
    answer = await program.post("/prompt", json={"prompt": prompt})
    reply = answer.json()
    assert reply["node_errors"] == {}
    entry = await done(program, reply["prompt_id"])
    assert entry["prompt"][1:3] == [reply["prompt_id"], prompt]
    assert entry["prompt"][4] == ["9"]
    assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("success", True)
    (image,) = entry["outputs"]["9"]["images"]
    assert image["filename"].startswith("ComfyUI_")
    assert (image["subfolder"], image["type"]) == ("", "output")
    shown = await program.get("/view", params=image)
    assert (shown.content, shown.headers["content-type"]) == (a_png(), "image/png")
    row = await api.store.admissions.latest("api:local", "local")
    assert row is not None
    assert (row.spec.prompt, row.spec.seed, row.spec.guidance) == ("一个红色的圆", 5, 6.0)


async def test_what_is_adapted_stands_in_the_history(program: httpx.AsyncClient) -> None:
    entry = await done(program, await queued(program))
    messages = entry["status"]["messages"]
    kinds = [kind for kind, _ in messages]
    assert kinds[0] == "execution_start"
    assert kinds[-1] == "execution_success"
    said = [data["message"] for kind, data in messages if kind == "adapted"]
    assert "Drawn by demo, which stands in for z-image-turbo.safetensors." in said
    assert "The scheduler normal runs as the model's own." in said
    assert any("scaled to this size" in sentence for sentence in said)
    assert all("timestamp" in data for _, data in messages)


async def test_the_official_workflow_is_drawn(program: httpx.AsyncClient) -> None:
    entry = await done(program, await queued(program, TURBO))
    (image,) = entry["outputs"]["9"]["images"]
    assert image["filename"].startswith("z-image-turbo_")
    said = [data.get("message", "") for _, data in entry["status"]["messages"]]
    assert "The sampler res_multistep runs as the model's own Euler." in said


async def test_every_route_stands_under_api_too(program: httpx.AsyncClient) -> None:
    answer = await program.post("/api/prompt", json={"prompt": workflow(**SMALL)})
    prompt_id = answer.json()["prompt_id"]
    await done(program, prompt_id)
    entry = (await program.get(f"/api/history/{prompt_id}")).json()[prompt_id]
    (image,) = entry["outputs"]["9"]["images"]
    assert (await program.get("/api/view", params=image)).status_code == 200
    for path in ("queue", "prompt", "object_info", "system_stats", "features", "embeddings"):
        assert (await program.get(f"/api/{path}")).status_code == 200


async def test_a_batch_is_several_pictures(program: httpx.AsyncClient) -> None:
    prompt = workflow(n5={"width": 128, "height": 128, "batch_size": 3})
    entry = await done(program, await queued(program, prompt))
    images = entry["outputs"]["9"]["images"]
    assert len({image["filename"] for image in images}) == 3
    for image in images:
        assert (await program.get("/view", params=image)).status_code == 200


async def test_previews_are_temporary_files(program: httpx.AsyncClient) -> None:
    preview = {"class_type": "PreviewImage", "inputs": {"images": ["8", 0]}}
    entry = await done(program, await queued(program, workflow(**SMALL, n9=preview)))
    assert entry["outputs"]["9"]["images"][0]["type"] == "temp"


async def test_a_body_is_read_whatever_it_says_it_is(program: httpx.AsyncClient) -> None:
    """urllib says that it is a form."""
    kind = {"content-type": "application/x-www-form-urlencoded"}
    content = httpx.Request("POST", "http://x", json={"prompt": workflow(**SMALL)}).content
    answer = await program.post("/prompt", content=content, headers=kind)
    assert answer.status_code == 200


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"NaN", b'{"prompt": 1e999}'])
async def test_what_is_no_json_object_is_refused(
    program: httpx.AsyncClient, content: bytes
) -> None:
    wrong(await program.post("/prompt", content=content), "bad_json")


async def test_deep_nesting_is_refused(program: httpx.AsyncClient) -> None:
    content = b'{"prompt": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
    wrong(await program.post("/prompt", content=content), "bad_json")
    content = b'{"extra_data": ' + b"[" * 100 + b"]" * 100 + b"}"
    wrong(await program.post("/prompt", content=content), "json_too_deep")


async def test_half_a_character_is_refused_and_a_whole_one_is_drawn(
    program: httpx.AsyncClient,
) -> None:
    for text, status in ((r"\ud83c", 400), (r"\ud83c\udfa8", 200)):
        content = json.dumps({"prompt": workflow(n6={"text": "X"})}).replace('"X"', f'"{text}"')
        assert (await program.post("/prompt", content=content)).status_code == status


async def test_a_workflow_is_named_by_the_program_if_it_likes(
    api: Api, program: httpx.AsyncClient
) -> None:
    name = str(uuid.uuid4())
    assert await queued(program, prompt_id=name) == name
    assert await queued(program, prompt_id=name) == name
    await done(program, name)
    assert await queued(program, prompt_id=name) == name
    assert len(api.engine.accepted) == 1
    other = {"prompt": workflow(**SMALL, n3={"seed": 6}), "prompt_id": name}
    wrong(await program.post("/prompt", json=other), "prompt_id_used")


@pytest.mark.parametrize("name", ["", "x", 5, "{8}", str(uuid.UUID(int=5)).upper() + "A"])
async def test_a_name_that_is_no_uuid_is_refused(program: httpx.AsyncClient, name: Any) -> None:
    sent = {"prompt": workflow(**SMALL), "prompt_id": name}
    wrong(await program.post("/prompt", json=sent), "invalid_prompt_id")


@pytest.mark.parametrize(
    ("prompt", "kind"),
    [
        (workflow(n20={"class_type": "IPAdapter"}), "missing_node_type"),
        ({"1": {"class_type": "VAELoader", "inputs": {}}}, "prompt_no_outputs"),
    ],
)
async def test_what_is_no_workflow_is_refused_as_a_whole(
    program: httpx.AsyncClient, prompt: Any, kind: str
) -> None:
    assert wrong(await program.post("/prompt", json={"prompt": prompt}), kind) == {}
    wrong(await program.post("/prompt", json={}), "no_prompt")


async def test_a_wrong_value_is_told_at_its_node(api: Api, program: httpx.AsyncClient) -> None:
    sent = {"prompt": workflow(n3={"steps": 99, "sampler_name": "dpmpp_2m"})}
    answer = await program.post("/prompt", json=sent)
    nodes = wrong(answer, "prompt_outputs_failed_validation")
    assert nodes["3"]["class_type"] == "KSampler"
    assert nodes["3"]["dependent_outputs"] == ["9"]
    assert {(one["type"], one["extra_info"]["input_name"]) for one in nodes["3"]["errors"]} == {
        ("value_bigger_than_max", "steps"),
        ("value_not_in_list", "sampler_name"),
    }
    assert "Value not in list: sampler_name" in answer.json()["error"]["details"]
    assert await api.store.sql("SELECT count(*) FROM program_jobs") == [(0,)]


@pytest.mark.parametrize(
    ("change", "node", "sentence"),
    [
        ({"n5": {"width": 200}}, "5", "Cannot draw 200×1024"),
        ({"n6": {"text": " "}}, "6", "There is nothing to draw"),
        ({"n6": {"text": "红" * 41}}, "6", "The prompt is too long"),
    ],
)
async def test_what_the_core_refuses_is_told_at_the_node_that_asked(
    api: Api, program: httpx.AsyncClient, change: Any, node: str, sentence: str
) -> None:
    answer = await program.post("/prompt", json={"prompt": workflow(**change)})
    nodes = wrong(answer, "prompt_outputs_failed_validation")
    (error,) = nodes[node]["errors"]
    assert error["type"] == "custom_validation_failed"
    assert sentence in error["details"]
    assert await api.store.sql("SELECT count(*) FROM program_jobs") == [(0,)]


async def test_sentences_are_chinese_for_those_who_want_them(program: httpx.AsyncClient) -> None:
    sent = {"prompt": workflow(n3={"denoise": 0.5})}
    answer = await program.post("/prompt", json=sent, headers={"accept-language": "zh-CN"})
    (error,) = wrong(answer, "prompt_outputs_failed_validation")["3"]["errors"]
    assert "denoise 须为 1" in error["details"]


async def test_a_full_queue_is_told_without_blaming_a_node(tmp_path: Path) -> None:
    async with api_in(tmp_path, queued=1) as api:
        api.drawing.clear()
        program = await api.program()
        await queued(program)
        answer = await program.post("/prompt", json={"prompt": workflow(**SMALL)})
        assert wrong(answer, "queue_full_yours", 429) == {}
        assert answer.headers["retry-after"]
        assert await api.store.sql("SELECT count(*) FROM program_jobs") == [(1,)]


async def test_the_queue_shows_what_runs_and_what_waits(
    api: Api, program: httpx.AsyncClient
) -> None:
    api.drawing.clear()
    first = await queued(program)
    await running(api)
    second = await queued(program)
    shown = (await program.get("/queue")).json()
    assert [item[1] for item in shown["queue_running"]] == [first]
    assert [item[1] for item in shown["queue_pending"]] == [second]
    assert {len(item) for item in [*shown["queue_running"], *shown["queue_pending"]]} == {5}
    assert (await program.get("/prompt")).json() == {"exec_info": {"queue_remaining": 2}}
    api.drawing.set()
    await done(program, second)
    assert (await program.get("/queue")).json() == {"queue_running": [], "queue_pending": []}


async def test_what_waits_is_taken_back_and_what_runs_is_not(
    api: Api, program: httpx.AsyncClient
) -> None:
    api.drawing.clear()
    names = [await queued(program)]
    await running(api)
    names += [await queued(program) for _ in range(3)]
    await program.post("/queue", json={"delete": [names[0], names[2], "nobody"]})
    shown = (await program.get("/queue")).json()
    assert [item[1] for item in shown["queue_pending"]] == [names[1], names[3]]
    await program.post("/queue", json={"clear": True})
    shown = (await program.get("/queue")).json()
    assert [item[1] for item in shown["queue_pending"]] == []
    assert [item[1] for item in shown["queue_running"]] == [names[0]]
    assert (await program.get(f"/history/{names[1]}")).json() == {}
    api.drawing.set()
    await done(program, names[0])


@pytest.mark.parametrize("named", [True, False])
async def test_what_runs_is_interrupted_and_what_waits_is_not(
    api: Api, program: httpx.AsyncClient, named: bool
) -> None:
    api.drawing.clear()
    first = await queued(program)
    await running(api)
    second = await queued(program)
    assert (await program.post("/interrupt", json={"prompt_id": second})).status_code == 200
    assert len((await program.get("/queue")).json()["queue_running"]) == 1
    sent = {"prompt_id": first} if named else None
    assert (await program.post("/interrupt", json=sent)).status_code == 200
    entry = await done(program, first)
    assert (entry["status"]["status_str"], entry["status"]["completed"]) == ("error", False)
    assert entry["status"]["messages"][-1][0] == "execution_interrupted"
    assert entry["outputs"] == {}
    row = await api.store.program_jobs.get("api:local", second)
    assert row is not None
    assert row.generation.outcome is not Outcome.CANCELLED


async def test_a_failure_is_in_the_history_with_the_reason(
    api: Api, program: httpx.AsyncClient
) -> None:
    api.drawing.clear()
    name = await queued(program)
    (key,) = await eventually(lambda: tuple(api.engine.jobs))
    api.engine.fail(key, ErrorCode.OUT_OF_MEMORY)
    entry = await done(program, name)
    kind, data = entry["status"]["messages"][-1]
    assert (kind, data["exception_type"], data["node_id"]) == (
        "execution_error",
        "out_of_memory",
        "3",
    )
    assert "GPU ran out of memory" in data["exception_message"]


async def test_history_is_of_the_last_ones_in_order_and_can_be_cleared(
    program: httpx.AsyncClient,
) -> None:
    names = [await queued(program) for _ in range(4)]
    for name in names:
        await done(program, name)

    async def told(**asked: Any) -> list[str]:
        return list((await program.get("/history", params=asked)).json())

    assert await told() == names
    assert await told(max_items=2) == names[2:]
    assert await told(max_items=2, offset=1) == names[1:3]
    assert await told(max_items=0) == []
    await program.post("/history", json={"delete": [names[0]]})
    assert await told() == names[1:]
    await program.post("/history", json={"clear": True})
    assert await told() == []
    assert (await program.get("/history/nobody")).json() == {}
    wrong(await program.get("/history", params={"max_items": "x"}), "bad_parameter")


async def test_each_user_sees_and_ends_only_their_own(tmp_path: Path) -> None:
    async with api_in(tmp_path, host="0.0.0.0") as api:
        api.drawing.clear()
        owner = await api.program(await api.tokens.make("krita"))
        other = await api.program(await api.tokens.make("webui"))
        name = await queued(owner)
        await running(api)
        for path, sent in (
            ("/interrupt", {}),
            ("/interrupt", {"prompt_id": name}),
            ("/queue", {"clear": True}),
            ("/queue", {"delete": [name]}),
        ):
            assert (await other.post(path, json=sent)).status_code == 200
        assert (await other.get("/queue")).json() == {"queue_running": [], "queue_pending": []}
        api.drawing.set()
        (image,) = (await done(owner, name))["outputs"]["9"]["images"]
        assert (await other.get(f"/history/{name}")).json() == {}
        assert (await other.get("/history")).json() == {}
        await other.post("/history", json={"clear": True})
        assert list((await owner.get("/history")).json()) == [name]
        assert (await other.get("/view", params=image)).status_code == 404
        assert (await owner.get("/view", params=image)).status_code == 200


async def test_view_shows_other_formats_and_channels(program: httpx.AsyncClient) -> None:
    entry = await done(program, await queued(program))
    (image,) = entry["outputs"]["9"]["images"]
    for asked, kind, mode in (
        ({"preview": "webp;90"}, "WEBP", "RGB"),
        ({"preview": "jpeg"}, "JPEG", "RGB"),
        ({"channel": "rgb"}, "PNG", "RGB"),
        ({"channel": "a"}, "PNG", "RGBA"),
    ):
        answer = await program.get("/view", params=image | asked)
        with Image.open(io.BytesIO(answer.content)) as opened:
            assert (opened.format, opened.mode) == (kind, mode)


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"filename": "../zdraw.db"}, 400),
        ({"filename": "/etc/passwd"}, 400),
        ({"filename": ""}, 400),
        ({"filename": "a.png", "type": "secrets"}, 400),
        ({"filename": "a.png", "subfolder": "../.."}, 403),
        ({"filename": "a.png", "subfolder": "/etc"}, 403),
        ({"filename": "api.secret"}, 404),
        ({"filename": "x_aaaa-1.png"}, 404),
        ({"filename": "x_aaaa-1.png", "type": "input"}, 404),
    ],
)
async def test_no_path_leads_elsewhere(
    api: Api, program: httpx.AsyncClient, asked: dict[str, str], status: int
) -> None:
    await api.tokens.make("krita")
    assert (await program.get("/view", params=asked)).status_code == status


async def test_a_prefix_is_part_of_a_name_and_no_path(program: httpx.AsyncClient) -> None:
    prompt = workflow(**SMALL, n9={"filename_prefix": "../../etc/%date%/画 one"})
    (image,) = (await done(program, await queued(program, prompt)))["outputs"]["9"]["images"]
    assert image["filename"].startswith("画_one_")
    assert (await program.get("/view", params=image)).status_code == 200


async def test_object_info_tells_what_may_be_used(program: httpx.AsyncClient) -> None:
    info = (await program.get("/object_info")).json()
    assert {"KSampler", "CLIPTextEncode", "SaveImage"} <= set(info)
    sampler = info["KSampler"]
    assert sampler["input"]["required"]["steps"] == ["INT", {"default": 8, "min": 1, "max": 50}]
    assert sampler["input_order"]["required"][0] == "model"
    assert sampler["output"] == ["LATENT"]
    assert info["SaveImage"]["output_node"] is True
    names = info["CheckpointLoaderSimple"]["input"]["required"]["ckpt_name"][0]
    assert "z-image-turbo.safetensors" in names
    one = (await program.get("/object_info/KSampler")).json()
    assert one == {"KSampler": sampler}
    assert (await program.get("/object_info/Nothing")).json() == {}


async def test_lora_files_are_listed_drawn_with_and_missed_at_their_node(
    api: Api, program: httpx.AsyncClient
) -> None:
    # By then the engine has told which it has: none.
    await done(program, await queued(program))
    api.loras.take([LoraInfo(name="ink"), LoraInfo(name="bad", problem="damaged")])
    for name in ("LoraLoader", "LoraLoaderModelOnly"):
        info = (await program.get(f"/object_info/{name}")).json()[name]
        assert info["input"]["required"]["lora_name"][0] == ["ink.safetensors"]
    assert (await program.get("/models/loras")).json() == ["ink.safetensors"]

    def prompt(name: str) -> dict[str, Any]:
        inputs = {"lora_name": name, "strength_model": 0.7, "model": ["4", 0]}
        node = {"class_type": "LoraLoaderModelOnly", "inputs": inputs}
        return workflow(**SMALL, n10=node, n3={"model": ["10", 0]})

    await done(program, await queued(program, prompt("ink.safetensors")))
    row = await api.store.admissions.latest("api:local", "local")
    assert row is not None
    assert [(one.name, one.weight) for one in row.spec.loras] == [("ink", 0.7)]
    named = {"prompt_id": str(uuid4()), "prompt": prompt("ink.safetensors")}
    first = (await program.post("/prompt", json=named)).json()
    api.loras.take([LoraInfo(name="bad", problem="damaged")])
    # What was accepted is, though its file is gone.
    assert (await program.post("/prompt", json=named)).json() == first
    again = await program.post("/prompt", json={"prompt": named["prompt"]})
    assert set(wrong(again, "prompt_outputs_failed_validation")) == {"10"}
    for name in ("oil.safetensors", "bad.safetensors"):
        answer = await program.post("/prompt", json={"prompt": prompt(name)})
        assert set(wrong(answer, "prompt_outputs_failed_validation")) == {"10"}


async def test_the_rest_is_answered(program: httpx.AsyncClient) -> None:
    stats = (await program.get("/system_stats")).json()
    assert {"os", "ram_total", "ram_free", "comfyui_version"} <= set(stats["system"])
    assert stats["devices"][0]["name"] == "zdraw demo"
    assert "checkpoints" in (await program.get("/models")).json()
    assert "demo.safetensors" in (await program.get("/models/checkpoints")).json()
    wrong(await program.get("/models/nothing"), "unknown_address", 404)
    assert (await program.post("/free", json={"unload_models": True})).status_code == 200
    wrong(await program.get("/userdata"), "unknown_address", 404)


async def test_order_cannot_be_bought_and_that_is_said(program: httpx.AsyncClient) -> None:
    answer = await program.post("/prompt", json={"prompt": workflow(**SMALL), "front": True})
    assert any("front" in sentence for sentence in answer.json()["adapted"])


async def test_keys_to_other_services_are_not_kept(api: Api, program: httpx.AsyncClient) -> None:
    extra = {"api_key_comfy_org": "hunter2", "note": "kept"}
    name = await queued(program, extra_data=extra, client_id="c1")
    entry = await done(program, name)
    assert entry["prompt"][3] == {"note": "kept", "client_id": "c1"}


async def test_a_flood_of_workflows_holds_its_order(api: Api, program: httpx.AsyncClient) -> None:
    names = await asyncio.gather(*(queued(program) for _ in range(10)))
    for name in names:
        await done(program, name)
    assert len((await program.get("/history")).json()) == 10
