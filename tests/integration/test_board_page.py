"""The board's page without a browser: what it does when something goes wrong, and at the end."""

import asyncio
from types import SimpleNamespace
from typing import Any

import structlog
from structlog.testing import capture_logs
from structlog.typing import EventDict

from bot.adapters.board.page import Page
from bot.core.news import News
from bot.core.replies import reply
from engine.profiles import profile_named

PROMPT = "一个红色的圆"


def page(draw: Any, **parts: Any) -> Page:
    nothing: Any = SimpleNamespace()
    defaults: dict[str, Any] = {"cards": nothing, "admissions": nothing, "pictures": nothing}
    return Page(
        draw=draw,
        news=News(),
        profile=profile_named("demo"),
        telegram=True,
        log=structlog.get_logger("bot"),
        **(defaults | parts),
    )


async def shown(of: Page) -> list[str]:
    return [status async for _, status in of.answer(PROMPT)]


async def test_unexpected_failure_is_a_sentence_and_a_log_line_without_the_prompt() -> None:
    async def draw(*_: object) -> None:
        raise RuntimeError(f"no room for {PROMPT}")

    logged: list[EventDict]
    with capture_logs() as logged:
        assert await shown(page(draw)) == [f"<div>{reply('internal_error', 'zh')}</div>"]
    (line,) = logged
    assert (line["event"], line["error"]) == ("board_request_failed", "RuntimeError")
    assert PROMPT not in str(line)


async def test_stop_ends_the_waiting_and_returns_when_nobody_looks_at_rows_any_more() -> None:
    looks: list[str] = []
    looked = asyncio.Event()

    async def draw(*_: object) -> SimpleNamespace:
        return SimpleNamespace(generation=SimpleNamespace(id="k3x"))

    async def get(generation_id: str) -> SimpleNamespace:
        looks.append(generation_id)
        looked.set()
        return SimpleNamespace(id="k3x", outcome="queued")

    async def live(_: object) -> SimpleNamespace:
        return SimpleNamespace(text="⏳")

    waiting = page(draw, admissions=SimpleNamespace(get=get), cards=SimpleNamespace(live=live))
    answer = asyncio.create_task(shown(waiting))
    await looked.wait()
    await waiting.stop()
    so_far = len(looks)
    await answer
    assert len(looks) == so_far


async def test_stop_with_nobody_waiting_returns_at_once() -> None:
    async with asyncio.timeout(0.1):
        await page(None).stop()
