"""Removals over SQL: pictures taken away, and the messages that still have to go."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import and_, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.chat_ports import Removal
from bot.core.generation import TERMINAL, Delivery
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.books import Books
from bot.store.conditions import is_untold
from bot.store.database import Database
from bot.store.event_rows import check_unseen, note
from bot.store.tables import generations, notices, removals

_row = removals.c
_g = generations.c
_n = notices.c


class SqlRemovals:
    """Implements bot.core.chat_ports.Removals."""

    def __init__(self, database: Database, clock: Clock, books: Books) -> None:
        self._database = database
        self._clock = clock
        self._books = books

    async def remove(
        self,
        generation_id: str,
        copies: Sequence[tuple[str, str]],
        event_key: str,
        *,
        instead: str | None = None,
        act: Act | None = None,
    ) -> bool:
        ended = select(generations).where(_g.id == generation_id, _g.outcome.in_(TERMINAL))
        async with self._database.write() as connection:
            await check_unseen(connection, event_key)
            row = (await connection.execute(ended)).mappings().one_or_none()
            if row is None:
                return False
            if act is not None:
                await record(connection, act, self._clock())
            await self._record(connection, row, copies, event_key)
            await self._settle(connection, row)
            await self._hush(connection, row, instead)
        return True

    async def _record(
        self,
        connection: AsyncConnection,
        row: Mapping[Any, Any],
        copies: Sequence[tuple[str, str]],
        event_key: str,
    ) -> None:
        now, generation_id = self._clock(), row["id"]
        await note(connection, event_key, "remove", generation_id, now)
        own = (row["chat"], row["status_message"])
        for chat, message in _apart([own, *copies]):
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
        """What is on its way is not delivered any more."""
        await connection.execute(
            update(generations)
            .where(_g.id == row["id"], is_untold(_g))
            .values(delivery=Delivery.DONE, delivered_ms=self._clock())
        )
        await self._books.settle(connection, [row["id"]])

    async def _hush(
        self, connection: AsyncConnection, row: Mapping[Any, Any], instead: str | None
    ) -> None:
        """Notices that bring copies are not said any more. Where a person is told until then that
        the bot is thinking, one of theirs says `instead`."""
        files, path = [*row["pictures"], row["preview"]], _n.attachment["path"].as_string()
        waiting = and_(_n.said_ms.is_(None), path.in_(files))
        if instead is not None:
            thinking = select(func.min(_n.serial)).where(waiting, _n.reply_token.is_not(None))
            firsts = thinking.group_by(_n.platform, _n.chat, _n.reply_token)
            words: dict[str, Any] = {"text": instead, "attachment": None, "buttons": [], "copy": ""}
            await connection.execute(update(notices).where(_n.serial.in_(firsts)).values(**words))
        await connection.execute(update(notices).where(waiting).values(said_ms=self._clock()))

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


def _apart(
    places: Sequence[tuple[str, str | None]],
) -> list[tuple[str, str | None]]:
    """Each message once. What stands before a colon says who wrote it and not which it is; whoever
    pressed its button does not know."""
    known: dict[tuple[str, str | None], tuple[str, str | None]] = {}
    for chat, message in places:
        number = message and message.rpartition(":")[2]
        known.setdefault((chat, number), (chat, message))
    return list(known.values())
