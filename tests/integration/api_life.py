"""The HTTP API over real rows, with an engine that draws at once unless it is told to wait."""

import asyncio
import io
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import structlog
from PIL import Image

from bot.adapters.http_api.meter import Meter
from bot.adapters.http_api.secret import ApiSecret
from bot.adapters.http_api.server import ApiParts, ApiServer
from bot.adapters.http_api.tokens import Tokens
from bot.adapters.http_api.waiting import Waiting
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.dispatch import Dispatcher
from bot.core.draw import Draw
from bot.core.group_rules import GroupRules, RulesHere
from bot.core.moderation.gate import Gate
from bot.core.moderation.word_lists import WordLists
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.ports import Bounds
from bot.core.quota import QuotaDefaults
from bot.core.staff import Staff
from bot.store.database import Database
from bot.store.images import PictureFolder
from bot.store.sources import SourceFolder
from engine.profiles import profile_named
from tests.fakes.engine_link import FakeEngine
from tests.integration.dispatch_bench import working
from tests.integration.front_desk_life import Letters
from tests.stores import MEMORY, Store, store_over

PROFILE = profile_named("demo")
HERE = "http://127.0.0.1:8188"
GENERATIONS = "/v1/images/generations"


def a_png(size: tuple[int, int] = (32, 32)) -> bytes:
    """A real one, small."""
    encoded = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(encoded, "png")
    return encoded.getvalue()


@dataclass
class Api:
    """The API, who stands behind it, and programs that use it."""

    server: ApiServer
    store: Store
    engine: FakeEngine
    news: News
    draw: Draw
    cancel: Cancel
    tokens: Tokens
    meter: Meter
    waiting: Waiting
    pictures: PictureFolder
    stack: AsyncExitStack
    #: The engine draws what it is handed.
    drawing: asyncio.Event = field(default_factory=asyncio.Event)

    async def program(self, token: str | None = None, **options: Any) -> httpx.AsyncClient:
        """A client of this machine, or one with a token."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.server.app(self.waiting, self.meter)),
            base_url=options.pop("base_url", HERE),
            headers=headers | options.pop("headers", {}),
            **options,
        )
        return await self.stack.enter_async_context(client)

    async def paint(self) -> None:
        """What an engine does, for ever."""
        while True:
            await self.drawing.wait()
            for key in tuple(self.engine.jobs):
                self.engine.start(key)
                self.engine.finish(key)
            await asyncio.sleep(0.002)


@asynccontextmanager
async def api_in(
    folder: Path,
    *,
    host: str = "127.0.0.1",
    per_minute: int = 100_000,
    queued: int = 10,
    defaults: QuotaDefaults | None = None,
    setting: str | None = None,
) -> AsyncIterator[Api]:
    """The API in a state folder of its own."""
    news, pace, engine = News(), Pace(PROFILE), FakeEngine(png=a_png())
    pictures, log = PictureFolder(folder), structlog.get_logger("bot")
    sources = SourceFolder(pictures)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(MEMORY))
        store = store_over(database, defaults)
        rows: dict[str, Any] = {"admissions": store.admissions, "news": news}
        draw = Draw(
            **rows,
            tokens=Letters(),
            profile=PROFILE,
            pace=pace,
            bounds=Bounds(live_per_requester=queued, live_in_all=1000),
            rules=RulesHere(store.groups, GroupRules()),
            staff=Staff([], store.people),
            gate=Gate(admittance=store.admittance, lists=WordLists(store.words)),
            sources=sources,
        )
        secret = ApiSecret(folder, setting)
        parts = ApiParts(
            draw=draw,
            sources=sources,
            cards=Cards(**rows, pauses=store.pauses, pictures=pictures, pace=pace),
            admissions=store.admissions,
            records=store.records,
            pictures=pictures,
            news=news,
            pace=pace,
            tokens=store.api_tokens,
            clock=store.clock,
            log=log,
        )
        dispatcher = Dispatcher(
            link=engine,
            rows=store.jobs,
            outcomes=store.outcomes,
            pictures=pictures,
            news=news,
            pace=pace,
            clock=store.clock,
            log=log,
        )
        await stack.enter_async_context(working(dispatcher))
        engine.connect()
        api = Api(
            server=ApiServer(parts, host=host, port=0, secret=secret, per_minute=per_minute),
            store=store,
            engine=engine,
            news=news,
            draw=draw,
            cancel=Cancel(outcomes=store.outcomes, records=store.records, link=engine, news=news),
            tokens=Tokens(secret=secret, rows=store.api_tokens, clock=store.clock),
            meter=Meter(**rows, records=store.records, pace=pace),
            waiting=Waiting(**rows),
            pictures=pictures,
            stack=stack,
        )
        api.drawing.set()
        async with asyncio.TaskGroup() as tasks:
            loops = [tasks.create_task(work) for work in (api.paint(), api.meter.run())]
            try:
                yield api
            finally:
                for loop in loops:
                    loop.cancel()
