"""An HTTP server inside the bot's own event loop."""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import uvicorn

from bot.core.errors import StartupError


class HttpServer(uvicorn.Server):
    """Leaves the process's signals to bot/bootstrap.py."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


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
