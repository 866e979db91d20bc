"""A child notices that its supervisor is gone."""

import asyncio
import os

from bot.parent import watch_parent


async def test_stop_is_asked_for_when_the_other_end_closes_and_not_before():
    reading, writing = os.pipe()
    stop = asyncio.Event()
    watch = asyncio.create_task(watch_parent(reading, stop))
    await asyncio.sleep(0)
    assert not stop.is_set()
    os.close(writing)
    await asyncio.wait_for(watch, 5)
    assert stop.is_set()
