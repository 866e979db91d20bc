"""History over SQL: a person's own generations, in all chats, as long as they are kept."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, case, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.data_ports import Holdings, Page
from bot.core.generation import Outcome
from bot.store.conditions import is_kept, is_live
from bot.store.database import Database
from bot.store.rows import generation_of
from bot.store.tables import generations

_row = generations.c


class SqlHistory:
    """Implements bot.core.data_ports.History."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(
        self,
        requester: str,
        limit: int,
        *,
        before: str | None = None,
        after: str | None = None,
        words: Sequence[str] = (),
    ) -> Page | None:
        """By serial, so that what is added meanwhile shifts nothing."""
        mine = and_((_row.requester == requester) & is_kept(_row), *map(_has, words))
        cursor = before or after
        async with self._database.read() as connection:
            if cursor is None:
                return await _page(connection, mine, limit)
            serial = await _serial_of(connection, cursor, requester)
            if serial is None:
                return None
            if before is not None:
                found = await _page(connection, mine, limit, _row.serial < serial)
            else:
                found = await _page(connection, mine, limit, _row.serial > serial, nearest=True)
            # The first page is whole if there are enough; where nothing is left it is shown too.
            whole = found.rows and (before is not None or len(found.rows) == limit)
            return found if whole else await _page(connection, mine, limit)

    async def holdings(self, requester: str) -> Holdings | None:
        mine = (_row.requester == requester) & is_kept(_row)
        pictures = case((_row.outcome == Outcome.FINISHED, _row.count), else_=0)
        live = func.count().filter(is_live(_row))
        counts = select(func.count(), func.coalesce(func.sum(pictures), 0), live).where(mine)
        newest = select(_row.id).where(mine).order_by(_row.serial.desc()).limit(1)
        async with self._database.read() as connection:
            requests, drawn, waiting = (await connection.execute(counts)).one()
            newest_id = (await connection.execute(newest)).scalar_one_or_none()
        if newest_id is None:
            return None
        return Holdings(newest=newest_id, requests=requests, pictures=drawn, live=waiting)


def _has(word: str) -> ColumnElement[bool]:
    return or_(
        _row.prompt.icontains(word, autoescape=True), _row.id == word.removeprefix("#").lower()
    )


async def _serial_of(connection: AsyncConnection, cursor: str, requester: str) -> int | None:
    query = select(_row.serial).where(_row.id == cursor, _row.requester == requester)
    serial: int | None = (await connection.execute(query)).scalar_one_or_none()
    return serial


async def _page(
    connection: AsyncConnection,
    mine: ColumnElement[bool],
    limit: int,
    *beyond: ColumnElement[bool],
    nearest: bool = False,
) -> Page:
    """`nearest`: the oldest of those that are left, instead of the newest."""
    order = _row.serial.asc() if nearest else _row.serial.desc()
    query = select(generations).where(mine, *beyond).order_by(order).limit(limit)
    rows = list((await connection.execute(query)).mappings())
    if not rows:
        return Page()
    if nearest:
        rows.reverse()
    newer = exists().where(mine, _row.serial > rows[0]["serial"])
    older = exists().where(mine, _row.serial < rows[-1]["serial"])
    has_newer, has_older = (await connection.execute(select(newer, older))).one()
    return Page(
        rows=tuple(generation_of(row) for row in rows),
        newer=bool(has_newer),
        older=bool(has_older),
    )
