"""Word rules over SQL."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.errors import Refusal
from bot.core.moderation.area import Area
from bot.core.moderation.matcher import WordRule
from bot.core.moderation.words import Stamp, limit_of
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.database import Database
from bot.store.house_tables import words

_row = words.c
#: Rows read in one go: thousands would hold up everybody else.
AT_ONCE = 250


class SqlWords:
    """Implements bot.core.moderation.words.Words."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def stamps(self, areas: Sequence[Area]) -> Sequence[Stamp]:
        """How many there are and the sum of their numbers. No number is given twice, and later
        ones are larger: no change leaves both as they were."""
        columns = [
            select(part).where(_is_in(area)).scalar_subquery()
            for area in areas
            for part in (func.count(_row.serial), func.coalesce(func.sum(_row.serial), 0))
        ]
        async with self._database.read() as connection:
            numbers = iter((await connection.execute(select(*columns))).one())
        return list(zip(numbers, numbers, strict=True))

    async def rules(self, area: Area) -> Sequence[WordRule]:
        query = select(_row.serial, _row.text, _row.allowed).where(_is_in(area))
        query = query.order_by(_row.serial).limit(AT_ONCE)
        rules: list[WordRule] = []
        last = 0
        async with self._database.read() as connection:
            while True:
                rows = (await connection.execute(query.where(_row.serial > last))).all()
                rules += [WordRule(text=row.text, allowed=row.allowed) for row in rows]
                if len(rows) < AT_ONCE:
                    return rules
                last = rows[-1].serial

    async def add(self, area: Area, rules: Sequence[WordRule], act: Act) -> None:
        now = self._clock()
        wanted = {rule.text: rule for rule in rules}
        async with self._database.write() as connection:
            if not await record(connection, act, now):
                return
            await connection.execute(delete(words).where(_is_in(area), _row.text.in_(list(wanted))))
            await connection.execute(
                insert(words),
                [
                    {
                        "platform": area.platform,
                        "scope": area.scope,
                        "text": rule.text,
                        "allowed": rule.allowed,
                        "created_ms": now,
                    }
                    for rule in wanted.values()
                ],
            )
            await _check_limit(connection, area)

    async def remove(self, area: Area, texts: Sequence[str], act: Act) -> None:
        gone = delete(words).where(_is_in(area), _row.text.in_(texts))
        async with self._database.write() as connection:
            if not await record(connection, act, self._clock()):
                return
            if (await connection.execute(gone)).rowcount == 0:
                raise Refusal("no_such_word")


def _is_in(area: Area) -> ColumnElement[bool]:
    return and_(_row.platform == area.platform, _row.scope == area.scope)


async def _check_limit(connection: AsyncConnection, area: Area) -> None:
    query = select(func.count()).select_from(words).where(_is_in(area))
    if (await connection.execute(query)).scalar_one() > limit_of(area):
        raise Refusal("too_many_words", limit=limit_of(area))
