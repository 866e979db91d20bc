"""A program that floods the queue holds up nobody in a chat."""

import asyncio
from collections import Counter
from pathlib import Path

import pytest

from bot.adapters.http_api.gate import AT_ONCE
from bot.adapters.http_api.rate import Rate
from tests.builders import address
from tests.integration.api_life import GENERATIONS, api_in
from tests.integration.waiting import eventually

FLOOD = 60


async def test_requests_that_come_together_begin_turn_by_turn(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, begun = 0, Counter[int]()

    async def count_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    async with api_in(tmp_path) as api:
        program = await api.program()
        monkeypatch.setattr(Rate, "take", lambda *_: begun.update([turn]) or 0.0)
        turns = asyncio.create_task(count_turns())
        await asyncio.gather(*(program.get("/v1/models") for _ in range(FLOOD)))
        turns.cancel()
    assert begun.total() == FLOOD
    assert max(begun.values()) <= AT_ONCE


async def test_a_chat_is_served_next_while_a_token_floods_the_queue(tmp_path: Path) -> None:
    async with api_in(tmp_path, host="0.0.0.0", queued=1000) as api:
        api.drawing.clear()
        program = await api.program(await api.tokens.make("greedy"))
        asked = [
            asyncio.create_task(program.post(GENERATIONS, json={"prompt": "一个圆"}))
            for _ in range(FLOOD)
        ]

        async def all_wait() -> bool:
            return await api.store.records.waiting_in_all() == FLOOD

        await eventually(all_wait, 30)
        held = api.engine.capacity
        await eventually(lambda: len(api.engine.accepted) == held)
        (waiting,) = await api.store.jobs.head(1)
        row = await api.store.queued(requester="telegram:1", address=address(), spec=waiting.spec)
        api.news.moved(row.id)
        api.drawing.set()
        await asyncio.gather(*asked)
        order = [key.generation_id for key in api.engine.accepted]
        # What the engine had before stays first; then comes who had nothing waiting.
        assert order.index(row.id) <= held + 1
        assert len(order) == FLOOD + 1
        assert len(set(order)) == FLOOD + 1
