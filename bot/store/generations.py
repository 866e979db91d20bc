"""Admissions over SQL: where requests become rows."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    func,
    insert,
    or_,
    select,
    tuple_,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act, ActKind
from bot.core.errors import AlreadySeen
from bot.core.generation import Address, Generation, NewGeneration, new_generation_id
from bot.core.ports import Admitted, Bounds, Clock, Prospect
from bot.core.program_jobs import ProgramJob
from bot.core.waits import Ahead
from bot.core.workload import Workload
from bot.store.acts import record
from bot.store.admittance import check_admittance
from bot.store.books import Books
from bot.store.conditions import (
    Columns,
    is_live,
    is_queued,
    is_running,
    served_order,
)
from bot.store.database import Database
from bot.store.event_rows import note
from bot.store.live import live_only
from bot.store.people import meet
from bot.store.program_jobs import note_job
from bot.store.retries import check_retry
from bot.store.room import check_here, check_room, tag_within_bounds
from bot.store.rows import generation_of, new_row
from bot.store.tables import events, generations, notices
from engine.contract import passes

#: Two random ids have never met so far; a third meeting is a bug, not bad luck.
ID_TRIES = 3

_this = generations.alias("this").c
_other = generations.alias("other").c


class SqlAdmissions:
    """Implements bot.core.ports.Admissions, and bot.core.waits.Line."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        books: Books,
        new_id: Callable[[], str] = new_generation_id,
    ) -> None:
        self._database = database
        self._clock = clock
        self._books = books
        self._new_id = new_id

    async def admit(
        self,
        new: NewGeneration,
        bounds: Bounds,
        *,
        act: Act | None = None,
        job: ProgramJob | None = None,
    ) -> Admitted:
        """Insert as QUEUED with its fair tag; see the port. The id may differ from `new.id`
        if that was taken."""
        for _ in range(ID_TRIES):
            try:
                async with self._database.write() as connection:
                    return await self._admit(connection, new, bounds, act, job)
            except IntegrityError as error:
                # Either another writer stored the same event first, which the next round
                # finds, or the id is taken.
                failure = error
                new = replace(new, id=self._new_id())
        raise failure

    async def _admit(
        self,
        connection: AsyncConnection,
        new: NewGeneration,
        bounds: Bounds,
        act: Act | None,
        job: ProgramJob | None,
    ) -> Admitted:
        seen = await _one(connection, _of_event(new.event_key))
        if seen is not None:
            return Admitted(generation=seen, duplicate=True)
        if await _was_answered(connection, new.event_key):
            raise AlreadySeen(new.event_key)
        now = self._clock()
        if act is not None and act.kind is ActKind.RETRY:
            await check_retry(connection, act.target)
        await check_admittance(
            connection, self._books.accounts, new.requester, new.address, new.scope, now
        )
        tag = await tag_within_bounds(connection, new, bounds)
        await check_here(connection, new, bounds, now)
        dues = await self._books.due(connection, new)
        charged = new if dues else replace(new, price=0)
        row = new_row(charged, tag=tag, created_ms=now)
        inserted = await connection.execute(insert(generations).values(row).returning(generations))
        await note(connection, new.event_key, "draw", new.id, now)
        await meet(connection, new.requester, new.requester_name)
        await self._books.reserve(connection, new.id, dues)
        if act is not None:
            await record(connection, act, now)
        if job is not None:
            await note_job(connection, job, now)
        return Admitted(generation=generation_of(inserted.mappings().one()), duplicate=False)

    async def foresee(self, prospect: Prospect, bounds: Bounds) -> None:
        now = self._clock()
        async with self._database.write(durable=False) as connection:
            await check_admittance(
                connection,
                self._books.accounts,
                prospect.requester,
                prospect.address,
                prospect.scope,
                now,
            )
            await check_room(connection, prospect, bounds, now)
            await self._books.foresee(connection, prospect)

    async def get(self, generation_id: str) -> Generation | None:
        async with self._database.read() as connection:
            return await _one(
                connection, select(generations).where(generations.c.id == generation_id)
            )

    async def latest(self, requester: str, chat: str, *, live: bool = False) -> Generation | None:
        row = generations.c
        query = select(generations).where(row.requester == requester, row.chat == chat)
        if live:
            query = live_only(query)
        async with self._database.read() as connection:
            return await _one(connection, query.order_by(row.serial.desc()).limit(1))

    async def by_status_message(self, address: Address, message: str) -> Generation | None:
        row = generations.c
        query = select(generations).where(
            row.platform == address.platform,
            row.chat == address.chat,
            row.status_message == message,
        )
        async with self._database.read() as connection:
            return await _one(connection, query.order_by(row.serial.desc()).limit(1))

    async def ahead(self, generation: Generation) -> Sequence[Ahead]:
        """Nothing is ahead of one that has ended."""
        begun = case((_other.begun, _other.id))
        size, passes_of = (_other.width, _other.height), (_other.steps, _other.strength)
        workload = (*size, *passes_of, _other.guidance > 0, _other.count)
        query = (
            select(begun, func.count(), *workload)
            .where(_this.id == generation.id, is_live(_other), _served_before(_other, _this))
            .group_by(begun, *workload)
        )
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).all()
        return [
            Ahead(workload=_workload_of(*kind), jobs=jobs, begun=begun)
            for begun, jobs, *kind in rows
        ]


def _workload_of(
    width: int, height: int, steps: int, strength: float | None, guided: bool, count: int
) -> Workload:
    return Workload(width, height, passes(steps, strength), guided, count)


def _served_before(other: Columns, this: Columns) -> ColumnElement[bool]:
    queued_earlier = tuple_(*served_order(other)) < tuple_(*served_order(this))
    started_earlier = tuple_(other.started_ms, *served_order(other)) < tuple_(
        this.started_ms, *served_order(this)
    )
    return or_(
        and_(is_queued(this), or_(is_running(other), queued_earlier)),
        and_(is_running(this), is_running(other), started_earlier),
    )


def _of_event(event_key: str) -> Select[tuple[object, ...]]:
    return (
        select(generations)
        .join(events, events.c.generation_id == generations.c.id)
        .where(events.c.key == event_key)
    )


async def _was_answered(connection: AsyncConnection, event_key: str) -> bool:
    """The event was refused with a sentence: it must not be drawn as well, now that the queue
    has room."""
    query = select(notices.c.serial).where(notices.c.event_key == event_key)
    return (await connection.execute(query)).one_or_none() is not None


async def _one(connection: AsyncConnection, query: Select[tuple[object, ...]]) -> Generation | None:
    row = (await connection.execute(query)).mappings().one_or_none()
    return None if row is None else generation_of(row)
