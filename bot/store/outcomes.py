"""Outcomes over SQL: how generations end. Each move is one conditional UPDATE: of two that
race, the database lets one win, and a result under an old attempt finds no row."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, case, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.generation import LIVE, MAX_ATTEMPTS, Generation, Outcome
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.books import Books
from bot.store.conditions import is_queued
from bot.store.database import Database
from bot.store.event_rows import check_unseen, note
from bot.store.pauses import is_paused, went_on_since
from bot.store.rows import generation_of
from bot.store.tables import generations
from engine.contract import ErrorCode, JobKey

_row = generations.c


def _is_attempt(key: JobKey) -> list[ColumnElement[bool]]:
    return [
        _row.id == key.generation_id,
        _row.outcome == Outcome.RUNNING,
        _row.attempt == key.attempt,
    ]


async def cancel_live(
    connection: AsyncConnection,
    books: Books,
    ids: Sequence[str],
    now: int,
    *,
    ended_by: str | None,
) -> Sequence[Generation]:
    """In the transaction of what decides it: those of them that had not ended, with refunds."""
    move = (
        update(generations)
        .where(_row.id.in_(ids), _row.outcome.in_(LIVE))
        .values(outcome=Outcome.CANCELLED, ended_by=ended_by, lease_until=None, finished_ms=now)
        .returning(generations)
    )
    cancelled = [generation_of(row) for row in (await connection.execute(move)).mappings()]
    if cancelled:
        await books.refund(connection, [one.id for one in cancelled])
    return cancelled


class SqlOutcomes:
    """Implements bot.core.ports.Outcomes."""

    def __init__(self, database: Database, clock: Clock, books: Books) -> None:
        self._database = database
        self._clock = clock
        self._books = books

    async def finish(self, key: JobKey, pictures: Sequence[str], preview: str) -> bool:
        return await self._end(
            key, outcome=Outcome.FINISHED, pictures=list(pictures), preview=preview
        )

    async def fail(self, key: JobKey, code: str, data: dict[str, object]) -> bool:
        return await self._end(key, outcome=Outcome.FAILED, error_code=code, error_data=data)

    async def _end(self, key: JobKey, **values: Any) -> bool:
        move = (
            update(generations)
            .where(*_is_attempt(key))
            .values(lease_until=None, finished_ms=self._clock(), **values)
        )
        async with self._database.write() as connection:
            won = (await connection.execute(move)).rowcount == 1
            if won and values["outcome"] is not Outcome.FINISHED:
                await self._books.refund(connection, [key.generation_id])
            return won

    async def requeue(
        self, key: JobKey, *, counted: bool, lease_before: int | None = None
    ) -> Outcome | None:
        """The tag stays, so that it is served first again."""
        attempts = _row.counted_attempts + int(counted)
        spent = attempts >= MAX_ATTEMPTS
        lost = [] if lease_before is None else [_row.lease_until < lease_before]
        move = (
            update(generations)
            .where(*_is_attempt(key), *lost)
            .values(
                outcome=case((spent, Outcome.FAILED), else_=Outcome.QUEUED),
                error_code=case((spent, ErrorCode.TOO_MANY_ATTEMPTS), else_=None),
                finished_ms=case((spent, self._clock()), else_=None),
                counted_attempts=attempts,
                begun=False,
                lease_until=None,
            )
            .returning(_row.outcome)
        )
        async with self._database.write() as connection:
            outcome = (await connection.execute(move)).scalar_one_or_none()
            if outcome == Outcome.FAILED:
                await self._books.refund(connection, [key.generation_id])
        return None if outcome is None else Outcome(outcome)

    async def cancel(
        self, ids: Sequence[str], event_key: str, *, act: Act | None = None
    ) -> Sequence[Generation]:
        """An event that was seen before cancels nothing: meanwhile it may mean another row."""
        now = self._clock()
        async with self._database.write() as connection:
            await check_unseen(connection, event_key)
            by = None if act is None else act.event_key
            cancelled = await cancel_live(connection, self._books, ids, now, ended_by=by)
            if cancelled:
                # One event may cancel several; its key stands with the first.
                await note(connection, event_key, "cancel", cancelled[0].id, now)
                if act is not None:
                    await record(connection, act, now)
        return cancelled

    async def expire(self, created_before_ms: int) -> Sequence[str]:
        move = (
            update(generations)
            .where(
                is_queued(_row),
                _row.created_ms < created_before_ms,
                ~is_paused(),
                ~went_on_since(created_before_ms),
            )
            .values(outcome=Outcome.EXPIRED, finished_ms=self._clock())
            .returning(_row.id)
        )
        async with self._database.write() as connection:
            expired = list((await connection.execute(move)).scalars())
            if expired:
                await self._books.refund(connection, expired)
            return expired
