"""Places over SQL."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.errors import Refusal
from bot.core.generation import Address
from bot.core.moderation.places import PlaceState
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.database import Database
from bot.store.house_tables import groups, places

_place, _group = places.c, groups.c


async def place_state(connection: AsyncConnection, address: Address, scope: str) -> PlaceState:
    """What was decided for a place and its group."""
    own = select(_place.open, _place.by_fleet).where(*_is_place(address))
    group = select(_group.open, _group.closed_by_fleet).where(
        _group.platform == address.platform, _group.scope == scope
    )
    place = (await connection.execute(own)).one_or_none()
    whole = (await connection.execute(group)).one_or_none()
    return PlaceState(
        own=None if place is None else place.open,
        group=whole is None or whole.open,
        own_by_fleet=place is not None and place.by_fleet,
        group_by_fleet=whole is not None and whole.closed_by_fleet,
    )


def _is_place(address: Address) -> Sequence[ColumnElement[bool]]:
    return (
        _place.platform == address.platform,
        _place.chat == address.chat,
        _place.thread == (address.thread or ""),
    )


class SqlPlaces:
    """Implements bot.core.moderation.places.Places."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def state(self, address: Address, scope: str) -> PlaceState:
        async with self._database.read() as connection:
            return await place_state(connection, address, scope)

    async def set_place(
        self, address: Address, scope: str, *, open_: bool, by_fleet: bool, act: Act
    ) -> None:
        async with self._database.write() as connection:
            if not await record(connection, act, self._clock()):
                return
            state = await place_state(connection, address, scope)
            if open_ and state.held and not by_fleet:
                raise Refusal("closed_by_fleet")
            # One that is closed already stays closed by whom it was.
            still = state.own is False and state.own_by_fleet and not open_
            decided = {"open": open_, "by_fleet": by_fleet or still}
            change = update(places).where(*_is_place(address)).values(decided)
            if (await connection.execute(change)).rowcount == 0:
                key = {
                    "platform": address.platform,
                    "chat": address.chat,
                    "thread": address.thread or "",
                }
                await connection.execute(insert(places).values(**key, **decided))

    async def set_group(
        self, platform: str, scope: str, *, open_: bool, by_fleet: bool, act: Act
    ) -> None:
        key = {"platform": platform, "scope": scope}
        held = select(_group.closed_by_fleet).filter_by(**key)
        async with self._database.write() as connection:
            if not await record(connection, act, self._clock()):
                return
            still = bool((await connection.execute(held)).scalar_one_or_none())
            if open_ and still and not by_fleet:
                raise Refusal("closed_by_fleet")
            decided = {"open": open_, "closed_by_fleet": not open_ and (by_fleet or still)}
            change = update(groups).filter_by(**key).values(decided)
            if (await connection.execute(change)).rowcount == 0:
                await connection.execute(insert(groups).values(**key, **decided))
