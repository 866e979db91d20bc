"""Serves the HTTP API inside the bot's own event loop."""

import asyncio
import time
from dataclasses import dataclass

import uvicorn
from starlette.types import ASGIApp

from bot.adapters.http_api.app import Health, Metrics, build_app
from bot.adapters.http_api.callers import LOOPBACK, Callers
from bot.adapters.http_api.gate import Gate
from bot.adapters.http_api.links import Links
from bot.adapters.http_api.meter import Meter
from bot.adapters.http_api.openai.images import Images
from bot.adapters.http_api.openai.models import Models
from bot.adapters.http_api.pictures import Album
from bot.adapters.http_api.rate import Rate
from bot.adapters.http_api.secret import ApiSecret
from bot.adapters.http_api.tokens import Tokens
from bot.adapters.http_api.waiting import Waiting
from bot.adapters.shared.http_server import HttpServer, listen
from bot.core.api_tokens import ApiTokens
from bot.core.cards import Cards
from bot.core.draw import Draw
from bot.core.log import Log
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.ports import Admissions, Clock, Pictures, Records
from bot.core.sources import Sources

ADVICE = "set ZDRAW_COMFYUI_PORT to another one, or to 0 for no API"
#: Programs connected at once; more are told to come again.
CONNECTIONS = 1000


@dataclass(frozen=True, kw_only=True)
class ApiParts:
    """What the API needs of the core."""

    draw: Draw
    sources: Sources
    cards: Cards
    admissions: Admissions
    records: Records
    pictures: Pictures
    news: News
    pace: Pace
    tokens: ApiTokens
    clock: Clock
    log: Log


class ApiServer:
    """The API until cancelled."""

    def __init__(
        self, parts: ApiParts, *, host: str, port: int, secret: ApiSecret, per_minute: int
    ) -> None:
        self._parts = parts
        self._host = host
        self._port = port
        self._secret = secret
        self._per_minute = per_minute

    async def run(self) -> None:
        """Raises StartupError when the port is taken."""
        parts = self._parts
        waiting = Waiting(admissions=parts.admissions, news=parts.news)
        meter = Meter(
            admissions=parts.admissions, records=parts.records, news=parts.news, pace=parts.pace
        )
        with listen(self._host, self._port, ADVICE) as listener:
            print(f"API: http://{self._shown}:{self._port}", flush=True)  # noqa: T201 - for people
            async with asyncio.TaskGroup() as tasks:
                counting = tasks.create_task(meter.run())
                try:
                    server = HttpServer(self.config(waiting, meter))
                    await server.serve_until_cancelled(listener, waiting.let_go)
                finally:
                    counting.cancel()

    def config(self, waiting: Waiting, meter: Meter) -> uvicorn.Config:
        """How it is served."""
        return uvicorn.Config(
            self.app(waiting, meter),
            log_config=None,
            # Its lines would hold what stands behind the ? of an address: tokens.
            access_log=False,
            server_header=False,
            ws="none",
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=1,
        )

    def app(self, waiting: Waiting, meter: Meter) -> ASGIApp:
        """The whole application."""
        parts = self._parts
        links = Links(self._secret, parts.clock)
        models = Models(parts.pace.profile, parts.clock())
        images = Images(
            draw=parts.draw,
            sources=parts.sources,
            cards=parts.cards,
            waiting=waiting,
            album=Album(admissions=parts.admissions, pictures=parts.pictures, links=links),
            links=links,
            models=models,
        )
        routers = [
            images.router(),
            models.router(),
            Health(parts.news).router(),
            Metrics(meter).router(),
        ]
        tokens = Tokens(secret=self._secret, rows=parts.tokens, clock=parts.clock)
        return Gate(
            build_app(routers),
            callers=Callers(tokens, loopback=self._host in LOOPBACK),
            rate=Rate(self._per_minute, time.monotonic),
            log=parts.log,
        )

    @property
    def _shown(self) -> str:
        return f"[{self._host}]" if ":" in self._host else self._host
