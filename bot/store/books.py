"""Entries of the ledger, written in the transaction that moves what they are about: neither is
ever there without the other."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import case, exists, insert, literal, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.core.errors import Refusal
from bot.core.generation import NewGeneration
from bot.core.local_time import local_time
from bot.core.ports import Clock, Prospect
from bot.core.quota import (
    POOL,
    UNLIMITED,
    AccountKey,
    EntryKind,
    is_alone,
    units,
)
from bot.store.account import Account, Due, Here, Own
from bot.store.accounts import Accounts
from bot.store.conditions import is_ending, is_reserve
from bot.store.quota_tables import accounts, ledger
from bot.store.tables import Milliseconds

_a, _l = accounts.c, ledger.c
_ending = ledger.alias("ending").c


class Books:
    """Every method works within the transaction of `connection`."""

    def __init__(self, clock: Clock, accounts: Accounts) -> None:
        self._clock = clock
        self.accounts = accounts

    async def due(self, connection: AsyncConnection, new: NewGeneration) -> list[Due]:
        """What `new` takes, from its requester's account and from its chat's pool, where they are
        limited. Raises Refusal where one of them does not suffice."""
        dues: list[Due] = []
        if not new.price:
            return dues
        here = await self.accounts.here(connection, new.address.platform, new.scope)
        for key in await self._limited(connection, new, here):
            account = await self.accounts.open(connection, key, here)
            amount = account.left.part(new.price)
            if amount.total < new.price:
                raise self._spent(key, account, here, new.price)
            dues.append(Due(account=account, amount=amount))
        return dues

    async def foresee(self, connection: AsyncConnection, prospect: Prospect) -> None:
        """Raises Refusal where one of them cannot suffice."""
        here = await self.accounts.here(connection, prospect.address.platform, prospect.scope)
        for key in await self._limited(connection, prospect, here):
            account = await self.accounts.open(connection, key, here)
            if account.left.total < prospect.least_price:
                raise self._spent(key, account, here, prospect.price)

    def _spent(self, key: AccountKey, account: Account, here: Here, price: int) -> Refusal:
        now = self._clock()
        return Refusal(
            "quota_spent" if key.holder else "pool_spent",
            price=units(price),
            left=units(account.left.total),
            wait=account.resets_ms - now,
            time=local_time(account.resets_ms, now, here.time_zone),
            fleets=not (key.holder and _given_here(key, account, here)),
        )

    async def reserve(
        self, connection: AsyncConnection, generation_id: str, dues: Sequence[Due]
    ) -> None:
        for due in dues:
            taken = due.amount.negated()
            await self.accounts.enter(
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
                    given=_a.given + row["given"],
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
        amount = (_l.daily, _l.extra, _l.given)
        open_ones = select(
            _l.account,
            literal(str(kind)),
            *[sign * part for part in amount],
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
        into = (_l.account, _l.kind, *amount, _l.day, _l.generation_id, _l.created_ms)
        ended = insert(ledger).from_select(into, open_ones)
        rows = await connection.execute(ended.returning(_l.account, *amount, _l.day))
        return rows.mappings().all()

    async def _limited(
        self, connection: AsyncConnection, new: NewGeneration | Prospect, here: Here
    ) -> Sequence[AccountKey]:
        """The accounts that it is taken from."""
        platform = new.address.platform
        if platform in UNLIMITED:
            return ()
        holders = (new.requester, POOL)
        query = select(_a.holder, _a.allowance, _a.by_fleet).where(
            _a.platform == platform, _a.scope == new.scope, _a.holder.in_(holders)
        )
        stored = {holder: Own(*own) for holder, *own in await connection.execute(query)}
        keys = [AccountKey(platform=platform, scope=new.scope, holder=one) for one in holders]
        nothing = Own()
        return [
            key
            for key in keys
            if stored.get(key.holder, nothing).each_day(key.holder, here) is not None
        ]


def _given_here(key: AccountKey, account: Account, here: Here) -> bool:
    """The group's admins could let them have more: out of its pool, or what they took before."""
    if is_alone(key.scope):
        return False
    most = account.own.limit(here.most).loosest
    return here.pooled or most is None or (account.allowance or 0) < most
