"""Runs of the deliverer between real rows (SQLite) and a chat that the test can break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import text

from bot.core.cards import Cards
from bot.core.deliver import Deliverer
from bot.core.errors import DeliveryError, MessageGone
from bot.core.generation import Address, Delivery, Generation
from bot.core.messages import Card, Mark, Notice
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.ports import Messenger
from bot.core.quiet import QuietMode
from bot.core.waits import Waits
from bot.store.chats import SqlChatSettings
from bot.store.database import Database
from bot.store.deliveries import SqlDeliveries
from bot.store.generations import SqlAdmissions
from bot.store.images import PictureFolder
from bot.store.job_rows import SqlJobRows
from bot.store.outcomes import SqlOutcomes
from bot.store.pauses import SqlPauses
from engine.contract import ErrorCode
from engine.profiles import profile_named
from tests.builders import ManualClock, bounds, new_generation
from tests.integration.waiting import eventually
from tests.stores import books_of, sqlite_url

#: A platform where the row itself is the answer.
SILENT = "api"


@dataclass
class Chat:
    """A Messenger whose messages are in a dict; `trouble` is raised by the next calls."""

    messages: dict[str, Card] = field(default_factory=dict)
    pings: list[str] = field(default_factory=list)
    marks: list[Mark] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    trouble: dict[str, list[DeliveryError]] = field(default_factory=dict)
    reactions_pass: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.reactions_pass.set()

    def _call(self, name: str) -> None:
        self.calls.append(name)
        if self.trouble.get(name):
            raise self.trouble[name].pop(0)

    async def open(self, generation: Generation, card: Card) -> str:
        self._call("open")
        message = str(len(self.calls))
        self.messages[message] = card
        return message

    async def refresh(self, generation: Generation, card: Card) -> None:
        self._call("refresh")
        self._edit(generation, card)

    async def deliver(self, generation: Generation, card: Card) -> None:
        self._call("deliver")
        self._edit(generation, card)

    def _edit(self, generation: Generation, card: Card) -> None:
        if generation.status_message not in self.messages:
            raise MessageGone
        self.messages[generation.status_message] = card

    async def ping(self, generation: Generation, text: str) -> None:
        self._call("ping")
        self.pings.append(text)

    async def say(self, notice: Notice) -> None:
        self._call("say")

    async def react(self, address: Address, mark: Mark) -> None:
        self._call("react")
        await self.reactions_pass.wait()
        self.marks.append(mark)

    def pictures(self) -> list[Card]:
        return [card for card in self.messages.values() if card.picture is not None]


@dataclass
class Bench:
    """A deliverer that can be stopped and started like a process."""

    chat: Chat
    clock: ManualClock
    news: News
    admissions: SqlAdmissions
    rows: SqlJobRows
    outcomes: SqlOutcomes
    deliveries: SqlDeliveries
    pictures: PictureFolder
    database: Database
    settings: SqlChatSettings

    @property
    def pauses(self) -> SqlPauses:
        return SqlPauses(self.database, self.clock)

    @asynccontextmanager
    async def running(self, messenger: Messenger | None = None) -> AsyncIterator[None]:
        pace = Pace(profile_named("demo"))
        deliverer = Deliverer(
            admissions=self.admissions,
            deliveries=self.deliveries,
            messengers={name: messenger or self.chat for name in ("telegram", SILENT)},
            silent={SILENT},
            quiet=QuietMode(
                settings=self.settings,
                reactors={"telegram": self.chat},
                log=structlog.get_logger(),
            ),
            cards=Cards(
                waits=Waits(line=self.admissions, pace=pace, news=self.news),
                pauses=self.pauses,
                pictures=self.pictures,
                pace=pace,
                news=self.news,
            ),
            news=self.news,
            clock=self.clock,
            log=structlog.get_logger(),
        )
        task = asyncio.create_task(deliverer.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def admit(self, **changes: Any) -> Generation:
        admitted = await self.admissions.admit(new_generation(**changes), bounds())
        self.news.moved(admitted.generation.id)
        return admitted.generation

    async def finish(self, generation: Generation) -> None:
        started = await self.rows.start(generation.id, self.clock() + 15_000)
        assert started is not None
        assert await self.outcomes.finish(started.key, ["a.png"], "a.jpg")
        self.news.moved(generation.id)

    async def fail(self, generation: Generation) -> None:
        started = await self.rows.start(generation.id, self.clock() + 15_000)
        assert started is not None
        assert await self.outcomes.fail(started.key, ErrorCode.OUT_OF_MEMORY, {})
        self.news.moved(generation.id)

    async def settled(self, generation: Generation, delivery: Delivery) -> Generation:
        async def now() -> Generation | None:
            row = await self.admissions.get(generation.id)
            return row if row is not None and row.delivery is delivery else None

        found: Generation = await eventually(now)
        return found

    async def reason(self) -> str | None:
        """Why the only row is undeliverable."""
        async with self.database.read() as connection:
            query = text("SELECT undeliverable_reason FROM generations")
            found: str | None = (await connection.execute(query)).scalar_one()
        return found

    async def shown(self, generation: Generation) -> Generation:
        """Its status message is open and noted."""

        async def now() -> Generation | None:
            row = await self.admissions.get(generation.id)
            return row if row is not None and row.status_message is not None else None

        found: Generation = await eventually(now)
        return found


@asynccontextmanager
async def delivering(folder: Path) -> AsyncIterator[Bench]:
    """A deliverer to be started, with its database and pictures in `folder`."""
    clock = ManualClock()
    async with Database(sqlite_url(folder / "zdraw.db")) as database:
        yield Bench(
            chat=Chat(),
            clock=clock,
            news=News(),
            admissions=SqlAdmissions(database, clock, books_of(clock)),
            rows=SqlJobRows(database, clock),
            outcomes=SqlOutcomes(database, clock, books_of(clock)),
            deliveries=SqlDeliveries(database, clock, books_of(clock)),
            pictures=PictureFolder(folder),
            database=database,
            settings=SqlChatSettings(database, clock),
        )
