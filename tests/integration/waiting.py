"""Waiting for what loops in the background do, without guessing how long it takes."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any


async def eventually(look: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Call `look`, which may be async, until it returns something true, and return that.

    Raises TimeoutError, after much longer than it takes on a machine that has nothing else to do.
    """
    async with asyncio.timeout(seconds):
        while True:
            looked = look()
            found = await looked if isinstance(looked, Awaitable) else looked
            if found:
                return found
            await asyncio.sleep(0.005)
