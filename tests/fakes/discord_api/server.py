"""HTTP and WebSockets around handlers, on one loopback port, with connections that can break."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from aiohttp import ClientError, web

from tests.fakes.discord_api.body import read_body
from tests.fakes.discord_api.errors import ApiError
from tests.fakes.discord_api.requests import Call
from tests.fakes.wire import server as wire

API = "/api/v10"


@dataclass(frozen=True)
class Reply:
    """Content-Type is exactly this, without a charset: discord.py takes nothing else for JSON."""

    status: int
    body: bytes = b""
    content_type: str = "application/json"
    headers: dict[str, str] = field(default_factory=dict)


#: The reply, or None to break the connection.
RestHandler = Callable[[Call], Awaitable[Reply | None]]
SocketHandler = Callable[[web.Request], Awaitable[web.StreamResponse]]
FileHandler = Callable[[str], Reply]
BadBody = Callable[[Call, ApiError], Reply]


class Server(wire.Server):
    """Discord's REST, its gateway and its files."""

    def __init__(
        self,
        rest: RestHandler,
        bad_body: BadBody,
        gateway: SocketHandler,
        files: FileHandler,
        port: int,
    ) -> None:
        super().__init__("discord", port)
        self._rest_handler = rest
        self._bad_body = bad_body
        self._gateway = gateway
        self._files = files
        self._runner = web.AppRunner(
            self._application(),
            access_log=None,
            handle_signals=False,
            shutdown_timeout=0.01,
            # Longer than clients keep idle connections, or both give one up at the same moment.
            keepalive_timeout=75,
        )

    async def open(self) -> None:
        await self._runner.setup()
        await web.SockSite(self._runner, self.socket, backlog=2048).start()

    async def close(self) -> None:
        assert self._runner.server is not None
        for connection in tuple(self._runner.server.connections):
            if connection.transport is not None:
                connection.transport.abort()
        await self._runner.cleanup()

    def _application(self) -> web.Application:
        app = web.Application(client_max_size=1 << 30)
        app.router.add_route("*", API + "/{path:.*}", self._rest)
        app.router.add_get("/gateway", self._gateway)
        app.router.add_get("/gateway/resume", self._gateway)
        app.router.add_get("/attachments/{path:.*}", self._download)
        return app

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        call = Call(
            request.method,
            request.path.removeprefix(API),
            dict(request.query),
            request.headers.get("Authorization", ""),
        )
        reply: Reply | None
        try:
            call.body = await read_body(request)
        except ApiError as error:
            reply = self._bad_body(call, error)
        except (OSError, ClientError, web.HTTPException):
            # The bot was killed in the middle of an upload: nobody is there to hear of it.
            reply = None
        else:
            reply = await self._rest_handler(call)
        if reply is None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response(status=500)
        return _response(reply)

    async def _download(self, request: web.Request) -> web.StreamResponse:
        return _response(self._files(request.path))


def _response(reply: Reply) -> web.Response:
    if reply.status == 204:
        return web.Response(status=204, headers=reply.headers)
    headers = reply.headers | {"Content-Type": reply.content_type}
    return web.Response(body=reply.body, status=reply.status, headers=headers)
