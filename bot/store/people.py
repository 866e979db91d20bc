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


async def meet(connection: AsyncConnection, person: str, name: str | None) -> None:
    """Write down what they are called, if that is said and new."""
    if name is None:
        return
    known = select(_row.name).where(_row.person == person)
    if ((await connection.execute(known)).scalar_one_or_none() or "") == name:
        return
    if name:
        platform = person.partition(":")[0]
        forget = update(people).where(_is_called(platform, name)).values(name="")
        await connection.execute(forget)
    await know(connection, person, name=name)


class SqlPeople:
    """Implements bot.core.people.People, Names and Weights."""

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
        query = select(_row.person).where(_is_called(platform, name.lower()))
        async with self._database.read() as connection:
            return (await connection.execute(query)).scalars().first()

    async def met(self, person: str, name: str) -> None:
        if await self.named(person.partition(":")[0], name) != person:
            async with self._database.write(durable=False) as connection:
                await meet(connection, person, name)

    async def weight(self, person: str) -> float:
        async with self._database.read() as connection:
            return (await connection.execute(select(weight_of(person)))).scalar_one()

    async def set_weight(self, person: str, weight: float, act: Act) -> None:
        async with self._database.write() as connection:
            if await record(connection, act, self._clock()):
                await know(connection, person, weight=weight)


def _is_called(platform: str, name: str) -> ColumnElement[bool]:
    return (_row.name == name) & _row.person.startswith(f"{platform}:", autoescape=True)
