"""Entries of the ledger, written in the transaction that moves what they are about: neither is
ever there without the other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import case, exists, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errors import Refusal
from bot.core.generation import NewGeneration
from bot.core.ports import Clock
from bot.core.quota import (
    POOL,
    AccountKey,
    Amount,
    EntryKind,
    QuotaDefaults,
    day_after,
    local_day,
    units,
)
from bot.store.tables import Milliseconds, accounts, chats, is_ending, is_reserve, ledger

_a, _l, _c = accounts.c, ledger.c, chats.c
_ending = ledger.alias("ending").c


@dataclass(frozen=True, kw_only=True)
class Account:
    """A row of `accounts`, brought to today."""

    serial: int
    #: None where it is not limited.
    allowance: int | None
    day: str
    resets_ms: int
    time_zone: str
    left: Amount


@dataclass(frozen=True, kw_only=True)
class Due:
    """What a request takes from one account."""

    account: Account
    amount: Amount


class Books:
    """Every method works within the transaction of `connection`."""

    def __init__(self, clock: Clock, defaults: QuotaDefaults) -> None:
        self._clock = clock
        self._defaults = defaults

    # --- requests -----------------------------------------------------------------------------

    async def due(self, connection: AsyncConnection, new: NewGeneration) -> list[Due]:
        """What `new` takes, from its requester's account and from its chat's pool, where they are
        limited. Raises Refusal where one of them does not suffice."""
        dues = []
        for key in await self._limited(connection, new):
            account = await self.open(connection, key)
            amount = account.left.part(new.price)
            if amount.total < new.price:
                raise Refusal(
                    "quota_spent" if key.holder else "pool_spent",
                    price=units(new.price),
                    left=units(account.left.total),
                    wait=account.resets_ms - self._clock(),
                )
            dues.append(Due(account=account, amount=amount))
        return dues

    async def reserve(
        self, connection: AsyncConnection, generation_id: str, dues: Sequence[Due]
    ) -> None:
        for due in dues:
            taken = Amount(daily=-due.amount.daily, extra=-due.amount.extra)
            await self.enter(
                connection, due.account, EntryKind.RESERVE, taken, generation_id=generation_id
            )

    async def settle(self, connection: AsyncConnection, generation_ids: Sequence[str]) -> None:
        """They stay paid. Does nothing to what has ended before."""
        await self._end(connection, EntryKind.SETTLE, generation_ids)

    async def refund(self, connection: AsyncConnection, generation_ids: Sequence[str]) -> None:
        """Give back what was reserved; what belongs to a day that is over expires with it. Does
        nothing to what has ended before."""
        for row in await self._end(connection, EntryKind.REFUND, generation_ids):
            account = _a.serial == row["account"]
            back = (
                update(accounts)
                .where(account)
                .values(
                    daily=_a.daily + case((_a.day == row["day"], row["daily"]), else_=0),
                    extra=_a.extra + row["extra"],
                )
                .returning(_a.day)
            )
            today = (await connection.execute(back)).scalar_one()
            if today != row["day"] and row["daily"]:
                expired = {"account": row["account"], "day": row["day"], "daily": -row["daily"]}
                await connection.execute(
                    insert(ledger).values(
                        **expired, extra=0, kind=EntryKind.EXPIRY, created_ms=self._clock()
                    )
                )

    async def _end(
        self, connection: AsyncConnection, kind: EntryKind, generation_ids: Sequence[str]
    ) -> Sequence[Mapping[Any, Any]]:
        """The new entries."""
        sign = -1 if kind is EntryKind.REFUND else 0
        open_ones = select(
            _l.account,
            literal(str(kind)),
            sign * _l.daily,
            sign * _l.extra,
            _l.day,
            _l.generation_id,
            literal(self._clock(), Milliseconds),
        ).where(
            is_reserve(_l),
            _l.generation_id.in_(generation_ids),
            ~exists().where(
                is_ending(_ending),
                _ending.generation_id == _l.generation_id,
                _ending.account == _l.account,
            ),
        )
        columns = ["account", "kind", "daily", "extra", "day", "generation_id", "created_ms"]
        ended = insert(ledger).from_select(columns, open_ones)
        rows = await connection.execute(ended.returning(_l.account, _l.daily, _l.extra, _l.day))
        return rows.mappings().all()

    async def _limited(
        self, connection: AsyncConnection, new: NewGeneration
    ) -> Sequence[AccountKey]:
        """The accounts that it is taken from."""
        address = new.address
        own = AccountKey(platform=address.platform, chat=address.chat, holder=new.requester)
        pool = replace(own, holder=POOL)
        here = select(_c.allowance).where(_c.platform == own.platform, _c.chat == own.chat)
        query = select(
            here.scalar_subquery(),
            select(_a.allowance).where(_is(own)).scalar_subquery(),
            select(_a.allowance).where(_is(pool)).scalar_subquery(),
        )
        usual, owned, pooled = (await connection.execute(query)).one()
        limits = {own: _first(owned, usual, self._defaults.allowance), pool: pooled}
        return [key for key, allowance in limits.items() if allowance is not None]

    # --- accounts -----------------------------------------------------------------------------

    async def open(self, connection: AsyncConnection, key: AccountKey) -> Account:
        """The account as it stands today: what is left of an earlier day expires, and today's
        grant is made, once."""
        row = await self._row(connection, key)
        usual = None if key.holder == POOL else _first(row["usual"], self._defaults.allowance)
        allowance = _first(row["allowance"], usual)
        now, zone = self._clock(), row["time_zone"] or self._defaults.time_zone
        today = local_day(now, zone).isoformat()
        # A clock or a time zone that was set back gives no second grant for one day.
        account = Account(
            serial=row["serial"],
            allowance=allowance,
            day=max(today, row["day"] or ""),
            resets_ms=day_after(now, zone),
            time_zone=zone,
            left=Amount(daily=row["daily"], extra=row["extra"]),
        )
        if account.day != row["day"]:
            return await self._new_day(connection, account, row["day"])
        if allowance is not None and allowance != row["granted"]:
            return await self._regrant(connection, account, allowance - row["granted"])
        return account

    async def enter(
        self,
        connection: AsyncConnection,
        account: Account,
        kind: EntryKind,
        amount: Amount,
        *,
        granted: int | None = None,
        **about: str | None,
    ) -> Account:
        """One line, and the account as it then stands. `granted`: what today's grant is now;
        `about`: actor, reason, event_key, generation_id."""
        await connection.execute(
            insert(ledger).values(
                account=account.serial,
                kind=kind,
                daily=amount.daily,
                extra=amount.extra,
                day=account.day,
                created_ms=self._clock(),
                **about,
            )
        )
        left = Amount(
            daily=account.left.daily + amount.daily, extra=account.left.extra + amount.extra
        )
        values: dict[str, Any] = {"daily": left.daily, "extra": left.extra, "day": account.day}
        if granted is not None:
            values["granted"] = granted
        change = update(accounts).where(_a.serial == account.serial).values(values)
        await connection.execute(change)
        return replace(account, left=left)

    async def _row(self, connection: AsyncConnection, key: AccountKey) -> Mapping[Any, Any]:
        with_chat = accounts.outerjoin(chats, (_c.platform == _a.platform) & (_c.chat == _a.chat))
        query = (
            select(accounts, _c.allowance.label("usual"), _c.time_zone)
            .select_from(with_chat)
            .where(_is(key))
        )
        row = (await connection.execute(query)).mappings().one_or_none()
        if row is None:
            holder = {"platform": key.platform, "chat": key.chat, "holder": key.holder}
            await connection.execute(insert(accounts).values(**holder))
            row = (await connection.execute(query)).mappings().one()
        return row

    async def _new_day(
        self, connection: AsyncConnection, account: Account, before: str | None
    ) -> Account:
        if account.left.daily:
            gone = Amount(daily=-account.left.daily)
            last = await self.enter(
                connection, replace(account, day=before or ""), EntryKind.EXPIRY, gone
            )
            account = replace(last, day=account.day)
        granted = account.allowance or 0
        if granted:
            amount = Amount(daily=granted)
            return await self.enter(connection, account, EntryKind.GRANT, amount, granted=granted)
        fresh = {"day": account.day, "granted": 0}
        await connection.execute(update(accounts).where(_a.serial == account.serial).values(fresh))
        return account

    async def _regrant(
        self, connection: AsyncConnection, account: Account, difference: int
    ) -> Account:
        """The allowance was changed today."""
        amount = Amount(daily=max(difference, -account.left.daily))
        granted = account.allowance
        return await self.enter(connection, account, EntryKind.CHANGE, amount, granted=granted)


def _is(key: AccountKey) -> Any:
    return (_a.platform == key.platform) & (_a.chat == key.chat) & (_a.holder == key.holder)


def _first(*values: int | None) -> int | None:
    return next((value for value in values if value is not None), None)
