"""Accounts over SQL, for those who look at them or change them."""

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.acts import Act
from bot.core.errors import Refusal
from bot.core.limit import Limit
from bot.core.ports import Clock
from bot.core.quota import (
    AccountKey,
    Amount,
    Entry,
    EntryKind,
    Statement,
    Wish,
    changed,
)
from bot.store.account import Account
from bot.store.accounts import Accounts
from bot.store.acts import record
from bot.store.database import Database
from bot.store.quota_tables import accounts as rows
from bot.store.quota_tables import ledger

_l = ledger.c
UNLIMITED_STATEMENT = Statement(
    allowance=None, left=Amount(), resets_ms=0, time_zone="UTC", entries=()
)


class SqlLedger:
    """Implements bot.core.quota.Ledger."""

    def __init__(self, database: Database, accounts: Accounts, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._accounts = accounts

    async def statement(self, key: AccountKey, entries: int) -> Statement:
        async with self._database.write() as connection:
            here = await self._accounts.here(connection, key.platform, key.scope)
            if await self._accounts.allowance(connection, key, here) is None:
                return UNLIMITED_STATEMENT
            account = await self._accounts.open(connection, key, here)
            return _statement(account, await _last(connection, account, entries))

    async def change(
        self, key: AccountKey, wish: Wish, amount: int, reason: str, act: Act, *, by_fleet: bool
    ) -> Statement:
        async with self._database.write() as connection:
            here = await self._accounts.here(connection, key.platform, key.scope)
            account = await self._accounts.open(connection, key, here)
            if await record(connection, act, self._clock()):
                added = changed(account.left, wish, amount, by_fleet=by_fleet)
                if added.total > 0 and not (by_fleet or here.pooled):
                    raise Refusal("no_pool")
                account = await self._accounts.enter(
                    connection, account, EntryKind.CHANGE, added, reason=reason, **_by(act)
                )
            return _statement(account, ())

    async def allow(
        self, key: AccountKey, allowance: int | None, reason: str, act: Act, *, by_fleet: bool
    ) -> Statement:
        async with self._database.write() as connection:
            here = await self._accounts.here(connection, key.platform, key.scope)
            account = await self._accounts.open(connection, key, here)
            if await record(connection, act, self._clock()):
                fleets = allowance is not None
                if not by_fleet:
                    own = account.own.limit(here.usual)
                    _check_within(own, allowance, pooled=here.pooled)
                    fleets = own.stays_fleets(allowance)
                new = update(rows).where(rows.c.serial == account.serial)
                await connection.execute(new.values(allowance=allowance, by_fleet=fleets))
                # The line that says who did it; the one that adjusts today's grant follows.
                about: dict[str, Any] = {"reason": reason, "allowance": allowance, **_by(act)}
                await self._accounts.enter(connection, account, EntryKind.CHANGE, Amount(), **about)
                account = await self._accounts.open(connection, key, here)
            return _statement(account, ())


def _check_within(own: Limit, allowance: int | None, *, pooled: bool) -> None:
    """An admin of the group wants somebody to have that. What the fleet held down below what is
    usual no pool loosens. Raises Refusal."""
    if not own.loosened_by(allowance):
        return
    if own.held_down:
        raise Refusal("held_by_fleet")
    if not pooled:
        raise Refusal("no_pool")


def _by(act: Act) -> dict[str, Any]:
    return {"actor": act.actor, "event_key": act.event_key}


async def _last(connection: AsyncConnection, account: Account, limit: int) -> tuple[Entry, ...]:
    told = (_l.account == account.serial) & ((_l.daily + _l.extra != 0) | _l.actor.is_not(None))
    query = select(ledger).where(told).order_by(_l.serial.desc()).limit(limit)
    rows = (await connection.execute(query)).mappings()
    return tuple(
        Entry(
            kind=EntryKind(row["kind"]),
            amount=Amount(daily=row["daily"], extra=row["extra"]),
            actor=row["actor"],
            reason=row["reason"],
            allowance=row["allowance"],
            generation_id=row["generation_id"],
            created_ms=row["created_ms"],
        )
        for row in rows
    )


def _statement(account: Account, entries: tuple[Entry, ...]) -> Statement:
    return Statement(
        allowance=account.allowance,
        left=account.left,
        resets_ms=account.resets_ms,
        time_zone=account.time_zone,
        entries=entries,
    )
