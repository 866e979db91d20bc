"""Notices over SQL: sentences to say, kept until they are said."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import ColumnElement, Delete, and_, delete, func, insert, not_, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.messages import Attachment, Button, Notice
from bot.core.ports import Chat, Clock
from bot.store.database import Database
from bot.store.rows import address_of, address_row
from bot.store.tables import notices

#: More than this is not kept waiting for one chat: who floods it gets no answer to the rest.
UNSAID_PER_CHAT = 5
#: The same for files: one press may ask for four.
UNSAID_FILES_PER_CHAT = 12
#: And for what everybody reads that has buttons: requests while the bot was down are asked about.
UNSAID_WITH_BUTTONS_PER_CHAT = 40
#: The same refusal, word for word, is not repeated to one person within this.
REPEATED_MS = 30 * 1000
#: Refusals whose words are others each second: to say one again is to say the same.
COUNTING_DOWN = frozenset({"cooldown"})
#: After so long nobody remembers what was asked.
FORGOTTEN_MS = 10 * 60 * 1000
#: Rows are kept as long as their event may be redelivered: Telegram keeps updates 24 h.
KEEP_MS = 48 * 3600 * 1000

_row = notices.c


class SqlNotices:
    """Implements bot.core.ports.Notices and bot.core.data_ports.OldNotices. What is not to be said
    is stored as if it had been: the row is how its event is known when it comes again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def post(self, notice: Notice) -> bool:
        now = self._clock()
        try:
            async with self._database.write() as connection:
                wanted = await self._is_wanted(connection, notice)
                await insert_notice(
                    connection, notice, created_ms=now, said_ms=None if wanted else now
                )
        except IntegrityError:
            return False
        return wanted

    async def refused(self, event_key: str) -> bool:
        query = select(_row.serial).where(_row.event_key == event_key, _row.refusal != "")
        async with self._database.read() as connection:
            return (await connection.execute(query)).first() is not None

    async def chats(self) -> Sequence[Chat]:
        query = select(_row.platform, _row.chat).where(self._waits()).distinct()
        async with self._database.read() as connection:
            return [(platform, chat) for platform, chat in await connection.execute(query)]

    async def oldest(self, chat: Chat) -> Notice | None:
        here = and_(self._waits(), _is_in(chat))
        query = select(notices).where(here).order_by(_row.serial).limit(1)
        async with self._database.read() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else notice_of(row)

    async def said(self, event_key: str) -> None:
        mark = update(notices).where(_row.event_key == event_key).values(said_ms=self._clock())
        async with self._database.write() as connection:
            await connection.execute(mark)
            await connection.execute(self._without_old())

    async def sweep(self) -> int:
        async with self._database.write() as connection:
            return (await connection.execute(self._without_old())).rowcount

    def _without_old(self) -> Delete:
        before = self._clock() - KEEP_MS
        dropped = and_(_row.said_ms.is_(None), _row.created_ms < before)
        return delete(notices).where(or_(_row.said_ms < before, dropped))

    async def _is_wanted(self, connection: AsyncConnection, notice: Notice) -> bool:
        address = notice.address
        if address.reply_token is not None and not _is_original(notice):
            # Discord shows that the bot is thinking until this answer comes.
            return True
        if notice.refusal and await self._was_just_said(connection, notice):
            return False
        alike, limit = _kind_of(notice)
        same = and_(_row.text == notice.text, _row.thread.is_not_distinct_from(address.thread))
        here = and_(self._waits(), _is_in((address.platform, address.chat)), alike)
        query = select(func.count(), func.count().filter(same)).where(here)
        waiting, equal = (await connection.execute(query)).one()
        # A question opens a reply field only for the person whom it answers, a button stands
        # under what it is about, and what is private is read by nobody else.
        for_one = notice.ask or notice.private or notice.buttons
        return waiting < limit and bool(for_one or not equal)

    async def _was_just_said(self, connection: AsyncConnection, notice: Notice) -> bool:
        """What was not said counts for nothing: its row was stored as said at once."""
        lately = self._clock() - REPEATED_MS
        query = select(_row.serial).where(
            or_(_row.said_ms.is_(None), _row.said_ms >= lately),
            _row.created_ms >= lately,
            _row.said_ms.is_distinct_from(_row.created_ms),
            _is_in((notice.address.platform, notice.address.chat)),
            _row.requester == notice.requester,
            _row.refusal == notice.refusal,
            *(() if notice.refusal in COUNTING_DOWN else (_row.text == notice.text,)),
        )
        return (await connection.execute(query.limit(1))).first() is not None

    def _waits(self) -> ColumnElement[bool]:
        return and_(_row.said_ms.is_(None), _row.created_ms >= self._clock() - FORGOTTEN_MS)


async def insert_notice(
    connection: AsyncConnection, notice: Notice, *, created_ms: int, said_ms: int | None = None
) -> None:
    """In the transaction of what it is about. `said_ms`: as if it had been said then."""
    row = insert(notices).values(
        event_key=notice.event_key,
        **address_row(notice.address),
        **_content_of(notice),
        created_ms=created_ms,
        said_ms=said_ms,
    )
    await connection.execute(row)


def _is_original(notice: Notice) -> bool:
    return notice.attachment is not None and not notice.attachment.as_picture


def _kind_of(notice: Notice) -> tuple[ColumnElement[bool], int]:
    """Which rows it is counted with, and how many of them may wait in a chat."""
    offers = and_(func.json_array_length(_row.buttons) > 0, not_(_row.private))
    if notice.attachment is not None:
        return _row.attachment.is_not(None), UNSAID_FILES_PER_CHAT
    if notice.buttons and not notice.private:
        return and_(_row.attachment.is_(None), offers), UNSAID_WITH_BUTTONS_PER_CHAT
    return and_(_row.attachment.is_(None), not_(offers)), UNSAID_PER_CHAT


def _is_in(chat: Chat) -> ColumnElement[bool]:
    return and_(_row.platform == chat[0], _row.chat == chat[1])


def _content_of(notice: Notice) -> dict[str, Any]:
    attachment = notice.attachment
    return {
        "text": notice.text,
        "ask": notice.ask,
        "private": notice.private,
        "attachment": None if attachment is None else asdict(attachment),
        "buttons": [asdict(button) for button in notice.buttons],
        "copy": notice.copy,
        "requester": notice.requester,
        "refusal": notice.refusal,
        "in_place": notice.in_place,
    }


def notice_of(row: Mapping[Any, Any]) -> Notice:
    return Notice(
        event_key=row["event_key"],
        address=address_of(row),
        text=row["text"],
        ask=row["ask"],
        private=row["private"],
        attachment=None if row["attachment"] is None else Attachment(**row["attachment"]),
        buttons=tuple(Button(**button) for button in row["buttons"]),
        copy=row["copy"],
        requester=row["requester"],
        refusal=row["refusal"],
        in_place=row["in_place"],
    )
