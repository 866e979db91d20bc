"""People over SQL."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.database import Database
from bot.store.house_tables import people

_row = people.c


async def know(connection: AsyncConnection, person: str, **values: Any) -> None:
    """Write down something about them."""
    change = update(people).where(_row.person == person).values(values)
    if (await connection.execute(change)).rowcount == 0:
        await connection.execute(insert(people).values(person=person, **values))


def weight_of(person: str) -> ColumnElement[float]:
    """1 where nothing is said of them."""
    stored = select(_row.weight).where(_row.person == person).scalar_subquery()
    return func.coalesce(stored, 1.0)


class SqlPeople:
    """Implements bot.core.people.People and Weights."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def is_fleet_admin(self, person: str) -> bool:
        query = select(_row.fleet_admin).where(_row.person == person)
        async with self._database.read() as connection:
            return bool((await connection.execute(query)).scalar_one_or_none())

    async def fleet_admins(self) -> Sequence[str]:
        query = select(_row.person).where(_row.fleet_admin).order_by(_row.person)
        async with self._database.read() as connection:
            return list((await connection.execute(query)).scalars())

    async def appoint(self, person: str, *, appointed: bool, act: Act) -> None:
        async with self._database.write() as connection:
            if await record(connection, act, self._clock()):
                await know(connection, person, fleet_admin=appointed)

    async def named(self, platform: str, name: str) -> str | None:
        query = select(_row.person).where(
            _row.name == name.lower(), _row.person.startswith(f"{platform}:", autoescape=True)
        )
        async with self._database.read() as connection:
            found = (await connection.execute(query.limit(2))).scalars().all()
        # Two that once had it: nobody knows who has it now.
        return found[0] if len(found) == 1 else None

    async def weight(self, person: str) -> float:
        async with self._database.read() as connection:
            return (await connection.execute(select(weight_of(person)))).scalar_one()

    async def set_weight(self, person: str, weight: float, act: Act) -> None:
        async with self._database.write() as connection:
            if await record(connection, act, self._clock()):
                await know(connection, person, weight=weight)
