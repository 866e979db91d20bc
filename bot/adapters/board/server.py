"""Serves the board inside the bot's own event loop."""

import asyncio
import os
import shutil
import socket
from pathlib import Path

import gradio
import uvicorn
from fastapi import FastAPI
from starlette.types import ASGIApp

from bot.adapters.board.gate import Gate
from bot.adapters.board.login import Login
from bot.adapters.board.page import Page
from bot.adapters.shared.http_server import HttpServer, listen

ADVICE = "set ZDRAW_BOARD_PORT to another one, or to 0 for no board"
#: Open pages hold one each; more are told to come again.
CONNECTIONS = 500


class BoardServer:
    """The board until cancelled."""

    def __init__(
        self,
        *,
        host: str,
        port: int,
        page: Page,
        beginnings: ASGIApp,
        login: Login | None,
        state_dir: Path,
    ) -> None:
        self._host = host
        self._port = port
        self._page = page
        self._beginnings = beginnings
        self._login = login
        self._pictures = (state_dir / "pictures").resolve()
        #: Gradio's own copies.
        self._copies = (state_dir / "board").resolve()
        self._config: uvicorn.Config | None = None

    async def run(self) -> None:
        """Raises StartupError when the port is taken."""
        with listen(self._host, self._port, ADVICE) as listener:
            server = HttpServer(self._config or self._configured())
            shown = f"[{self._host}]" if ":" in self._host else self._host
            print(f"画板 board: http://{shown}:{self._port}", flush=True)  # noqa: T201 - for people
            await self._serve(server, listener)

    def make_ready(self) -> None:
        """What takes long, before there is anybody who would have to wait for it."""
        self._config = self._configured()

    def _configured(self) -> uvicorn.Config:
        config = uvicorn.Config(
            self.app(),
            log_config=None,
            access_log=False,
            server_header=False,
            ws="none",
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=1,
        )
        config.load()
        return config

    def app(self) -> ASGIApp:
        """All of it."""
        # Gradio keeps a copy of each picture it shows; not in a temp folder that others read.
        os.environ["GRADIO_TEMP_DIR"] = str(self._copies)
        # What a process that was killed had no time to delete.
        shutil.rmtree(self._copies, ignore_errors=True)
        app = gradio.mount_gradio_app(
            FastAPI(openapi_url=None),
            self._page.build(),
            path="/",
            server_name=self._host,
            server_port=self._port,
            allowed_paths=[str(self._pictures)],
            footer_links=[],
            # It would keep prompts in the browser, and offers to send them away.
            run_history=False,
            enable_monitoring=False,
            show_error=False,
            ssr_mode=False,
            css=self._page.css,
        )
        return Gate(app, beginnings=self._beginnings, login=self._login, folders=[self._copies])

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
