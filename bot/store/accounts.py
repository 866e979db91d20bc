"""Accounts over SQL: brought to today whenever they are looked at, and changed by a line."""

from collections.abc import Mapping
from dataclasses import asdict, replace
from typing import Any

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.group_rules import GroupRules
from bot.core.ports import Clock
from bot.core.quota import POOL, AccountKey, Amount, EntryKind, QuotaDefaults
from bot.store.account import Account, Here, Own, day_of
from bot.store.conditions import is_grant
from bot.store.groups import rules_of
from bot.store.quota_tables import accounts, ledger

_a, _l = accounts.c, ledger.c


class Accounts:
    """Every method works within the transaction of `connection`."""

    def __init__(self, clock: Clock, defaults: QuotaDefaults) -> None:
        self._clock = clock
        self._defaults = defaults

    async def here(self, connection: AsyncConnection, platform: str, scope: str) -> Here:
        """What the group decided, else the operator."""
        own = await rules_of(connection, platform, scope)
        usual = GroupRules(allowance=self._defaults.allowance, time_zone=self._defaults.time_zone)
        holding = own.over(usual)
        return Here(
            allowance=holding.allowance,
            usual=own.limit("allowance", usual).loosest,
            pooled=own.pooled,
            time_zone=holding.time_zone or self._defaults.time_zone,
        )

    async def allowance(
        self, connection: AsyncConnection, key: AccountKey, here: Here
    ) -> int | None:
        """What it gets each day; None where it is not limited."""
        query = select(_a.allowance, _a.by_fleet).where(_is(key))
        row = (await connection.execute(query)).one_or_none()
        own = Own(*row) if row else Own()
        return own.each_day(key.holder, here)

    async def open(self, connection: AsyncConnection, key: AccountKey, here: Here) -> Account:
        """The account as it stands today: what is left of an earlier day expires, and today's
        grant is made, once."""
        row = await self._row(connection, key)
        day, resets_ms = day_of(row, here.time_zone, self._clock())
        own = Own(row["allowance"], row["by_fleet"])
        account = Account(
            serial=row["serial"],
            own=own,
            allowance=own.each_day(key.holder, here),
            day=day.isoformat(),
            resets_ms=resets_ms,
            time_zone=here.time_zone,
            left=Amount(daily=row["daily"], extra=row["extra"], given=row["given"]),
        )
        if account.left.given and key.holder != POOL and not here.pooled:
            account = await self._take_back(connection, account, row["day"])
        if account.day != row["day"]:
            return await self._new_day(connection, account, row["day"])
        if account.allowance is not None:
            return await self._regrant(connection, account, row["granted"])
        return account

    async def enter(
        self,
        connection: AsyncConnection,
        account: Account,
        kind: EntryKind,
        amount: Amount,
        *,
        granted: int | None = None,
        **about: Any,
    ) -> Account:
        """One line, and the account as it then stands. `granted`: what today's grant is now;
        `about`: actor, reason, allowance, event_key, generation_id."""
        await connection.execute(
            insert(ledger).values(
                account=account.serial,
                kind=kind,
                **asdict(amount),
                day=account.day,
                created_ms=self._clock(),
                **about,
            )
        )
        left = account.left.plus(amount)
        values: dict[str, Any] = {**asdict(left), "day": account.day}
        if granted is not None:
            values["granted"] = granted
        change = update(accounts).where(_a.serial == account.serial).values(values)
        await connection.execute(change)
        return replace(account, left=left)

    async def _row(self, connection: AsyncConnection, key: AccountKey) -> Mapping[Any, Any]:
        query = select(accounts).where(_is(key)).with_for_update()
        row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            holder = {"platform": key.platform, "scope": key.scope, "holder": key.holder}
            await connection.execute(insert(accounts).values(**holder))
            row = (await connection.execute(query)).mappings().one()
        return row

    async def _take_back(
        self, connection: AsyncConnection, account: Account, day: str | None
    ) -> Account:
        """What came out of a pool is gone with it. What was reserved of that, and comes back
        later, goes then."""
        gone = Amount(extra=account.left.given, given=account.left.given)
        of_then = replace(account, day=day or account.day)
        taken = await self.enter(connection, of_then, EntryKind.EXPIRY, gone.negated())
        return replace(taken, day=account.day)

    async def _new_day(
        self, connection: AsyncConnection, account: Account, before: str | None
    ) -> Account:
        if account.left.daily:
            gone = Amount(daily=-account.left.daily)
            last = await self.enter(
                connection, replace(account, day=before or ""), EntryKind.EXPIRY, gone
            )
            account = replace(last, day=account.day)
        granted = await self._granted(connection, account)
        # Of 0 too: it says that the day has begun.
        grant = Amount(daily=(account.allowance or 0) if granted is None else 0)
        fresh = {
            "day": account.day,
            "time_zone": account.time_zone,
            "granted": granted or grant.daily,
        }
        await connection.execute(update(accounts).where(_a.serial == account.serial).values(fresh))
        if granted is None:
            return await self.enter(connection, account, EntryKind.GRANT, grant)
        # The clock was ahead, and is right again.
        if account.allowance is None:
            return account
        return await self._regrant(connection, account, granted)

    async def _granted(self, connection: AsyncConnection, account: Account) -> int | None:
        """On its day; None where that day is new to it."""
        same_day = (_l.account == account.serial) & (_l.day == account.day)
        grant = select(_l.serial).where(same_day, is_grant(_l))
        if (await connection.execute(grant)).first() is None:
            return None
        kinds = (EntryKind.GRANT, EntryKind.ADJUST)
        granted = select(func.sum(_l.daily)).where(same_day, _l.kind.in_(kinds))
        return int((await connection.execute(granted)).scalar_one())

    async def _regrant(
        self, connection: AsyncConnection, account: Account, granted: int
    ) -> Account:
        """The allowance may have been changed today. What was spent of a larger one stays spent,
        and is no less spent when it is enlarged again."""
        assert account.allowance is not None
        amount = Amount(daily=max(account.allowance - granted, -account.left.daily))
        if not amount.daily:
            return account
        return await self.enter(
            connection, account, EntryKind.ADJUST, amount, granted=granted + amount.daily
        )


def _is(key: AccountKey) -> Any:
    return (_a.platform == key.platform) & (_a.scope == key.scope) & (_a.holder == key.holder)
