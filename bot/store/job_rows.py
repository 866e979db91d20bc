"""JobRows over SQL: the rows as the dispatcher moves them."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Select, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.fairness import Places
from bot.core.generation import Generation, Outcome
from bot.core.ports import Clock
from bot.store.conditions import is_queued, is_running, served_order
from bot.store.database import Database
from bot.store.pauses import is_paused
from bot.store.rows import generation_of
from bot.store.tables import generations
from engine.contract import JobKey

_row = generations.c
#: A row as it is read.
Row = Mapping[Any, Any]


class SqlJobRows:
    """Implements bot.core.ports.JobRows."""

    def __init__(self, database: Database, clock: Clock, each: int | None = None) -> None:
        """`each`: places that one person may hold while others wait; None = any number."""
        self._database = database
        self._clock = clock
        self._each = each

    async def head(self, limit: int) -> Sequence[Generation]:
        async with self._database.read() as connection:
            first = await _queue(connection, limit)
            if self._each is None or not first:
                return [generation_of(row) for row in first]
            places = Places(self._each, await _holders(connection))
            taken = await _taken(connection, first, limit, places)
        # Nobody else waits: the places are theirs who come first.
        serials = {row["serial"] for row in taken}
        spare = [row for row in first if row["serial"] not in serials]
        return [generation_of(row) for row in [*taken, *spare][:limit]]

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


async def _taken(
    connection: AsyncConnection, first: Sequence[Row], limit: int, places: Places
) -> Sequence[Row]:
    """Up to `limit` of the queue whose requesters have places left; it begins with `first`."""
    taken: list[Row] = []
    page, asked = first, limit
    while page:
        taken += [row for row in page if places.take(row["requester"])]
        # A page that is not full is the last one, but for those who have enough.
        if len(page) < asked or len(taken) >= limit:
            break
        asked = limit - len(taken)
        page = await _queue(
            connection, asked, without=places.full, taken=[row["serial"] for row in taken]
        )
    return taken


async def _queue(
    connection: AsyncConnection,
    limit: int,
    *,
    without: Collection[str] = (),
    taken: Collection[int] = (),
) -> Sequence[Row]:
    """The next ones in fair order, without those of some people and the serials `taken`. They are
    passed over within the index, which has all that it takes: somebody may have thousands."""
    order = served_order(_row)
    wanted = select(_row.serial).where(is_queued(_row), ~is_paused())
    if without:
        wanted = wanted.where(_row.requester.not_in(without), _row.serial.not_in(taken))
    first = wanted.order_by(*order).limit(limit)
    query = select(generations).where(_row.serial.in_(first)).order_by(*order)
    return (await connection.execute(query)).mappings().all()


async def _holders(connection: AsyncConnection) -> Sequence[str]:
    """Once for each place."""
    query = select(_row.requester).where(is_running(_row))
    return (await connection.execute(query)).scalars().all()
