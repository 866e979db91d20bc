"""The HTTP API over real rows, with an engine that draws at once unless it is told to wait."""

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import structlog
from PIL import Image

from bot.adapters.http_api.callers import LOOPBACK
from bot.adapters.http_api.secret import ApiSecret
from bot.adapters.http_api.server import served
from bot.adapters.http_api.service import ApiParts, Service
from bot.adapters.http_api.tokens import Tokens
from bot.adapters.shared.http_server import HttpServer, listen
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.dispatch import Dispatcher
from bot.core.draw import Draw
from bot.core.group_rules import GroupRules, RulesHere
from bot.core.loop_turns import LoopTurns
from bot.core.loras import Loras
from bot.core.moderation.gate import Gate
from bot.core.moderation.word_lists import WordLists
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.ports import Bounds
from bot.core.quota import QuotaDefaults
from bot.core.staff import Staff
from bot.core.uploads import Uploads
from bot.core.waits import Waits
from bot.store.database import Database
from bot.store.images import PictureFolder
from bot.store.sources import SourceFolder
from bot.store.upload_folder import UploadFolder
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

    make_service: Callable[[], Service]
    store: Store
    engine: FakeEngine
    news: News
    draw: Draw
    cancel: Cancel
    tokens: Tokens
    pictures: PictureFolder
    stack: AsyncExitStack
    loras: Loras
    #: The engine draws what it is handed.
    drawing: asyncio.Event = field(default_factory=asyncio.Event)
    #: The service at work.
    service: Service = field(init=False)
    _loops: list[asyncio.Task[None]] = field(default_factory=list)

    async def restart(self) -> None:
        """Another process, which remembers nothing, over the same rows."""
        await self.stop()
        self.service = self.make_service()
        self._loops = [asyncio.create_task(work) for work in self.service.loops()]

    async def stop(self) -> None:
        for loop in self._loops:
            loop.cancel()
        ended = await asyncio.gather(*self._loops, return_exceptions=True)
        assert all(isinstance(one, asyncio.CancelledError) for one in ended), ended

    async def program(self, token: str | None = None, **options: Any) -> httpx.AsyncClient:
        """A client of this machine, or one with a token."""
        headers = {"authorization": f"Bearer {token}"} if token else {}
        client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=self.service.app),
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
    always_token: bool = False,
) -> AsyncIterator[Api]:
    """The API in a state folder of its own."""
    news, pace, engine = News(), Pace(PROFILE), FakeEngine(png=a_png())
    pictures, log = PictureFolder(folder), structlog.get_logger("bot")
    sources, loras = SourceFolder(pictures), Loras()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(MEMORY))
        store = store_over(database, defaults)
        draw = Draw(
            admissions=store.admissions,
            records=store.records,
            news=news,
            tokens=Letters(),
            profile=PROFILE,
            pace=pace,
            bounds=Bounds(live_per_requester=queued, live_in_all=1000),
            rules=RulesHere(store.groups, GroupRules()),
            staff=Staff([], store.people),
            gate=Gate(admittance=store.admittance, lists=WordLists(store.words)),
            sources=sources,
            loras=loras,
        )
        secret = ApiSecret(folder, setting)
        cancel = Cancel(outcomes=store.outcomes, records=store.records, link=engine, news=news)
        parts = ApiParts(
            draw=draw,
            sources=sources,
            cancel=cancel,
            cards=Cards(
                waits=Waits(line=store.admissions, pace=pace, news=news),
                pauses=store.pauses,
                pictures=pictures,
                pace=pace,
                news=news,
            ),
            admissions=store.admissions,
            records=store.records,
            pictures=pictures,
            news=news,
            pace=pace,
            tokens=store.api_tokens,
            jobs=store.program_jobs,
            loras=loras,
            uploads=Uploads(UploadFolder(pictures), store.uploads, store.clock),
            sketches=engine,
            engine=engine,
            turns=LoopTurns(),
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
            loras=loras,
            clock=store.clock,
            log=log,
        )
        await stack.enter_async_context(working(dispatcher))
        engine.connect()
        api = Api(
            make_service=lambda: Service(
                parts,
                secret,
                local_without=host in LOOPBACK and not always_token,
                per_minute=per_minute,
            ),
            store=store,
            engine=engine,
            news=news,
            draw=draw,
            cancel=cancel,
            tokens=Tokens(secret=secret, rows=store.api_tokens, clock=store.clock),
            pictures=pictures,
            stack=stack,
            loras=loras,
        )
        api.drawing.set()
        await api.restart()
        painting = asyncio.create_task(api.paint())
        try:
            yield api
        finally:
            painting.cancel()
            await asyncio.gather(painting, return_exceptions=True)
            await api.stop()


@asynccontextmanager
async def listening(api: Api) -> AsyncIterator[str]:
    """Its address, for clients that need a real connection."""
    with listen("127.0.0.1", 0, "") as listener:
        server = HttpServer(served(api.service))
        serving = asyncio.create_task(server.serve_until_cancelled(listener, api.service.let_go))
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
