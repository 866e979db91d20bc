"""The whole store over one database, with the steps that tests take often.

In memory it opens in about 20 ms: tests of the core need no fake rows.
"""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.engine import URL

from bot.core.acts import Act
from bot.core.generation import Generation
from bot.core.messages import Notice
from bot.core.ports import Clock
from bot.core.quota import QuotaDefaults
from bot.store import store
from bot.store.accounts import Accounts
from bot.store.acts import record
from bot.store.books import Books
from bot.store.database import Database
from bot.store.notices import notice_of
from bot.store.tables import notices
from tests.builders import ManualClock, bounds, new_generation

MEMORY = "sqlite+aiosqlite:///:memory:"
LEASE_MS = 15_000


def sqlite_url(path: Path) -> str:
    """The URL of a database file."""
    return URL.create("sqlite+aiosqlite", database=str(path)).render_as_string()


@dataclass(frozen=True, kw_only=True)
class Store(store.Store):
    """With the steps that tests take often."""

    database: Database
    clock: ManualClock

    async def queued(self, **changes) -> Generation:
        admitted = await self.admissions.admit(new_generation(**changes), bounds())
        assert not admitted.duplicate
        return admitted.generation

    async def start(self, generation: Generation) -> Generation:
        started = await self.jobs.start(generation.id, self.clock() + LEASE_MS)
        assert started is not None
        return started

    async def running(self, **changes) -> Generation:
        return await self.start(await self.queued(**changes))

    async def finished(self, **changes) -> Generation:
        generation = await self.running(**changes)
        assert await self.outcomes.finish(generation.key, ["1.png"], "1.jpg")
        return await self.now(generation)

    async def told(self, generation: Generation) -> Generation:
        """Its requester knows of its end."""
        assert await self.deliveries.sending(generation.id) is not None
        assert await self.deliveries.delivered(generation.id)
        return await self.now(generation)

    async def forgotten(self, **changes) -> Generation:
        """One that was finished, told of and then forgotten; its files are still to go."""
        generation = await self.told(await self.finished(**changes))
        await self.forget(generation)
        return await self.now(generation)

    async def forget(self, up_to: Generation, *, instead: str = "") -> int:
        """All of its requester until then, at once; how many generations that were."""
        await self.forgetting.forget(up_to.requester, up_to.id, instead=instead)
        return await self.forgetting.let_go(1000)

    async def now(self, generation: Generation) -> Generation:
        stored = await self.admissions.get(generation.id)
        assert stored is not None
        return stored

    async def decided(self, act: Act) -> None:
        """A line of the audit, whatever it tells of."""
        async with self.database.write() as connection:
            assert await record(connection, act, self.clock())

    async def unsaid(self) -> list[Notice]:
        """What is still to be said, in all chats, oldest first."""
        query = select(notices).where(notices.c.said_ms.is_(None)).order_by(notices.c.serial)
        async with self.database.read() as connection:
            return [notice_of(row) for row in (await connection.execute(query)).mappings()]

    async def sql(self, statement: str, **values) -> list[tuple[Any, ...]]:
        """Go past the store: to look, or to try what it must not do."""
        async with self.database.write() as connection:
            result = await connection.execute(text(statement), values)
            return [tuple(row) for row in result] if result.returns_rows else []


def books_of(clock: Clock) -> Books:
    """In which nothing is limited."""
    return Books(clock, Accounts(clock, QuotaDefaults()))


def store_over(database: Database, defaults: QuotaDefaults | None = None) -> Store:
    """Nothing is limited, if nothing else is said."""
    clock = ManualClock()
    made = store.store_in(database, clock, defaults or QuotaDefaults())
    parts = {part.name: getattr(made, part.name) for part in fields(made)}
    return Store(database=database, clock=clock, **parts)
