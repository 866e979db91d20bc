"""Deliveries over SQL: the rows as the deliverer moves them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Insert, exists, insert, literal, select, update

from bot.core.generation import TERMINAL, Delivery, Generation
from bot.core.ports import Clock
from bot.store.books import Books
from bot.store.conditions import is_live, is_untold
from bot.store.database import Database
from bot.store.rows import generation_of
from bot.store.tables import Milliseconds, generations, removals

_row = generations.c


class SqlDeliveries:
    """Implements bot.core.ports.Deliveries."""

    def __init__(self, database: Database, clock: Clock, books: Books) -> None:
        self._database = database
        self._clock = clock
        self._books = books

    async def undelivered(self, silent: Collection[str] = ()) -> Sequence[str]:
        """Oldest first."""
        query = select(_row.id).where(is_untold(_row)).order_by(_row.serial)
        if silent:
            query = query.where(~(is_live(_row) & _row.platform.in_(silent)))
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def sending(self, generation_id: str) -> Generation | None:
        move = (
            update(generations)
            .where(_row.id == generation_id, _row.outcome.in_(TERMINAL), is_untold(_row))
            .values(delivery=Delivery.SENDING)
            .returning(generations)
        )
        # Lost with the power it is PENDING, and delivered all the same.
        async with self._database.write(durable=False) as connection:
            row = (await connection.execute(move)).mappings().one_or_none()
        return None if row is None else generation_of(row)

    async def record_status(self, generation_id: str, message: str) -> None:
        record = update(generations).where(_row.id == generation_id).values(status_message=message)
        async with self._database.write() as connection:
            await connection.execute(record)
            await connection.execute(_take_away_if_removed(generation_id, self._clock()))

    async def delivered(self, generation_id: str) -> bool:
        return await self._settle(generation_id, delivery=Delivery.DONE)

    async def undeliverable(self, generation_id: str, reason: str) -> bool:
        return await self._settle(
            generation_id, delivery=Delivery.UNDELIVERABLE, undeliverable_reason=reason
        )

    async def _settle(self, generation_id: str, **values: Any) -> bool:
        move = (
            update(generations)
            .where(_row.id == generation_id, _row.delivery == Delivery.SENDING)
            .values(delivered_ms=self._clock(), **values)
        )
        async with self._database.write() as connection:
            price = (await connection.execute(move.returning(_row.price))).scalar_one_or_none()
            if price:
                # What failed or was cancelled was refunded at once.
                await self._books.settle(connection, [generation_id])
            return price is not None


def _take_away_if_removed(generation_id: str, now: int) -> Insert:
    """🗑 was pressed while the platform was asked for the message."""
    removed = exists().where(removals.c.generation_id == generation_id)
    moment = literal(now, Milliseconds)
    message = select(_row.id, _row.platform, _row.chat, _row.status_message, moment)
    return insert(removals).from_select(
        ["generation_id", "platform", "chat", "message", "created_ms"],
        message.where(_row.id == generation_id, removed),
    )
