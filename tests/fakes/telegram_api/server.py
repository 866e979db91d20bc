"""HTTP around a handler: FastAPI served by uvicorn's protocol, with connections that can break."""

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tests.fakes.telegram_api.params import Params, Upload

#: (token, method, parameters) -> the response, or None to break the connection.
Handler = Callable[[str, str, Params], Awaitable[Response | None]]
Peer = tuple[str, int]
MAX_UPLOAD_BYTES = 50 * 1024 * 1024


class Server:
    """Serves in a thread of its own, so that a blocked test loop is not a blocked Telegram."""

    def __init__(self, handler: Handler, files: Callable[[str, str], Response], port: int) -> None:
        self._connections: dict[Peer, _Protocol] = {}
        self._app = _application(handler, files, self._connections)
        self._loop = asyncio.new_event_loop()
        # The protocol is named because asyncio sets TCP_NODELAY only then: 40 ms an answer.
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind(("127.0.0.1", port))
        self.port: int = self._socket.getsockname()[1]
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="fake-telegram", daemon=True)

    def start(self) -> None:
        self._thread.start()
        self._ready.wait()

    def stop(self) -> None:
        """Break all connections, as if the machine had gone away."""
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        state = ServerState()
        server = self._loop.run_until_complete(self._listen(state))
        self._ready.set()
        self._loop.run_forever()
        server.close()
        for connection in tuple(state.connections):
            connection.transport.abort()
        self._loop.run_until_complete(_cancel_all())
        self._loop.close()

    async def _listen(self, state: ServerState) -> asyncio.Server:
        config = uvicorn.Config(
            self._app,
            lifespan="off",
            log_config=None,
            access_log=False,
            ws="none",
            # Longer than clients keep idle connections, or both give one up at the same moment.
            timeout_keep_alive=75,
        )
        config.load()
        return await self._loop.create_server(
            lambda: _Protocol(self._connections, config=config, server_state=state, app_state={}),
            sock=self._socket,
            backlog=2048,
        )


async def _cancel_all() -> None:
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _application(
    handler: Handler, files: Callable[[str, str], Response], connections: "dict[Peer, _Protocol]"
) -> FastAPI:
    app = FastAPI(openapi_url=None)

    async def call(request: Request, token: str, method: str) -> Response:
        if int(request.headers.get("content-length", 0)) > MAX_UPLOAD_BYTES:
            body = b'{"ok":false,"error_code":413,"description":"Request Entity Too Large"}'
            return Response(body, 413, media_type="application/json")
        try:
            response = await handler(token, method, await _params(request))
        except (asyncio.CancelledError, ClientDisconnect):
            # The server stops, or the bot was killed in the middle of an upload: nobody is there
            # to hear what uvicorn would say about it.
            response = None
        return response or _Broken(connections)

    async def download(token: str, path: str) -> Response:
        return files(token, path)

    app.add_api_route("/file/bot{token}/{path:path}", download, methods=["GET"])
    app.add_api_route("/bot{token}/{method}", call, methods=["GET", "POST"])
    return app


async def _params(request: Request) -> Params:
    fields = dict(request.query_params)
    files: dict[str, Upload] = {}
    async with request.form() as form:
        for name, value in form.items():
            if isinstance(value, UploadFile):
                content = await value.read()
                files[name] = Upload(value.filename or "", value.content_type or "", content)
            else:
                fields[name] = value
    return Params(fields, files)


class _Protocol(H11Protocol):
    """uvicorn's protocol, which can also be found by its client's address and be cut."""

    def __init__(self, connections: dict[Peer, "_Protocol"], **options: Any) -> None:
        super().__init__(**options)
        self._open = connections
        self._lost = asyncio.Event()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        assert self.client is not None
        self._open[self.client] = self

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        assert self.client is not None
        self._open.pop(self.client, None)
        self._lost.set()

    async def cut(self) -> None:
        """Reset the connection. uvicorn answers with a 500 unless it has seen the loss."""
        self.transport.abort()
        await self._lost.wait()


class _Broken(Response):
    """No answer at all: the connection is reset."""

    def __init__(self, connections: dict[Peer, _Protocol]) -> None:
        super().__init__()
        self._connections = connections

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        protocol = self._connections.get(tuple(scope["client"]))
        if protocol is not None:
            await protocol.cut()
