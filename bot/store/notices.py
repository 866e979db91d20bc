"""Notices over SQL: sentences to say, kept until they are said."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.ports import Chat, Clock, Notice
from bot.store.database import Database
from bot.store.rows import address_of
from bot.store.tables import notices

#: More than this is not kept waiting for one chat: who floods it gets no answer to the rest.
UNSAID_PER_CHAT = 5
#: After so long nobody remembers what was asked.
FORGOTTEN_MS = 10 * 60 * 1000
#: Rows are kept as long as their event may be redelivered: Telegram keeps updates 24 h.
KEEP_MS = 48 * 3600 * 1000

_row = notices.c


class SqlNotices:
    """Implements bot.core.ports.Notices. What is not to be said is stored as if it had been:
    the row is how its event is known when it comes again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def post(self, notice: Notice) -> bool:
        now = self._clock()
        try:
            async with self._database.write() as connection:
                wanted = await self._is_wanted(connection, notice)
                row = insert(notices).values(
                    event_key=notice.event_key,
                    platform=notice.address.platform,
                    chat=notice.address.chat,
                    thread=notice.address.thread,
                    request_message=notice.address.request_message,
                    text=notice.text,
                    ask=notice.ask,
                    created_ms=now,
                    said_ms=None if wanted else now,
                )
                await connection.execute(row)
        except IntegrityError:
            return False
        return wanted

    async def chats(self) -> Sequence[Chat]:
        query = select(_row.platform, _row.chat).where(self._waits()).distinct()
        async with self._database.read() as connection:
            return [(platform, chat) for platform, chat in await connection.execute(query)]

    async def oldest(self, chat: Chat) -> Notice | None:
        here = and_(self._waits(), _is_in(chat))
        query = select(notices).where(here).order_by(_row.serial).limit(1)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else _notice_of(row)

    async def said(self, event_key: str) -> None:
        now = self._clock()
        mark = update(notices).where(_row.event_key == event_key).values(said_ms=now)
        dropped = and_(_row.said_ms.is_(None), _row.created_ms < now - KEEP_MS)
        forget = delete(notices).where(or_(_row.said_ms < now - KEEP_MS, dropped))
        async with self._database.write() as connection:
            await connection.execute(mark)
            await connection.execute(forget)

    async def _is_wanted(self, connection: AsyncConnection, notice: Notice) -> bool:
        address = notice.address
        same = and_(_row.text == notice.text, _row.thread.is_not_distinct_from(address.thread))
        here = and_(self._waits(), _is_in((address.platform, address.chat)))
        query = select(func.count(), func.count().filter(same)).where(here)
        waiting, equal = (await connection.execute(query)).one()
        # A question opens a reply field only for the person whom it answers.
        return waiting < UNSAID_PER_CHAT and (notice.ask or not equal)

    def _waits(self) -> ColumnElement[bool]:
        return and_(_row.said_ms.is_(None), _row.created_ms >= self._clock() - FORGOTTEN_MS)


def _is_in(chat: Chat) -> ColumnElement[bool]:
    return and_(_row.platform == chat[0], _row.chat == chat[1])


def _notice_of(row: Mapping[Any, Any]) -> Notice:
    return Notice(
        event_key=row["event_key"],
        address=address_of(row),
        text=row["text"],
        ask=row["ask"],
    )
