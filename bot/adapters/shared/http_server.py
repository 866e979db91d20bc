"""An HTTP server inside the bot's own event loop."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from bot.core.errors import StartupError


class HttpServer(uvicorn.Server):
    """Leaves the process's signals to bot/bootstrap.py."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def serve_until_cancelled(
        self, listener: socket.socket, let_go: Callable[[], None]
    ) -> None:
        """`let_go` ends what would not end by itself, before connections are closed."""
        serving = asyncio.create_task(self.serve(sockets=[listener]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            # Cancelled in the middle it would log a traceback; asked, it ends.
            let_go()
            self.should_exit = True
            await serving
            raise


def listen(host: str, port: int, advice: str) -> socket.socket:
    """From here on a client waits for its answer instead of being refused. Raises StartupError
    when the port cannot be used, with `advice`: which setting to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen()
    except OSError as error:
        listener.close()
        raise StartupError(
            f"port {port} on {host} cannot be used ({error.strerror}); {advice}",
            os.EX_UNAVAILABLE,
        ) from None
    return listener
