"""Follow one generation until it has ended: for a page or a terminal that waits."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import suppress

from bot.core.generation import TERMINAL, Generation
from bot.core.news import News
from bot.core.ports import Admissions

#: Moves made by another process are seen after this long.
LOOK_SECONDS = 0.25


async def watch(
    generation_id: str, *, admissions: Admissions, news: News
) -> AsyncGenerator[Generation, None]:
    """The row now, and again whenever it may have moved; the last one yielded has ended."""
    moved = asyncio.Event()
    stop_listening = news.watch(lambda moved_id: moved.set() if moved_id == generation_id else None)
    try:
        while True:
            moved.clear()
            generation = await admissions.get(generation_id)
            if generation is None:
                return
            yield generation
            if generation.outcome in TERMINAL:
                return
            # Not wait_for: in Python 3.11 it swallows a cancellation that comes with the word.
            with suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await moved.wait()
    finally:
        stop_listening()
