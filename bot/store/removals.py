"""Removals over SQL: pictures taken away, and the messages that still have to go."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.chat_ports import Removal
from bot.core.errors import AlreadySeen
from bot.core.generation import TERMINAL, Delivery
from bot.core.ports import Clock
from bot.store.books import Books
from bot.store.database import Database
from bot.store.tables import events, generations, is_untold, notices, removals

_row = removals.c
_g = generations.c


class SqlRemovals:
    """Implements bot.core.chat_ports.Removals."""

    def __init__(self, database: Database, clock: Clock, books: Books) -> None:
        self._database = database
        self._clock = clock
        self._books = books

    async def remove(
        self, generation_id: str, copies: Sequence[tuple[str, str]], event_key: str
    ) -> bool:
        ended = select(generations).where(_g.id == generation_id, _g.outcome.in_(TERMINAL))
        async with self._database.write() as connection:
            seen = select(events.c.key).where(events.c.key == event_key)
            if (await connection.execute(seen)).one_or_none() is not None:
                raise AlreadySeen(event_key)
            row = (await connection.execute(ended)).mappings().one_or_none()
            if row is None:
                return False
            await self._record(connection, row, copies, event_key)
            await self._settle(connection, row)
        return True

    async def _record(
        self,
        connection: AsyncConnection,
        row: Mapping[Any, Any],
        copies: Sequence[tuple[str, str]],
        event_key: str,
    ) -> None:
        now, generation_id = self._clock(), row["id"]
        await connection.execute(
            insert(events).values(
                key=event_key, kind="remove", generation_id=generation_id, created_ms=now
            )
        )
        own = (row["chat"], row["status_message"])
        for chat, message in dict.fromkeys([own, *copies]):
            await connection.execute(
                insert(removals).values(
                    generation_id=generation_id,
                    platform=row["platform"],
                    chat=chat,
                    message=message,
                    created_ms=now,
                    # Where no message shows it there is nothing to do, but it is removed.
                    done_ms=now if message is None else None,
                )
            )

    async def _settle(self, connection: AsyncConnection, row: Mapping[Any, Any]) -> None:
        """What is on its way, the message and copies of it, is not shown any more."""
        now = self._clock()
        await connection.execute(
            update(generations)
            .where(_g.id == row["id"], is_untold(_g))
            .values(delivery=Delivery.DONE, delivered_ms=now)
        )
        await self._books.settle(connection, [row["id"]])
        files = [*row["pictures"], row["preview"]]
        await connection.execute(
            update(notices)
            .where(notices.c.said_ms.is_(None), notices.c.attachment["path"].as_string().in_(files))
            .values(said_ms=now)
        )

    async def removed(self, generation_id: str) -> bool:
        query = select(_row.serial).where(_row.generation_id == generation_id).limit(1)
        async with self._database.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def waiting(self, platforms: Sequence[str]) -> Sequence[Removal]:
        query = (
            select(_row.serial, _row.generation_id, _row.chat, _row.message)
            .where(_row.done_ms.is_(None), _row.platform.in_(platforms))
            .order_by(_row.serial)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings()
            return [Removal(**row) for row in rows]

    async def done(self, serial: int) -> None:
        mark = update(removals).where(_row.serial == serial).values(done_ms=self._clock())
        async with self._database.write() as connection:
            await connection.execute(mark)
