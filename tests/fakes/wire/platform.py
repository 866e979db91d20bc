"""A platform that can be started and stopped, and started again."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, Self

from tests.fakes.wire.server import Server


class Platform(ABC):
    """All state survives `stop()`; `start()` again listens on the same port."""

    port: int
    _server: Server | None = None

    @abstractmethod
    def make_server(self) -> Server:
        """On `port`, which is 0 for any that is free."""

    def start(self) -> Self:
        self._server = self.make_server()
        self.port = self._server.port
        self._server.start()
        return self

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_error: object) -> None:
        self.stop()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def until(self, happened: Callable[[], Any], seconds: float = 5.0) -> Any:
        """Wait for something to be true; returns it."""
        deadline = time.monotonic() + seconds
        while not (value := happened()):
            if time.monotonic() > deadline:
                raise AssertionError("it did not happen in time")
            await asyncio.sleep(0.005)
        return value
