"""Errands over SQL: requests whose picture is still to be fetched."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import Delete, delete, func, insert, select

from bot.core.errand_ports import Errand, NewErrand
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Address, Origin
from bot.core.messages import Notice
from bot.core.ports import Clock
from bot.store.database import Database
from bot.store.event_rows import is_seen
from bot.store.house_tables import errands
from bot.store.notices import insert_notice

#: Of one person.
MOST_WAITING = 10
#: Looked at together.
_TOGETHER = 50
_row = errands.c


class SqlErrands:
    """Implements bot.core.errand_ports.Errands."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def note(self, new: NewErrand) -> bool:
        origin = new.origin
        known = select(_row.serial).where(_row.event_key == origin.event_key)
        theirs = select(func.count()).where(_row.requester == origin.requester)
        async with self._database.write() as connection:
            if (await connection.execute(known)).first() is not None:
                return False
            if (await connection.execute(theirs)).scalar_one() >= MOST_WAITING:
                raise Refusal("queue_full_yours", limit=MOST_WAITING)
            await connection.execute(
                insert(errands).values(
                    event_key=origin.event_key,
                    requester=origin.requester,
                    origin=asdict(origin),
                    text=new.text,
                    file=new.file,
                    created_ms=self._clock(),
                )
            )
        return True

    async def waiting(self, requester: str | None = None) -> Sequence[Errand]:
        theirs = [] if requester is None else [_row.requester == requester]
        query = select(errands).where(*theirs).order_by(_row.serial).limit(_TOGETHER)
        async with self._database.read() as connection:
            return [_errand_of(row) for row in (await connection.execute(query)).mappings()]

    async def waits(self, requester: str) -> bool:
        theirs = select(_row.serial).where(_row.requester == requester).limit(1)
        async with self._database.read() as connection:
            return (await connection.execute(theirs)).first() is not None

    async def done(self, event_key: str) -> None:
        async with self._database.write() as connection:
            await connection.execute(_taken(event_key))

    async def cancel(self, event_key: str, told: Notice, *, by: Origin | None) -> bool:
        now = self._clock()
        async with self._database.write() as connection:
            if by is not None and await is_seen(connection, by.event_key):
                raise AlreadySeen(by.event_key)
            waited = (await connection.execute(_taken(event_key))).rowcount == 1
            if not waited or await is_seen(connection, event_key):
                return False
            await insert_notice(connection, told, created_ms=now)
            if by is not None:
                # Nothing more is said to it.
                mark = replace(told, event_key=by.event_key, address=by.address)
                await insert_notice(connection, mark, created_ms=now, said_ms=now)
        return True


def _taken(event_key: str) -> Delete:
    return delete(errands).where(_row.event_key == event_key)


def _errand_of(row: Mapping[Any, Any]) -> Errand:
    fields = dict(row["origin"])
    return Errand(
        origin=Origin(**{**fields, "address": Address(**fields["address"])}),
        text=row["text"],
        file=row["file"],
        serial=row["serial"],
        created_ms=row["created_ms"],
    )
