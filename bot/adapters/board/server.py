"""Serves the board on loopback, inside the bot's own event loop."""

import asyncio
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import gradio
import uvicorn
from fastapi import FastAPI

from bot.adapters.board.page import CSS, Page
from bot.adapters.board.same_origin import SameOrigin
from bot.core.errors import StartupError

HOST = "127.0.0.1"


class _Server(uvicorn.Server):
    """Leaves the process's signals to bot/bootstrap.py."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class BoardServer:
    """The board until cancelled."""

    def __init__(self, *, port: int, page: Page, state_dir: Path) -> None:
        self._port = port
        self._page = page
        self._state_dir = state_dir

    async def run(self) -> None:
        """Raises StartupError when the port is taken."""
        # Gradio keeps a copy of each picture it shows; not in a temp folder that others read.
        os.environ["GRADIO_TEMP_DIR"] = str((self._state_dir / "board").resolve())
        with self._listen() as listener:
            app = gradio.mount_gradio_app(
                FastAPI(openapi_url=None),
                self._page.build(),
                path="/",
                server_name=HOST,
                server_port=self._port,
                allowed_paths=[str((self._state_dir / "pictures").resolve())],
                footer_links=[],
                show_error=False,
                ssr_mode=False,
                css=CSS,
            )
            config = uvicorn.Config(
                SameOrigin(app), log_config=None, access_log=False, timeout_graceful_shutdown=1
            )
            print(f"画板 board: http://{HOST}:{self._port}", flush=True)  # noqa: T201 - for people
            await self._serve(_Server(config), listener)

    async def _serve(self, server: uvicorn.Server, listener: socket.socket) -> None:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            await asyncio.shield(serving)
        except asyncio.CancelledError:
            # Cancelled in the middle it would log a traceback; asked, it ends. An open page holds
            # a stream that never ends by itself, so it is let go first.
            await self._page.stop()
            server.should_exit = True
            for connection in tuple(server.server_state.connections):
                if connection.transport is not None:
                    connection.transport.close()
            await serving
            raise

    def _listen(self) -> socket.socket:
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, self._port))
            # From here on a browser waits for its answer instead of being refused.
            listener.listen()
        except OSError as error:
            listener.close()
            raise StartupError(
                f"port {self._port} on {HOST} cannot be used ({error.strerror}); "
                "set ZDRAW_BOARD_PORT to another one, or to 0 for no board",
                os.EX_UNAVAILABLE,
            ) from None
        return listener
