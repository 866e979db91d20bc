"""JobRows over SQL: the rows as the dispatcher moves them."""

from collections.abc import Sequence

from sqlalchemy import Select, select, tuple_, update

from bot.core.generation import Generation, Outcome
from bot.core.ports import Clock
from bot.store.conditions import is_queued, is_running, served_order
from bot.store.database import Database
from bot.store.pauses import is_paused
from bot.store.rows import generation_of
from bot.store.tables import generations
from engine.contract import JobKey

_row = generations.c


class SqlJobRows:
    """Implements bot.core.ports.JobRows."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def head(self, limit: int) -> Sequence[Generation]:
        return await self._all(
            select(generations)
            .where(is_queued(_row), ~is_paused())
            .order_by(*served_order(_row))
            .limit(limit)
        )

    async def running(self) -> Sequence[Generation]:
        """In the order in which they were admitted to be served."""
        return await self._all(
            select(generations).where(is_running(_row)).order_by(*served_order(_row))
        )

    async def start(self, generation_id: str, lease_until: int) -> Generation | None:
        move = (
            update(generations)
            .where(_row.id == generation_id, _row.outcome == Outcome.QUEUED, ~is_paused())
            .values(
                outcome=Outcome.RUNNING,
                attempt=_row.attempt + 1,
                lease_until=lease_until,
                started_ms=self._clock(),
                begun_ms=None,
            )
            .returning(generations)
        )
        # Lost with the power it is QUEUED, and started again; `begun` is what counts attempts.
        async with self._database.write(durable=False) as connection:
            row = (await connection.execute(move)).mappings().one_or_none()
        return None if row is None else generation_of(row)

    async def begun(self, key: JobKey) -> bool:
        mark = (
            update(generations)
            .where(
                _row.id == key.generation_id,
                _row.outcome == Outcome.RUNNING,
                _row.attempt == key.attempt,
            )
            .values(begun=True, begun_ms=self._clock())
        )
        async with self._database.write() as connection:
            return (await connection.execute(mark)).rowcount == 1

    async def renew(self, keys: Sequence[JobKey], lease_until: int) -> None:
        if not keys:
            return
        attempts = [(key.generation_id, key.attempt) for key in keys]
        renewal = (
            update(generations)
            .where(is_running(_row), tuple_(_row.id, _row.attempt).in_(attempts))
            .values(lease_until=lease_until)
        )
        async with self._database.write(durable=False) as connection:
            await connection.execute(renewal)

    async def _all(self, query: Select[tuple[object, ...]]) -> Sequence[Generation]:
        async with self._database.read() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [generation_of(row) for row in rows]
