"""Serves the HTTP API inside the bot's own event loop."""

import asyncio

import uvicorn

from bot.adapters.http_api.callers import LOOPBACK
from bot.adapters.http_api.secret import ApiSecret
from bot.adapters.http_api.service import ApiParts, Service
from bot.adapters.shared.http_server import HttpServer, listen

ADVICE = "set ZDRAW_COMFYUI_PORT to another one, or to 0 for no API"
#: Programs connected at once; more are told to come again.
CONNECTIONS = 1000
#: What clients say at a WebSocket is a few words. In bytes.
MAX_SOCKET_MESSAGE = 64 * 1024


class ApiServer:
    """The API until cancelled."""

    def __init__(
        self,
        parts: ApiParts,
        *,
        host: str,
        port: int,
        secret: ApiSecret,
        per_minute: int,
        always_token: bool,
    ) -> None:
        self._parts = parts
        self._host = host
        self._port = port
        self._secret = secret
        self._per_minute = per_minute
        self._always_token = always_token

    async def run(self) -> None:
        """Raises StartupError when the port is taken."""
        # In a thread: it takes longer than whoever is served already should wait.
        service, config = await asyncio.to_thread(self._made_ready)
        with listen(self._host, self._port, ADVICE) as listener:
            print(f"API: http://{self._shown}:{self._port}", flush=True)  # noqa: T201 - for people
            async with asyncio.TaskGroup() as tasks:
                loops = [tasks.create_task(work) for work in service.loops()]
                try:
                    server = HttpServer(config)
                    await server.serve_until_cancelled(listener, service.let_go)
                finally:
                    for loop in loops:
                        loop.cancel()

    def service(self) -> Service:
        """A fresh one."""
        return Service(
            self._parts,
            self._secret,
            local_without=self._host in LOOPBACK and not self._always_token,
            per_minute=self._per_minute,
        )

    def _made_ready(self) -> tuple[Service, uvicorn.Config]:
        """A fresh one, and how it is served: nothing is left to be made by the first request."""
        service = self.service()
        service.make_routes()
        config = served(service)
        config.load()
        return service, config

    @property
    def _shown(self) -> str:
        return f"[{self._host}]" if ":" in self._host else self._host


def served(service: Service) -> uvicorn.Config:
    """How it is served."""
    return uvicorn.Config(
        service.app,
        log_config=None,
        # Its lines would hold what stands behind the ? of an address: tokens.
        access_log=False,
        server_header=False,
        ws="websockets-sansio",
        ws_max_size=MAX_SOCKET_MESSAGE,
        limit_concurrency=CONNECTIONS,
        timeout_graceful_shutdown=1,
    )
