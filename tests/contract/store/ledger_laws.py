"""What holds for every ledger at every moment, whatever is going on."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, Table, select

from bot.core.acts import ActKind
from bot.core.generation import Delivery, Outcome
from bot.core.quota import EntryKind
from bot.store.house_tables import acts, groups
from bot.store.quota_tables import accounts, ledger
from bot.store.tables import generations
from tests.stores import Store

ENDINGS = (EntryKind.SETTLE, EntryKind.REFUND)
#: An admin of the group, in tests that have one.
ADMIN = "telegram:9"


@dataclass(frozen=True)
class Snapshot:
    """All rows that the laws are about, as they stood at one moment."""

    accounts: Sequence[Row[Any]]
    lines: Sequence[Row[Any]]
    generations: Sequence[Row[Any]]
    acts: Sequence[Row[Any]]
    groups: Sequence[Row[Any]]


async def snapshot(store: Store) -> Snapshot:
    async with store.database.write() as connection:

        async def all_of(table: Table) -> Sequence[Row[Any]]:
            return (await connection.execute(select(table).order_by(*table.primary_key))).all()

        tables = (accounts, ledger, generations, acts, groups)
        return Snapshot(*[await all_of(table) for table in tables])


async def check_laws(store: Store) -> Snapshot:
    now = await snapshot(store)
    check_balances(now)
    check_given(now)
    check_reserves(now)
    check_endings(now)
    check_days(now)
    check_changes(now)
    return now


def check_balances(now: Snapshot) -> None:
    """An account is the sum of its lines, and never below 0."""
    for account in now.accounts:
        lines = [line for line in now.lines if line.account == account.serial]
        assert account.daily == sum(line.daily for line in lines) >= 0
        assert account.extra == sum(line.extra for line in lines) >= 0
        assert account.given == sum(line.given for line in lines) >= 0
        assert account.given <= account.extra


@dataclass
class Purse:
    """What does not expire of an account, in two parts: what came out of the group's pool, and the
    rest, which is spent first. Told by lines alone, without what they say of it themselves."""

    given: int = 0
    rest: int = 0

    def enter(self, line: Row[Any], reserves: dict[str, int]) -> None:
        """`reserves`: by generations, what was reserved of what came out of the pool."""
        if line.kind == EntryKind.EXPIRY and line.extra:
            assert -line.extra == self.given
        if line.kind == EntryKind.REFUND:
            given = reserves[line.generation_id]
        elif line.extra >= 0:
            given = line.extra if self._by_admin(line) else 0
        elif self._by_admin(line) or line.kind == EntryKind.EXPIRY:
            given = -min(self.given, -line.extra)
        else:
            given = min(0, self.rest + line.extra)
        if line.kind == EntryKind.RESERVE:
            reserves[line.generation_id] = -given
        self.given += given
        self.rest += line.extra - given

    def _by_admin(self, line: Row[Any]) -> bool:
        """Of a group."""
        return bool(line.kind == EntryKind.CHANGE and line.actor == ADMIN)


def check_given(now: Snapshot) -> None:
    """What came out of a pool is known as such, through whatever was reserved, given back and
    added meanwhile."""
    for account in now.accounts:
        purse, reserves = Purse(), dict[str, int]()
        for line in now.lines:
            if line.account == account.serial:
                purse.enter(line, reserves)
        assert (account.given, account.extra - account.given) == (purse.given, purse.rest)


def check_reserves(now: Snapshot) -> None:
    """What is stored as its price was taken once from each account, and in full."""
    reserves = _by_generation(now, EntryKind.RESERVE)
    for row in now.generations:
        taken = reserves[row.id]
        assert bool(taken) == (row.price > 0)
        assert len({line.account for line in taken}) == len(taken)
        assert all(-line.daily - line.extra == row.price for line in taken)


def check_endings(now: Snapshot) -> None:
    """A reserve has an ending, and one, as soon as its generation has ended and, if there is a
    picture, it was told; none before. What comes to nothing is given back as it was taken."""
    reserves, endings = _by_generation(now, EntryKind.RESERVE), _by_generation(now, *ENDINGS)
    for row in now.generations:
        kind = _expected_ending(row)
        sign = -1 if kind is EntryKind.REFUND else 0
        expected = [
            (kind, line.account, line.day, sign * line.daily, sign * line.extra, sign * line.given)
            for line in reserves[row.id]
            if kind is not None
        ]
        found = [(e.kind, e.account, e.day, e.daily, e.extra, e.given) for e in endings[row.id]]
        assert sorted(found) == sorted(expected)


def check_days(now: Snapshot) -> None:
    """Nothing is left of a day that is over."""
    for account in now.accounts:
        left: dict[str, int] = defaultdict(int)
        for line in now.lines:
            if line.account == account.serial:
                left[line.day] += line.daily
        assert all(rest == 0 for day, rest in left.items() if day != account.day)


def check_changes(now: Snapshot) -> None:
    """What an admin did stands in the audit and in the ledger, once."""
    lines = [line for line in now.lines if line.kind == EntryKind.CHANGE]
    acts_of_quota = [act for act in now.acts if act.kind == ActKind.QUOTA]
    assert [line.event_key for line in lines] == [act.event_key for act in acts_of_quota]


def _expected_ending(row: Row[Any]) -> EntryKind | None:
    if row.outcome in (Outcome.FAILED, Outcome.CANCELLED, Outcome.EXPIRED):
        return EntryKind.REFUND
    told = row.delivery in (Delivery.DONE, Delivery.UNDELIVERABLE)
    return EntryKind.SETTLE if row.outcome == Outcome.FINISHED and told else None


def _by_generation(now: Snapshot, *kinds: EntryKind) -> dict[str, list[Row[Any]]]:
    found = defaultdict(list)
    for line in now.lines:
        if line.kind in kinds:
            found[line.generation_id].append(line)
    return found
