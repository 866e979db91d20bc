"""What groups have decided for themselves, over SQL."""

from typing import Any

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.group_rules import RULES, GroupRules
from bot.core.ports import Clock
from bot.store.acts import record
from bot.store.database import Database
from bot.store.house_tables import groups

_rules = [groups.c[name] for name in RULES]


async def rules_of(connection: AsyncConnection, platform: str, scope: str) -> GroupRules:
    query = select(*_rules).where(_is(platform, scope))
    row = (await connection.execute(query)).mappings().one_or_none()
    if row is None:
        return GroupRules()
    values = dict(row)
    if values["ratio"] is not None:
        wide, tall = values["ratio"].split(":")
        values["ratio"] = int(wide), int(tall)
    return GroupRules(**values)


class SqlGroups:
    """Implements bot.core.group_rules.Groups."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def rules(self, platform: str, scope: str) -> GroupRules:
        async with self._database.read() as connection:
            return await rules_of(connection, platform, scope)

    async def decide(self, platform: str, scope: str, rule: str, value: Any, act: Act) -> None:
        if rule == "ratio" and value is not None:
            value = "{}:{}".format(*value)
        change = update(groups).where(_is(platform, scope)).values({rule: value})
        async with self._database.write() as connection:
            if not await record(connection, act, self._clock()):
                return
            if (await connection.execute(change)).rowcount == 0:
                row = {"platform": platform, "scope": scope, rule: value}
                await connection.execute(insert(groups).values(row))


def _is(platform: str, scope: str) -> ColumnElement[bool]:
    return (groups.c.platform == platform) & (groups.c.scope == scope)
