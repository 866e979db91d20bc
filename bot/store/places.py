"""Places over SQL."""

from collections.abc import Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, Select, false, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.errors import Refusal
from bot.core.generation import Address
from bot.core.moderation.places import Decision, PlaceState
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.database import Database
from bot.store.house_tables import groups, places

_place, _group = places.c, groups.c


async def place_state(connection: AsyncConnection, address: Address, scope: str) -> PlaceState:
    """What was decided for a place, the channel that it is a thread of, and its group."""
    around = select(_group.open, _group.closed_by_fleet, false()).where(
        _group.platform == address.platform, _group.scope == scope
    )
    parent = None
    if address.parent_chat is not None:
        above = replace(address, chat=address.parent_chat, thread=None)
        parent = await _decision(connection, _of_place(above))
    return PlaceState(
        own=await _decision(connection, _of_place(address)),
        parent=parent,
        group=await _decision(connection, around),
    )


async def _decision(
    connection: AsyncConnection, query: Select[bool, bool, bool]
) -> Decision | None:
    row = (await connection.execute(query)).one_or_none()
    return None if row is None else Decision(open=row[0], by_fleet=row[1], opened_by_fleet=row[2])


def _of_place(address: Address) -> Select[bool, bool, bool]:
    decided = select(_place.open, _place.by_fleet, _place.opened_by_fleet)
    return decided.where(*_is_place(address))


def _decided(before: Decision | None, *, open_: bool, by_fleet: bool) -> dict[str, bool]:
    """What an admin of the group decides leaves what the fleet decided of the same place."""
    fleets = None if by_fleet or before is None else before.fleets
    return {
        "open": open_,
        "by_fleet": by_fleet or fleets == open_,
        "opened_by_fleet": fleets is True and not open_,
    }


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
            decided = _decided(state.own, open_=open_, by_fleet=by_fleet)
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
