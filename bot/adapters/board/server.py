"""Serves the board on loopback, inside the bot's own event loop."""

import asyncio
import os
import socket
from pathlib import Path

import gradio
import uvicorn
from fastapi import FastAPI

from bot.adapters.board.page import Page
from bot.adapters.shared.http_server import HttpServer, listen
from bot.adapters.shared.same_origin import SameOrigin

HOST = "127.0.0.1"
ADVICE = "set ZDRAW_BOARD_PORT to another one, or to 0 for no board"


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
        with listen(HOST, self._port, ADVICE) as listener:
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
                css=self._page.css,
            )
            config = uvicorn.Config(
                SameOrigin(app), log_config=None, access_log=False, timeout_graceful_shutdown=1
            )
            print(f"画板 board: http://{HOST}:{self._port}", flush=True)  # noqa: T201 - for people
            await self._serve(HttpServer(config), listener)

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
