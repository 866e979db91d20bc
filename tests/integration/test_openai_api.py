"""OpenAI's images API: what programs get, and what they are told."""

import asyncio
import base64
import io
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from bot.core.generation import Address, Outcome
from bot.core.moderation.area import EVERYTHING
from bot.core.moderation.matcher import WordRule
from bot.core.quota import UNIT, QuotaDefaults
from engine.contract import ErrorCode
from engine.lora import Lora, LoraInfo
from tests.builders import act
from tests.integration.api_life import GENERATIONS, Api, a_png, api_in
from tests.integration.waiting import eventually

PROMPT = "一个红色的圆"


def wrong(answer: httpx.Response, status: int) -> dict[str, Any]:
    """The error of an answer, which has OpenAI's form."""
    assert answer.status_code == status, answer.text
    assert set(answer.json()) == {"error"}
    error: dict[str, Any] = answer.json()["error"]
    assert set(error) == {"message", "type", "param", "code"}
    assert error["message"]
    return error


async def test_a_prompt_becomes_a_picture_with_what_it_takes_to_draw_it_again(
    api: Api, program: httpx.AsyncClient
) -> None:
    asked = {"prompt": PROMPT, "size": "256x128", "seed": 42, "num_inference_steps": 4}
    answer = await program.post(GENERATIONS, json=asked)
    assert answer.status_code == 200
    reply = answer.json()
    (picture,) = reply["data"]
    assert base64.b64decode(picture["b64_json"]) == a_png()
    assert (picture["seed"], reply["size"], reply["output_format"]) == (42, "256x128", "png")
    row = await api.store.admissions.get(reply["zdraw"]["id"])
    assert row is not None
    assert (row.requester, row.address.platform, row.scope) == ("api:local", "api", "user:local")
    assert (row.spec.width, row.spec.height, row.spec.steps) == (256, 128, 4)
    assert row.spec.prompt == PROMPT


async def test_what_the_prompt_says_is_no_option(api: Api, program: httpx.AsyncClient) -> None:
    prompt = " 一个圆 --seed 4 横图 "
    reply = (await program.post(GENERATIONS, json={"prompt": prompt})).json()
    row = await api.store.admissions.get(reply["zdraw"]["id"])
    assert row is not None
    assert (row.spec.prompt, row.spec.width) == (prompt, row.spec.height)


async def test_several_pictures_have_seeds_that_follow_each_other(
    program: httpx.AsyncClient,
) -> None:
    answer = await program.post(GENERATIONS, json={"prompt": PROMPT, "n": 3, "seed": 7})
    assert [picture["seed"] for picture in answer.json()["data"]] == [7, 8, 9]


async def test_negative_prompt_turns_guidance_on_and_the_answer_says_so(
    api: Api, program: httpx.AsyncClient
) -> None:
    asked = {"prompt": PROMPT, "negative_prompt": "蓝色"}
    reply = (await program.post(GENERATIONS, json=asked)).json()
    row = await api.store.admissions.get(reply["zdraw"]["id"])
    assert row is not None
    assert (row.spec.negative_prompt, row.spec.guidance) == ("蓝色", 1.8)
    assert any("guidance 1.8" in remark for remark in reply["zdraw"]["remarks"])


async def test_enhancement_is_switched_on_by_a_program_and_off_unless_it_is(
    api: Api, program: httpx.AsyncClient
) -> None:
    guidance = []
    for said in ({"enhance": True}, {"enhance": False}, {}):
        reply = (await program.post(GENERATIONS, json={"prompt": PROMPT, **said})).json()
        row = await api.store.admissions.get(reply["zdraw"]["id"])
        assert row is not None
        assert (row.spec.enhancement is not None) is said.get("enhance", False)
        guidance.append(row.spec.guidance)
    assert guidance == [1.8, 0, 0]


@pytest.mark.parametrize(("name", "kind"), [("jpeg", "JPEG"), ("webp", "WEBP"), ("png", "PNG")])
async def test_pictures_come_in_the_format_asked_for(
    program: httpx.AsyncClient, name: str, kind: str
) -> None:
    answer = await program.post(GENERATIONS, json={"prompt": PROMPT, "output_format": name})
    (picture,) = answer.json()["data"]
    with Image.open(io.BytesIO(base64.b64decode(picture["b64_json"]))) as opened:
        assert (opened.format, opened.size) == (kind, (32, 32))


async def test_a_link_leads_to_the_picture(api: Api, program: httpx.AsyncClient) -> None:
    answer = await program.post(GENERATIONS, json={"prompt": PROMPT, "response_format": "url"})
    (picture,) = answer.json()["data"]
    assert "b64_json" not in picture
    fetched = await program.get(picture["url"])
    assert (fetched.content, fetched.headers["content-type"]) == (a_png(), "image/png")


async def test_models_are_the_one_that_draws_by_all_its_names(program: httpx.AsyncClient) -> None:
    listed = (await program.get("/v1/models")).json()
    names = [row["id"] for row in listed["data"]]
    assert listed["object"] == "list"
    assert names[0] == "demo"
    assert {"z-image-turbo", "Tongyi-MAI/Z-Image-Turbo"} <= set(names)
    one = (await program.get("/v1/models/tongyi-mai/z-image-turbo")).json()
    assert (one["id"], one["object"]) == ("Tongyi-MAI/Z-Image-Turbo", "model")


async def test_a_model_that_stands_in_for_another_is_named(program: httpx.AsyncClient) -> None:
    asked = {"prompt": PROMPT, "model": "z-image-turbo"}
    drawn = (await program.post(GENERATIONS, json=asked)).json()["zdraw"]
    assert drawn["model"] == "demo"
    assert "Drawn by demo, which stands in for z-image-turbo." in drawn["remarks"]


@pytest.mark.parametrize(
    ("asked", "status", "code", "param"),
    [
        ({}, 400, "missing_required_parameter", "prompt"),
        ({"prompt": "  "}, 400, "invalid_value", "prompt"),
        ({"prompt": ""}, 400, "invalid_value", "prompt"),
        ({"prompt": "红" * 41}, 400, "string_above_max_length", "prompt"),
        ({"prompt": "a\u0007b"}, 400, "invalid_value", "prompt"),
        ({"prompt": PROMPT, "n": 5}, 400, "invalid_value", "n"),
        ({"prompt": PROMPT, "n": "2"}, 400, "invalid_value", "n"),
        ({"prompt": PROMPT, "size": "100x100"}, 400, "invalid_value", "size"),
        ({"prompt": PROMPT, "size": "big"}, 400, "invalid_value", "size"),
        ({"prompt": PROMPT, "seed": -1}, 400, "invalid_value", "seed"),
        ({"prompt": PROMPT, "seed": 2**63}, 400, "invalid_value", "seed"),
        ({"prompt": PROMPT, "guidance_scale": 11}, 400, "invalid_value", "guidance_scale"),
        ({"prompt": PROMPT, "num_inference_steps": 0}, 400, "invalid_value", "num_inference_steps"),
        ({"prompt": PROMPT, "stream": True}, 400, "invalid_value", "stream"),
        ({"prompt": PROMPT, "background": "transparent"}, 400, "invalid_value", "background"),
        ({"prompt": PROMPT, "output_compression": 50}, 400, "invalid_value", "output_compression"),
        ({"prompt": PROMPT, "loras": "ink"}, 400, "invalid_value", "loras"),
        ({"prompt": PROMPT, "loras": [{"name": "x", "weight": 3}]}, 400, "invalid_value", "loras"),
        ({"prompt": PROMPT, "loras": [{"name": "x"}] * 4}, 400, "invalid_value", "loras"),
        ({"prompt": PROMPT, "loras": [{"name": "x", "y": 1}]}, 400, "invalid_value", "loras"),
        ({"prompt": PROMPT, "loras": [{"name": "x"}]}, 400, "invalid_value", "loras"),
        ({"prompt": PROMPT, "sampler": "dpm"}, 400, "unknown_parameter", "sampler"),
        ({"prompt": PROMPT, "model": "dall-e-3"}, 404, "model_not_found", "model"),
        (
            {"prompt": PROMPT, "negative_prompt": "x", "guidance_scale": 0},
            *(400, "invalid_value", "guidance_scale"),
        ),
    ],
)
async def test_what_cannot_be_drawn_is_refused_by_name(
    api: Api, program: httpx.AsyncClient, asked: dict[str, Any], status: int, code: str, param: str
) -> None:
    error = wrong(await program.post(GENERATIONS, json=asked), status)
    assert (error["type"], error["code"], error["param"]) == ("invalid_request_error", code, param)
    assert await api.store.records.waiting_in_all() == 0


@pytest.mark.parametrize(
    ("content", "kind"),
    [(b"{", "application/json"), (b"[]", "application/json"), (b'{"prompt":"x"}', "text/plain")],
)
async def test_a_body_that_is_no_json_object_is_refused(
    program: httpx.AsyncClient, content: bytes, kind: str
) -> None:
    answer = await program.post(GENERATIONS, content=content, headers={"content-type": kind})
    assert wrong(answer, 400)["code"] == "invalid_json"


async def test_sentences_are_chinese_for_those_who_want_them(program: httpx.AsyncClient) -> None:
    asked = {"prompt": PROMPT, "size": "100x100"}
    chinese = {"accept-language": "zh-CN,zh;q=0.9,en;q=0.8"}
    error = wrong(await program.post(GENERATIONS, json=asked, headers=chinese), 400)
    assert error["message"].startswith("画不了 100×100")
    assert wrong(await program.post(GENERATIONS, json=asked), 400)["message"].startswith("Cannot")


async def test_variations_are_refused_with_a_way_out(program: httpx.AsyncClient) -> None:
    answer = await program.post("/v1/images/variations", files={"image": a_png()})
    error = wrong(answer, 400)
    assert (error["code"], error["param"]) == ("no_variations", "image")
    assert "/v1/images/edits" in error["message"]


async def test_what_is_not_there_is_said_in_the_same_form(program: httpx.AsyncClient) -> None:
    assert wrong(await program.get("/v1/nothing"), 404)["code"] == "unknown_address"
    assert wrong(await program.get(GENERATIONS), 405)["code"] == "wrong_method"
    assert wrong(await program.get("/v1/models/none"), 404)["code"] == "model_not_found"
    assert wrong(await program.get("/v1/images/files/aaaa-1.png"), 404)["code"] == "picture_gone"


async def test_a_request_too_many_is_refused_with_the_limit_and_worth_trying_again(
    tmp_path: Path,
) -> None:
    async with api_in(tmp_path, queued=1) as api:
        api.drawing.clear()
        program = await api.program()
        first = asyncio.create_task(program.post(GENERATIONS, json={"prompt": PROMPT}))
        await eventually(api.store.records.waiting_in_all)
        answer = await program.post(GENERATIONS, json={"prompt": PROMPT})
        error = wrong(answer, 429)
        assert (error["type"], error["code"]) == ("rate_limit_error", "rate_limit_exceeded")
        assert "1 requests" in error["message"]
        assert "/cancel" not in error["message"]
        assert (answer.headers["x-should-retry"], answer.headers["retry-after"]) == ("true", "5")
        api.drawing.set()
        assert (await first).status_code == 200


async def test_a_word_that_is_forbidden_everywhere_is_named_and_nothing_is_drawn(
    api: Api, program: httpx.AsyncClient
) -> None:
    await api.store.words.add(EVERYTHING, [WordRule(text="裸体")], act())
    for asked in ({"prompt": "裸.体"}, {"prompt": PROMPT, "negative_prompt": "裸體"}):
        error = wrong(await program.post(GENERATIONS, json=asked), 400)
        assert (error["code"], error["param"]) == ("content_policy_violation", "prompt")
        assert "裸体" in error["message"]
    assert await api.store.records.waiting_in_all() == 0


async def test_quota_is_like_anybodys_and_not_worth_trying_again(tmp_path: Path) -> None:
    async with api_in(tmp_path, defaults=QuotaDefaults(allowance=UNIT)) as api:
        program = await api.program()
        assert (await program.post(GENERATIONS, json={"prompt": PROMPT})).status_code == 200
        answer = await program.post(GENERATIONS, json={"prompt": PROMPT})
        error = wrong(answer, 429)
        assert (error["type"], error["code"]) == ("insufficient_quota", "insufficient_quota")
        assert answer.headers["x-should-retry"] == "false"


@pytest.mark.parametrize(
    ("code", "status"), [(ErrorCode.OUT_OF_MEMORY, 500), (ErrorCode.BAD_PICTURE, 500)]
)
async def test_a_failure_of_the_engine_is_the_servers(
    api: Api, program: httpx.AsyncClient, code: ErrorCode, status: int
) -> None:
    api.drawing.clear()
    asked = asyncio.create_task(program.post(GENERATIONS, json={"prompt": PROMPT}))
    (key,) = await eventually(lambda: tuple(api.engine.jobs))
    api.engine.fail(key, code)
    answer = await asked
    error = wrong(answer, status)
    assert (error["type"], error["code"]) == ("server_error", code)
    assert "🔁" not in error["message"]
    assert answer.headers["x-should-retry"] == "false"


async def test_a_prompt_that_the_engine_refuses_is_the_programs_mistake(
    api: Api, program: httpx.AsyncClient
) -> None:
    api.engine.refuse["太长"] = ErrorCode.PROMPT_TOO_LONG
    error = wrong(await program.post(GENERATIONS, json={"prompt": "太长"}), 400)
    assert (error["type"], error["param"]) == ("invalid_request_error", "prompt")


async def test_a_cancelled_request_is_answered(api: Api, program: httpx.AsyncClient) -> None:
    api.drawing.clear()
    asked = asyncio.create_task(program.post(GENERATIONS, json={"prompt": PROMPT}))
    await eventually(lambda: tuple(api.engine.jobs))
    row = await api.store.admissions.latest("api:local", "local")
    assert row is not None
    await api.store.outcomes.cancel([row.id], "cli:1")
    api.news.moved(row.id)
    assert wrong(await asked, 409)["code"] == "cancelled"


async def test_the_same_key_is_the_same_picture(api: Api, program: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "order-17"}
    asked = {"prompt": PROMPT}
    replies = [
        (await program.post(GENERATIONS, json=asked, headers=headers)).json() for _ in range(2)
    ]
    assert replies[0]["zdraw"]["id"] == replies[1]["zdraw"]["id"]
    assert replies[0]["data"] == replies[1]["data"]
    assert len(api.engine.accepted) == 1


async def test_what_a_key_was_accepted_for_is_not_judged_again(
    api: Api, program: httpx.AsyncClient
) -> None:
    api.engine.loras = (LoraInfo(name="ink"),)
    api.engine.connect()
    await eventually(lambda: bool(api.loras.usable))
    asked = {"prompt": PROMPT, "loras": [{"name": "ink"}]}
    headers = {"idempotency-key": "order-17"}
    first = (await program.post(GENERATIONS, json=asked, headers=headers)).json()
    api.loras.take(())
    place = Address(platform="api", chat="local")
    await api.store.places.set_place(place, "", open_=False, by_fleet=True, act=act())
    again = await program.post(GENERATIONS, json=asked, headers=headers)
    assert again.status_code == 200
    assert again.json()["zdraw"]["id"] == first["zdraw"]["id"]
    other = await program.post(GENERATIONS, json={"prompt": "x"}, headers=headers)
    assert wrong(other, 422)["code"] == "idempotency_key_reused"
    assert wrong(await program.post(GENERATIONS, json={"prompt": "x"}), 403)["code"] == "closed"


async def test_two_who_wait_under_one_key_get_one_picture(
    api: Api, program: httpx.AsyncClient
) -> None:
    api.drawing.clear()
    headers = {"idempotency-key": "order-17"}
    asked = [
        asyncio.create_task(program.post(GENERATIONS, json={"prompt": PROMPT}, headers=headers))
        for _ in range(2)
    ]
    await eventually(lambda: tuple(api.engine.jobs))
    api.drawing.set()
    ids = {(await one).json()["zdraw"]["id"] for one in asked}
    assert len(ids) == len(api.engine.accepted) == 1


async def test_another_request_under_a_used_key_is_refused(program: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "order-17"}
    await program.post(GENERATIONS, json={"prompt": PROMPT}, headers=headers)
    answer = await program.post(GENERATIONS, json={"prompt": "另一个"}, headers=headers)
    assert wrong(answer, 422)["code"] == "idempotency_key_reused"


@pytest.mark.parametrize("key", ["", "两", "x" * 256])
async def test_a_key_that_is_none_is_refused(program: httpx.AsyncClient, key: str) -> None:
    headers = [(b"idempotency-key", key.encode())]
    answer = await program.post(GENERATIONS, json={"prompt": PROMPT}, headers=headers)
    assert wrong(answer, 400)["param"] == "Idempotency-Key"


async def test_who_goes_away_takes_nothing_back(api: Api, program: httpx.AsyncClient) -> None:
    api.drawing.clear()
    headers = {"idempotency-key": "order-17"}
    asked = asyncio.create_task(program.post(GENERATIONS, json={"prompt": PROMPT}, headers=headers))
    await eventually(lambda: tuple(api.engine.jobs))
    asked.cancel()
    await asyncio.gather(asked, return_exceptions=True)
    api.drawing.set()
    answer = await program.post(GENERATIONS, json={"prompt": PROMPT}, headers=headers)
    assert answer.status_code == 200
    row = await api.store.admissions.get(answer.json()["zdraw"]["id"])
    assert row is not None
    assert row.outcome is Outcome.FINISHED
    assert len(api.engine.accepted) == 1


@pytest.mark.parametrize(("key", "again"), [("order-17", "true"), (None, "false")])
async def test_who_waits_when_zdraw_stops_is_told_to_come_again_where_that_is_safe(
    api: Api, program: httpx.AsyncClient, key: str | None, again: str
) -> None:
    api.drawing.clear()
    headers = {"idempotency-key": key} if key else {}
    asked = asyncio.create_task(program.post(GENERATIONS, json={"prompt": PROMPT}, headers=headers))
    await eventually(lambda: tuple(api.engine.jobs))
    api.service.let_go()
    answer = await asked
    assert wrong(answer, 503)["code"] == "shutting_down"
    assert answer.headers["x-should-retry"] == again


async def test_a_picture_whose_file_is_gone_is_said(api: Api, program: httpx.AsyncClient) -> None:
    headers = {"idempotency-key": "order-17"}
    first = await program.post(GENERATIONS, json={"prompt": PROMPT}, headers=headers)
    row = await api.store.admissions.get(first.json()["zdraw"]["id"])
    assert row is not None
    api.pictures.path(row.pictures[0]).unlink()
    again = await program.post(GENERATIONS, json={"prompt": PROMPT}, headers=headers)
    assert wrong(again, 410)["code"] == "picture_gone"


async def test_a_forgotten_picture_is_gone_under_its_key_too(
    api: Api, program: httpx.AsyncClient
) -> None:
    headers = {"idempotency-key": "order-17"}
    first = await program.post(GENERATIONS, json={"prompt": PROMPT}, headers=headers)
    drawn = first.json()["zdraw"]["id"]
    assert await api.store.deliveries.sending(drawn)
    await api.store.deliveries.delivered(drawn)
    await api.store.forgetting.forget("api:local", drawn, instead="")
    assert await api.store.forgetting.let_go(10)
    again = await program.post(GENERATIONS, json={"prompt": PROMPT}, headers=headers)
    assert wrong(again, 410)["code"] == "picture_gone"


async def test_health_and_figures(api: Api, program: httpx.AsyncClient) -> None:
    await eventually(lambda: api.news.engine_ready)
    assert (await program.get("/healthz")).json() == {"status": "ok", "engine": "ready"}
    await program.post(GENERATIONS, json={"prompt": PROMPT, "n": 2})

    async def counted() -> bool:
        text = (await program.get("/metrics")).text
        return 'zdraw_generations_total{outcome="finished",platform="api"} 1.0' in text

    await eventually(counted)
    text = (await program.get("/metrics")).text
    assert "zdraw_pictures_total 2.0" in text
    assert "zdraw_queue_depth 0.0" in text
    assert "zdraw_engine_ready 1.0" in text
    assert "zdraw_generation_seconds_count 1.0" in text
    assert "zdraw_wait_seconds_count 1.0" in text
    # What the engine counts stands behind it, and is left out while it is away.
    assert text.endswith("zdraw_engine_fake 1.0\n")
    api.engine.connected = False
    assert "zdraw_engine_fake" not in (await program.get("/metrics")).text


async def test_loras_are_named_with_or_without_a_weight(
    api: Api, program: httpx.AsyncClient
) -> None:
    api.engine.loras = (LoraInfo(name="ink", title="水墨", weight=0.8), LoraInfo(name="gold"))
    api.engine.connect()
    await eventually(lambda: bool(api.loras.usable))
    asked = {"prompt": PROMPT, "loras": [{"name": "水墨"}, {"name": "gold", "weight": -1}]}
    answer = await program.post(GENERATIONS, json=asked)
    row = await api.store.admissions.get(answer.json()["zdraw"]["id"])
    assert row is not None
    assert row.spec.loras == (Lora(name="ink", weight=0.8), Lora(name="gold", weight=-1))
    error = wrong(await program.post(GENERATIONS, json=asked | {"loras": [{"name": "goldd"}]}), 400)
    assert (error["code"], error["param"]) == ("invalid_value", "loras")
    assert error["message"] == "There is no LoRA called “goldd”. Did you mean gold?"
