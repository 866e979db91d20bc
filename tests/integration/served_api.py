"""The HTTP API for tests that are no coroutines: those that generate what they ask for."""

import asyncio
import threading
from pathlib import Path

from tests.integration.api_life import api_in, listening


class ServedApi:
    """The API with an engine that draws at once, in a thread and an event loop of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self.url = ""

    def __enter__(self) -> str:
        self._thread.start()
        assert self._ready.wait(30)
        return self.url

    def __exit__(self, *_error: object) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(30)

    async def _serve(self) -> None:
        self._loop, self._over = asyncio.get_running_loop(), asyncio.Event()
        async with api_in(self._folder, queued=1000) as api, listening(api) as self.url:
            self._ready.set()
            await self._over.wait()
