"""The HTTP API, put together: the application, and what runs behind it."""

import time
from collections.abc import Coroutine
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

from bot.adapters.http_api.app import Health, Metrics, build_app
from bot.adapters.http_api.callers import Callers
from bot.adapters.http_api.comfyui.api import ComfyUi, comfyui
from bot.adapters.http_api.gate import Gate
from bot.adapters.http_api.intake import Intake
from bot.adapters.http_api.links import Links
from bot.adapters.http_api.meter import Meter
from bot.adapters.http_api.openai.images import Images
from bot.adapters.http_api.openai.models import Models
from bot.adapters.http_api.pictures import Album
from bot.adapters.http_api.rate import Rate
from bot.adapters.http_api.secret import ApiSecret
from bot.adapters.http_api.tokens import Tokens
from bot.adapters.http_api.waiting import Waiting
from bot.core.api_tokens import ApiTokens
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.draw import Draw
from bot.core.figures import EngineMetrics
from bot.core.log import Log
from bot.core.loop_turns import LoopTurns
from bot.core.loras import Loras
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.picture_port import Pictures
from bot.core.ports import Admissions, Clock, Records
from bot.core.program_jobs import ProgramJobs
from bot.core.sketches import Sketches
from bot.core.sources import Sources
from bot.core.uploads import Uploads


@dataclass(frozen=True, kw_only=True)
class ApiParts:
    """What the API needs of the core."""

    draw: Draw
    sources: Sources
    cancel: Cancel
    cards: Cards
    admissions: Admissions
    records: Records
    pictures: Pictures
    news: News
    pace: Pace
    tokens: ApiTokens
    jobs: ProgramJobs
    uploads: Uploads
    loras: Loras
    sketches: Sketches
    engine: EngineMetrics
    turns: LoopTurns
    clock: Clock
    log: Log


class Service:
    """One run of the API."""

    def __init__(
        self, parts: ApiParts, secret: ApiSecret, *, local_without: bool, per_minute: int
    ) -> None:
        """`local_without`: see Callers."""
        self._parts = parts
        self._links = Links(secret, parts.clock)
        self._album = Album(admissions=parts.admissions, pictures=parts.pictures, links=self._links)
        self._waiting = Waiting(admissions=parts.admissions, news=parts.news)
        self._meter = Meter(
            admissions=parts.admissions,
            records=parts.records,
            news=parts.news,
            pace=parts.pace,
            engine=parts.engine,
            turns=parts.turns,
        )
        self._intake = Intake()
        self._comfyui = self._wired_comfyui()
        tokens = Tokens(secret=secret, rows=parts.tokens, clock=parts.clock)
        self._routes = build_app([*self._openai(), *self._health(), self._comfyui.router])
        self.app: ASGIApp = Gate(
            self._routes,
            callers=Callers(tokens, local_without=local_without),
            rate=Rate(per_minute, time.monotonic),
            log=parts.log,
        )

    def make_routes(self) -> None:
        """What FastAPI makes at the first request else, and the schema at the first look at it."""
        self._routes.openapi()

    def loops(self) -> list[Coroutine[Any, Any, None]]:
        """What must run for as long as the application does."""
        return [self._meter.run(), self._comfyui.narrator.run()]

    def let_go(self) -> None:
        """End what would not end by itself."""
        self._waiting.let_go()
        self._comfyui.hub.close()

    def _openai(self) -> list[Any]:
        parts = self._parts
        models = Models(parts.pace.profile, parts.clock())
        images = Images(
            draw=parts.draw,
            sources=parts.sources,
            intake=self._intake,
            cards=parts.cards,
            waiting=self._waiting,
            album=self._album,
            links=self._links,
            models=models,
        )
        return [images.router(), models.router()]

    def _health(self) -> list[Any]:
        return [Health(self._parts.news).router(), Metrics(self._meter).router()]

    def _wired_comfyui(self) -> ComfyUi:
        parts = self._parts
        return comfyui(
            draw=parts.draw,
            cancel=parts.cancel,
            cards=parts.cards,
            admissions=parts.admissions,
            jobs=parts.jobs,
            uploads=parts.uploads,
            sources=parts.sources,
            loras=parts.loras,
            news=parts.news,
            album=self._album,
            pictures=parts.pictures,
            intake=self._intake,
            sketches=parts.sketches,
            profile=parts.pace.profile,
            clock=parts.clock,
            log=parts.log,
        )
