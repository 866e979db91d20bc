"""The Unix socket and the HTTP server on it."""

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn
from fastapi import FastAPI

#: Longer than any pause between two requests of a client that is at work.
_KEEP_ALIVE_SECONDS = 75


class Server(uvicorn.Server):
    """uvicorn without its signal handlers: the process has its own way to end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def listen(path: Path) -> socket.socket:
    """A socket at `path` that only this user can reach; a stale one is removed.

    The caller holds the launch lock, so that whatever is there is stale.
    """
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    # By umask and not by chmod afterwards: between the two anybody could connect.
    before = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(before)
    return listener


def server(app: FastAPI) -> Server:
    """A server for `app` that logs nothing of its own but errors."""
    return Server(
        uvicorn.Config(
            app,
            lifespan="off",
            access_log=False,
            log_config=None,
            log_level="error",
            ws="none",
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=1,
        )
    )
