"""Bans and word rules hold for programs too, each told in the form of its API."""

from typing import Any

import httpx

from bot.core.moderation.area import EVERYTHING
from bot.core.moderation.bans import Ban
from bot.core.moderation.matcher import WordRule
from tests.builders import act
from tests.integration.api_life import GENERATIONS, Api
from tests.unit.http_api.workflows import workflow


async def asked(program: httpx.AsyncClient, prompt: str) -> tuple[httpx.Response, httpx.Response]:
    """The answers of OpenAI's API and of ComfyUI's."""
    return (
        await program.post(GENERATIONS, json={"prompt": prompt}),
        await program.post("/prompt", json={"prompt": workflow(n6={"text": prompt})}),
    )


async def test_who_is_banned_draws_nothing_and_is_told_until_when(
    api: Api, program: httpx.AsyncClient
) -> None:
    until = api.store.clock() + 60_000
    ban = Ban(person="api:local", area=EVERYTHING, until_ms=until, reason="flooding")
    await api.store.bans.ban(ban, act())
    openai, comfyui = await asked(program, "一个圆")
    assert (openai.status_code, comfyui.status_code) == (403, 403)
    for answer in (openai, comfyui):
        message: str = answer.json()["error"]["message"]
        assert "You are banned" in message
        assert "flooding" in message
    assert openai.json()["error"]["code"] == "banned"
    assert openai.headers["x-should-retry"] == "false"
    assert await api.store.records.waiting_in_all() == 0


async def test_a_forbidden_word_is_named_and_the_prompt_is_blamed(
    api: Api, program: httpx.AsyncClient
) -> None:
    await api.store.words.add(EVERYTHING, [WordRule(text="大炮")], act())
    openai, comfyui = await asked(program, "一门大 炮")
    error: dict[str, Any] = openai.json()["error"]
    assert (openai.status_code, comfyui.status_code) == (400, 400)
    assert (error["code"], error["param"]) == ("content_policy_violation", "prompt")
    assert "大炮" in error["message"]
    (wrong,) = comfyui.json()["node_errors"]["6"]["errors"]
    assert "大炮" in wrong["details"]
