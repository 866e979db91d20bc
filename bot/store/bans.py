"""Bans over SQL."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import EVERYWHERE, Act
from bot.core.errors import Refusal
from bot.core.generation import Generation
from bot.core.moderation.area import EVERYTHING, Area
from bot.core.moderation.bans import Ban
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.books import Books
from bot.store.database import Database
from bot.store.house_tables import bans, people
from bot.store.live import live_only
from bot.store.outcomes import cancel_live
from bot.store.rows import generation_of
from bot.store.tables import generations

_row, _g = bans.c, generations.c


def holds(now: int) -> ColumnElement[bool]:
    return or_(_row.until_ms.is_(None), _row.until_ms > now)


def is_everywhere() -> ColumnElement[bool]:
    return _is_in(EVERYTHING)


class SqlBans:
    """Implements bot.core.moderation.bans.Bans."""

    def __init__(self, database: Database, clock: Clock, books: Books) -> None:
        self._database = database
        self._clock = clock
        self._books = books

    async def ban(self, ban: Ban, act: Act) -> Sequence[Generation]:
        now = self._clock()
        async with self._database.write() as connection:
            if not await record(connection, act, now):
                return await _ended_by(connection, act.event_key)
            await _put(connection, ban, now)
            live = live_only(select(_g.id).where(*_requests(ban.person, ban.area)))
            ids = list((await connection.execute(live)).scalars())
            return await cancel_live(connection, self._books, ids, now, ended_by=act.event_key)

    async def unban(self, person: str, area: Area, act: Act) -> None:
        now = self._clock()
        lift = delete(bans).where(_is_in(area), _row.person == person, holds(now))
        async with self._database.write() as connection:
            if not await record(connection, act, now):
                return
            if (await connection.execute(lift)).rowcount == 0:
                raise Refusal("not_banned")

    async def standing(self, area: Area) -> Sequence[Ban]:
        named = bans.outerjoin(people, people.c.person == _row.person)
        query = (
            select(bans, func.coalesce(people.c.name, "").label("name"))
            .select_from(named)
            .where(_is_in(area), holds(self._clock()))
            .order_by(_row.created_ms.desc(), _row.person)
        )
        async with self._database.read() as connection:
            return [_ban_of(row) for row in (await connection.execute(query)).mappings()]


def _is_in(area: Area) -> ColumnElement[bool]:
    return and_(_row.platform == area.platform, _row.scope == area.scope)


def _requests(person: str, area: Area) -> list[ColumnElement[bool]]:
    theirs: list[ColumnElement[bool]] = [_g.requester == person]
    if area.scope != EVERYWHERE:
        theirs += [_g.platform == area.platform, _g.scope == area.scope]
    return theirs


async def _put(connection: AsyncConnection, ban: Ban, now: int) -> None:
    """In place of an earlier one, and of all that are over."""
    over = or_(_row.until_ms <= now, and_(_is_in(ban.area), _row.person == ban.person))
    await connection.execute(delete(bans).where(over))
    await connection.execute(
        insert(bans).values(
            platform=ban.area.platform,
            scope=ban.area.scope,
            person=ban.person,
            until_ms=ban.until_ms,
            reason=ban.reason,
            created_ms=now,
        )
    )


async def _ended_by(connection: AsyncConnection, event_key: str) -> Sequence[Generation]:
    query = select(generations).where(_g.ended_by == event_key)
    return [generation_of(row) for row in (await connection.execute(query)).mappings()]


def _ban_of(row: Mapping[Any, Any]) -> Ban:
    return Ban(
        person=row["person"],
        area=Area(row["platform"], row["scope"]),
        until_ms=row["until_ms"],
        reason=row["reason"],
        name=row["name"],
    )
