"""A program that floods the queue holds up nobody in a chat."""

import asyncio
from pathlib import Path

from tests.builders import address
from tests.integration.api_life import GENERATIONS, api_in
from tests.integration.waiting import eventually

FLOOD = 60


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
        (waiting,) = await api.store.jobs.head(1)
        row = await api.store.queued(requester="telegram:1", address=address(), spec=waiting.spec)
        held = len(api.engine.accepted)
        api.news.moved(row.id)
        api.drawing.set()
        await asyncio.gather(*asked)
        order = [key.generation_id for key in api.engine.accepted]
        # What the engine had before stays first; then comes who had nothing waiting.
        assert order.index(row.id) <= held + 1
        assert len(order) == FLOOD + 1
        assert len(set(order)) == FLOOD + 1
