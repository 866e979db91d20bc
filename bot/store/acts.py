"""Acts over SQL: the audit."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act, ActKind, RecordedAct
from bot.store.database import Database
from bot.store.house_tables import acts

_row = acts.c


async def record(connection: AsyncConnection, act: Act, now: int) -> bool:
    """In the transaction of what it tells of. False if its event has acted before: then nothing
    is to be done."""
    query = select(_row.serial).where(_row.event_key == act.event_key)
    if (await connection.execute(query)).first() is not None:
        return False
    await connection.execute(
        insert(acts).values(
            event_key=act.event_key,
            actor=act.actor,
            platform=act.platform,
            scope=act.scope,
            kind=act.kind,
            target=act.target,
            detail=act.detail,
            created_ms=now,
        )
    )
    return True


class SqlActs:
    """Implements bot.core.acts.Acts."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def last(
        self,
        platform: str,
        scope: str | None,
        *,
        about: str | None,
        limit: int,
        before: int | None = None,
        after: int | None = None,
    ) -> Sequence[RecordedAct]:
        query = select(acts).where(*_wanted(platform, scope, about)).limit(limit)
        if before is not None:
            query = query.where(_row.serial < before)
        if after is not None:
            query = query.where(_row.serial > after)
        query = query.order_by(_row.serial.desc() if after is None else _row.serial)
        async with self._database.read() as connection:
            found = [_act_of(row) for row in (await connection.execute(query)).mappings()]
        return found if after is None else found[::-1]


def _wanted(platform: str, scope: str | None, about: str | None) -> list[ColumnElement[bool]]:
    wanted: list[ColumnElement[bool]] = []
    if scope is not None:
        wanted += [_row.platform == platform, _row.scope == scope]
    if about is not None:
        wanted.append(or_(_row.actor == about, _row.target == about))
    return wanted


def _act_of(row: Mapping[Any, Any]) -> RecordedAct:
    return RecordedAct(
        serial=row["serial"],
        event_key=row["event_key"],
        actor=row["actor"],
        platform=row["platform"],
        scope=row["scope"],
        kind=ActKind(row["kind"]),
        target=row["target"],
        detail=row["detail"],
        created_ms=row["created_ms"],
    )
