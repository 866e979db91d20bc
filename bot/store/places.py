"""Places over SQL."""

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.generation import Address
from bot.core.moderation.places import PlaceState
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.database import Database
from bot.store.house_tables import groups, places

_place, _group = places.c, groups.c


async def place_state(connection: AsyncConnection, address: Address, scope: str) -> PlaceState:
    """What was decided for a place and its group."""
    own = select(_place.open).where(
        _place.platform == address.platform,
        _place.chat == address.chat,
        _place.thread == (address.thread or ""),
    )
    group = select(_group.open).where(_group.platform == address.platform, _group.scope == scope)
    query = select(own.scalar_subquery().label("own"), group.scalar_subquery().label("group"))
    row = (await connection.execute(query)).one()
    return PlaceState(own=row.own, group=row.group is not False)


class SqlPlaces:
    """Implements bot.core.moderation.places.Places."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def state(self, address: Address, scope: str) -> PlaceState:
        async with self._database.read() as connection:
            return await place_state(connection, address, scope)

    async def set_place(self, address: Address, *, open_: bool, act: Act) -> None:
        key = {
            "platform": address.platform,
            "chat": address.chat,
            "thread": address.thread or "",
        }
        change = update(places).filter_by(**key).values(open=open_)
        async with self._database.write() as connection:
            if not await record(connection, act, self._clock()):
                return
            if (await connection.execute(change)).rowcount == 0:
                await connection.execute(insert(places).values(**key, open=open_))

    async def set_group(self, platform: str, scope: str, *, open_: bool, act: Act) -> None:
        key = {"platform": platform, "scope": scope}
        change = update(groups).filter_by(**key).values(open=open_)
        async with self._database.write() as connection:
            if not await record(connection, act, self._clock()):
                return
            if (await connection.execute(change)).rowcount == 0:
                await connection.execute(insert(groups).values(**key, open=open_))
