"""HTTP around a handler: FastAPI served by uvicorn's protocol, with connections that can break."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import uvicorn
from fastapi import FastAPI, Request, Response
from starlette.datastructures import UploadFile
from starlette.requests import ClientDisconnect
from uvicorn.protocols.http.h11_impl import H11Protocol
from uvicorn.server import ServerState

from tests.fakes.telegram_api.params import Params, Upload
from tests.fakes.wire import server as wire

#: (token, method, parameters) -> the response, or None to break the connection.
Handler = Callable[[str, str, Params], Awaitable[Response | None]]
Peer = tuple[str, int]
MAX_UPLOAD_BYTES = 50 * 1024 * 1024


class Server(wire.Server):
    """The Bot API and its files."""

    def __init__(self, handler: Handler, files: Callable[[str, str], Response], port: int) -> None:
        super().__init__("telegram", port)
        self._connections: dict[Peer, _Protocol] = {}
        self._app = _application(handler, files, self._connections)
        self._state = ServerState()
        self._listener: asyncio.Server | None = None

    async def open(self) -> None:
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
        known, state = self._connections, self._state
        self._listener = await self.loop.create_server(
            lambda: _Protocol(known, config=config, server_state=state, app_state={}),
            sock=self.socket,
            backlog=2048,
        )

    async def close(self) -> None:
        assert self._listener is not None
        self._listener.close()
        for connection in tuple(self._state.connections):
            connection.transport.abort()


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

    # uvicorn narrows the type too.
    # asyncio gives a server of streams a Transport, which the base class does not say.
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
