"""What programs asked for over SQL, by their own names."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.generation import TERMINAL
from bot.core.program_jobs import MOST_JOBS, ListedJob, ProgramJob, StartedJob
from bot.store.conditions import is_live
from bot.store.database import Database
from bot.store.program_tables import program_jobs
from bot.store.rows import generation_of
from bot.store.tables import generations

_job, _row = program_jobs.c, generations.c
_SAME_EVENT = _job.event_key == _row.event_key
#: Columns of both tables, told apart.
_BOTH: list[Any] = [generations, *(column.label(f"job_{column.name}") for column in _job)]


class SqlProgramJobs:
    """Implements bot.core.program_jobs.ProgramJobs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, requester: str, name: str) -> StartedJob | None:
        return await self._one(_started().where(_is(requester, name)))

    async def of_user(self, requester: str, *, ended: bool, limit: int) -> Sequence[ListedJob]:
        # Of live ones there are few, and an index of them.
        live = (_row.requester == requester) & is_live(_row)
        state = _row.outcome.in_(TERMINAL) if ended else live
        about = (_job.name.label("job_name"), _job.serial.label("job_serial"))
        length = func.length(_job.document).label("job_length")
        listed = select(generations, *about, length).join_from(
            program_jobs, generations, _SAME_EVENT
        )
        mine = listed.where(_job.requester == requester, _job.listed, state)
        query = mine.order_by(_job.serial.desc()).limit(limit)
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        jobs: list[ListedJob] = []
        for row in reversed(rows):
            if len(jobs) % MOST_JOBS == 0:
                # Others have their turn: there may be hundreds.
                await asyncio.sleep(0)
            job = ListedJob(
                name=row["job_name"],
                generation=generation_of(row),
                serial=row["job_serial"],
                length=row["job_length"],
            )
            jobs.append(job)
        return jobs

    async def whole(self, serials: Sequence[int]) -> Sequence[StartedJob]:
        query = _started().where(_job.serial.in_(serials)).order_by(_job.serial)
        async with self._database.read() as connection:
            return [_job_of(row) for row in (await connection.execute(query)).mappings()]

    async def live(self, requester: str) -> int:
        mine = select(func.count()).select_from(program_jobs).join(generations, _SAME_EVENT)
        query = mine.where(_row.requester == requester, _job.listed, is_live(_row))
        async with self._database.read() as connection:
            count: int = (await connection.execute(query)).scalar_one()
        return count

    async def drop(self, requester: str, names: Sequence[str] | None = None) -> None:
        mine = _job.requester == requester
        if names is not None:
            mine &= _job.name.in_(names)
        ended = exists().where(_SAME_EVENT, _row.outcome.in_(TERMINAL))
        async with self._database.write() as connection:
            off = update(program_jobs).where(mine, ended)
            await connection.execute(off.values(listed=False))

    async def _one(self, query: Select[Any]) -> StartedJob | None:
        async with self._database.read() as connection:
            found = (await connection.execute(query)).mappings().one_or_none()
        return None if found is None else _job_of(found)


async def note_job(connection: AsyncConnection, job: ProgramJob, now: int) -> None:
    """In the transaction that admits its generation."""
    row = {
        "requester": job.requester,
        "name": job.name,
        "event_key": job.event_key,
        "client": job.client,
        "document": job.document,
        "created_ms": now,
    }
    await connection.execute(insert(program_jobs).values(row))


async def forget_documents(connection: AsyncConnection, which: Select[tuple[int]]) -> None:
    """What programs sent for generations (their serials) that lose their words: in the same
    transaction."""
    doomed = select(_row.event_key).where(_row.serial.in_(which))
    await connection.execute(delete(program_jobs).where(_job.event_key.in_(doomed)))


def _is(requester: str, name: str) -> ColumnElement[bool]:
    return (_job.requester == requester) & (_job.name == name)


def _started() -> Select[Any]:
    return select(*_BOTH).join_from(program_jobs, generations, _SAME_EVENT)


def _job_of(row: Any) -> StartedJob:
    job = ProgramJob(
        requester=row["job_requester"],
        name=row["job_name"],
        event_key=row["job_event_key"],
        client=row["job_client"],
        document=row["job_document"],
    )
    return StartedJob(job=job, generation=generation_of(row), serial=row["job_serial"])
