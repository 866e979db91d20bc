"""Forgetting over SQL: ended generations lose their words, and then their files."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Update,
    and_,
    case,
    delete,
    func,
    insert,
    not_,
    or_,
    select,
    update,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.generation import TERMINAL, Forgotten, Generation, Outcome
from bot.core.ports import Clock
from bot.store.conditions import is_kept, is_leaving, is_told
from bot.store.database import Database
from bot.store.house_tables import people
from bot.store.program_jobs import forget_documents
from bot.store.program_tables import uploads
from bot.store.rows import generation_of
from bot.store.tables import exports, forgettings, generations, notices

#: An engine may have finished what was cancelled or given up just now, and its files may still
#: be written.
LATE_RESULT_MS = 2 * 60 * 1000

_row = generations.c
_n = notices.c
_x = exports.c
_wish = forgettings.c
_upload = uploads.c
#: What is left of a generation's words. A failure may quote the prompt.
_WORDLESS: dict[str, Any] = {
    "prompt": "",
    "negative_prompt": "",
    "loras": [],
    "notes": [],
    "error_data": {},
    "reply_token": None,
    "forgotten": Forgotten.FILES,
}
_SILENT: dict[str, Any] = {"text": "", "copy": "", "attachment": None, "buttons": []}


class SqlForgetting:
    """Implements bot.core.data_ports.Forgetting."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def forget(self, requester: str, up_to: str, *, instead: str) -> Sequence[str]:
        last = select(_row.serial).where(_row.id == up_to)
        async with self._database.write() as connection:
            wish = {"requester": requester, "up_to": (await connection.execute(last)).scalar_one()}
            await connection.execute(insert(forgettings).values(wish))
            await self._hush(connection, requester, instead)
            await self._withdraw_exports(connection, requester)
            nameless = update(people).where(people.c.person == requester).values(name="")
            await connection.execute(nameless)
            return await self._take_uploads(connection, requester, wish["up_to"])

    async def _take_uploads(
        self, connection: AsyncConnection, requester: str, up_to: int
    ) -> Sequence[str]:
        later = (_row.requester == requester) & (_row.serial > up_to)
        query = select(func.min(_row.created_ms)).where(later)
        next_ms = (await connection.execute(query)).scalar_one()
        theirs = _upload.requester == requester
        if next_ms is not None:
            theirs &= _upload.used_ms < next_ms
        gone = delete(uploads).where(theirs).returning(_upload.path)
        return list((await connection.execute(gone)).scalars())

    async def _hush(self, connection: AsyncConnection, requester: str, instead: str) -> None:
        """What was said quotes prompts. What was about to be said is not, except that in Discord
        the bot says that it is thinking until an answer comes."""
        mine, unsaid = _n.requester == requester, _n.said_ms.is_(None)
        thinking = select(func.min(_n.serial)).where(mine, unsaid, _n.reply_token.is_not(None))
        firsts = thinking.group_by(_n.platform, _n.chat, _n.reply_token)
        told = {**_SILENT, "text": instead}
        await connection.execute(update(notices).where(_n.serial.in_(firsts)).values(**told))
        rest = or_(not_(unsaid), _n.serial.not_in(firsts))
        said = {**_SILENT, "said_ms": func.coalesce(_n.said_ms, self._clock())}
        await connection.execute(update(notices).where(mine, rest).values(**said))

    async def _withdraw_exports(self, connection: AsyncConnection, requester: str) -> None:
        mine = update(exports).where(_x.requester == requester)
        await connection.execute(mine.values(expires_ms=self._clock()))

    async def expire(self, ended_before_ms: int, limit: int) -> int:
        over = and_(is_kept(_row), _row.finished_ms < ended_before_ms, is_told(_row))
        return await self._take_words(
            select(_row.serial).where(over).order_by(_row.finished_ms).limit(limit)
        )

    async def let_go(self, limit: int) -> int:
        if gone := await self._grant(limit):
            return gone
        wanted = and_(is_leaving(_row), _row.forgotten == Forgotten.WANTED, is_told(_row))
        return await self._take_words(select(_row.serial).where(wanted).limit(limit))

    async def _grant(self, limit: int) -> int:
        """A portion of the oldest wish. One of which nothing is left goes."""
        async with self._database.write() as connection:
            oldest = select(forgettings).order_by(_wish.serial).limit(1)
            while (wish := (await connection.execute(oldest)).one_or_none()) is not None:
                if gone := await _forget_some(connection, wish.requester, wish.up_to, limit):
                    return gone
                await connection.execute(delete(forgettings).where(_wish.serial == wish.serial))
        return 0

    async def _take_words(self, which: Select[tuple[int]]) -> int:
        move = update(generations).where(_row.serial.in_(which)).values(**_WORDLESS)
        async with self._database.write() as connection:
            await forget_documents(connection, which)
            return (await connection.execute(move)).rowcount

    async def with_files(self, limit: int) -> Sequence[Generation]:
        query = select(generations).where(self._has_files()).order_by(_row.serial).limit(limit)
        async with self._database.read() as connection:
            return [generation_of(row) for row in (await connection.execute(query)).mappings()]

    def _has_files(self) -> ColumnElement[bool]:
        settled = _row.finished_ms < self._clock() - LATE_RESULT_MS
        return and_(
            is_leaving(_row),
            _row.forgotten == Forgotten.FILES,
            or_(_row.outcome == Outcome.FINISHED, settled),
        )

    async def without_files(self, ids: Sequence[str]) -> None:
        async with self._database.write() as connection:
            await connection.execute(_fileless(ids))


async def _forget_some(connection: AsyncConnection, requester: str, up_to: int, limit: int) -> int:
    """Of those that have ended. One whose requester is still to be told waits for that."""
    mine = (_row.requester == requester) & is_kept(_row) & (_row.serial <= up_to)
    some = select(_row.serial).where(mine, _row.outcome.in_(TERMINAL)).limit(limit)
    serials = list((await connection.execute(some)).scalars())
    if serials:
        these = update(generations).where(_row.serial.in_(serials))
        later = these.where(not_(is_told(_row))).values(forgotten=Forgotten.WANTED)
        await connection.execute(later)
        told = select(_row.serial).where(_row.serial.in_(serials), is_told(_row))
        await forget_documents(connection, told)
        await connection.execute(these.where(is_told(_row)).values(**_WORDLESS))
    return len(serials)


def _fileless(ids: Sequence[str]) -> Update:
    return (
        update(generations)
        .where(_row.id.in_(ids), _row.forgotten == Forgotten.FILES)
        .values(
            forgotten=Forgotten.DONE,
            pictures=[],
            preview=case((_row.preview.is_not(None), ""), else_=None),
            source=case((_row.source.is_not(None), ""), else_=None),
        )
    )
