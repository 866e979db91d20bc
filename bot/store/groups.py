"""What groups have decided for themselves, over SQL."""

from typing import Any

from sqlalchemy import ColumnElement, exists, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.group_rules import LIMITS, RULES, GroupRules
from bot.core.ports import Clock
from bot.core.quota import POOL
from bot.store.acts import record
from bot.store.database import Database
from bot.store.house_tables import groups
from bot.store.quota_tables import accounts

_rules = [*(groups.c[name] for name in RULES), groups.c.by_fleet]
_a = accounts.c


async def rules_of(connection: AsyncConnection, platform: str, scope: str) -> GroupRules:
    pool = (_a.platform == platform) & (_a.scope == scope) & (_a.holder == POOL)
    pooled = exists().where(pool, _a.allowance.is_not(None)).label("pooled")
    # In one look, for each request asks: also where the group decided nothing, and has no row.
    here = select(literal(1)).subquery("here").outerjoin(groups, _is(platform, scope))
    row = (await connection.execute(select(pooled, *_rules).select_from(here))).mappings().one()
    values = dict(row)
    if values["ratio"] is not None:
        wide, tall = values["ratio"].split(":")
        values["ratio"] = int(wide), int(tall)
    values["by_fleet"] = frozenset((values["by_fleet"] or "").split())
    return GroupRules(**values)


class SqlGroups:
    """Implements bot.core.group_rules.Groups."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def rules(self, platform: str, scope: str) -> GroupRules:
        async with self._database.read() as connection:
            return await rules_of(connection, platform, scope)

    async def decide(
        self,
        platform: str,
        scope: str,
        rule: str,
        value: Any,
        act: Act,
        *,
        within: GroupRules | None,
    ) -> None:
        async with self._database.write() as connection:
            if not await record(connection, act, self._clock()):
                return
            own = await rules_of(connection, platform, scope)
            if within is not None:
                own.check_within(within, rule, value)
            change = {rule: _stored(value), "by_fleet": _by_fleet(own, rule, value, within)}
            here = update(groups).where(_is(platform, scope)).values(change)
            if (await connection.execute(here)).rowcount == 0:
                row = {"platform": platform, "scope": scope, **change}
                await connection.execute(insert(groups).values(row))


def _stored(value: Any) -> Any:
    return "{}:{}".format(*value) if isinstance(value, tuple) else value


def _by_fleet(own: GroupRules, rule: str, value: Any, within: GroupRules | None) -> str:
    if rule in LIMITS:
        if within is None:
            fleets = value is not None
        else:
            fleets = own.limit(rule, within).stays_fleets(value)
        names = own.by_fleet | {rule} if fleets else own.by_fleet - {rule}
    else:
        names = own.by_fleet
    return " ".join(sorted(names))


def _is(platform: str, scope: str) -> ColumnElement[bool]:
    return (groups.c.platform == platform) & (groups.c.scope == scope)
