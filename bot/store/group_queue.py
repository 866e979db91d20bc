"""The queue by groups, over SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, func, insert, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.generation import Generation, Outcome
from bot.core.group_queue import Group, Standing
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.books import Books
from bot.store.conditions import is_live, is_queued, is_running, served_order
from bot.store.database import Database
from bot.store.house_tables import clearings
from bot.store.rows import generation_of
from bot.store.tables import generations

_row, _wish = generations.c, clearings.c


def _is_of(group: Group) -> ColumnElement[bool]:
    if group is None:
        return true()
    return and_(_row.platform == group[0], _row.scope == group[1])


class SqlGroupQueue:
    """Implements bot.core.group_queue.GroupQueue."""

    def __init__(self, database: Database, clock: Clock, books: Books) -> None:
        self._database = database
        self._clock = clock
        self._books = books

    async def standing(self, group: Group) -> Standing:
        last = select(func.max(_row.serial)).scalar_subquery()
        query = select(func.count(), func.coalesce(last, 0)).where(is_queued(_row), _is_of(group))
        async with self._database.read() as connection:
            count, up_to = (await connection.execute(query)).one()
        return Standing(count=count, up_to=up_to)

    async def live(self, group: Group, *, skip: int, limit: int) -> Sequence[Generation]:
        order = (is_running(_row).desc(), *served_order(_row))
        query = select(generations).where(is_live(_row), _is_of(group)).order_by(*order)
        async with self._database.read() as connection:
            rows = await connection.execute(query.offset(skip).limit(limit))
            return [generation_of(row) for row in rows.mappings()]

    async def clear(self, group: Group, up_to: int, act: Act) -> None:
        platform, scope = group or (None, None)
        wish = {"event_key": act.event_key, "platform": platform, "scope": scope, "up_to": up_to}
        async with self._database.write() as connection:
            if await record(connection, act, self._clock()):
                await connection.execute(insert(clearings).values(wish))

    async def clear_on(self, limit: int) -> Sequence[str]:
        oldest = select(clearings).order_by(_wish.serial).limit(1)
        async with self._database.read() as connection:
            if (await connection.execute(oldest)).first() is None:
                return ()
        async with self._database.write() as connection:
            while (wish := (await connection.execute(oldest)).one_or_none()) is not None:
                group = None if wish.scope is None else (wish.platform, wish.scope)
                cleared = await self._clear_some(connection, group, wish, limit)
                if cleared:
                    return cleared
                await connection.execute(delete(clearings).where(_wish.serial == wish.serial))
        return ()

    async def _clear_some(
        self, connection: AsyncConnection, group: Group, wish: Row[Any], limit: int
    ) -> Sequence[str]:
        first = (
            select(_row.serial)
            .where(is_queued(_row), _row.serial <= wish.up_to, _is_of(group))
            .order_by(*served_order(_row))
            .limit(limit)
        )
        move = (
            update(generations)
            .where(is_queued(_row), _row.serial.in_(first))
            .values(outcome=Outcome.CANCELLED, ended_by=wish.event_key, finished_ms=self._clock())
            .returning(_row.id)
        )
        cleared = list((await connection.execute(move)).scalars())
        if cleared:
            await self._books.refund(connection, cleared)
        return cleared

    async def cleared(self, event_key: str) -> int:
        query = select(func.count()).select_from(generations).where(_row.ended_by == event_key)
        async with self._database.read() as connection:
            count: int = (await connection.execute(query)).scalar_one()
        return count
