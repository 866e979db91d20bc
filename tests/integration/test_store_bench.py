"""The past of bench/store.py is one that could have been, and what is measured there works."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.past import LIVE, UNTOLD, Past
from bench.past_accounts import BIG_CHAT, HEAVY, QUOTA
from bench.store import AIMED, measure
from bot.store.database import Database, migrate
from tests.stores import Store, sqlite_url, store_over

SIZE = 4000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    url = sqlite_url(tmp_path / "zdraw.db")
    await migrate(url)
    Past(SIZE).write(url)
    async with Database(url) as database:
        yield store_over(database, QUOTA)


async def test_every_balance_is_the_sum_of_its_lines(store: Store):
    accounts = await store.sql(
        "SELECT a.daily, sum(l.daily), sum(l.kind = 'grant') FROM accounts a"
        " JOIN ledger l ON l.account = a.serial GROUP BY a.serial"
    )
    assert len(accounts) == SIZE // 50 + 2
    assert all(balance == lines for balance, lines, _ in accounts)
    assert await store.sql("PRAGMA foreign_key_check") == []


async def test_it_is_as_lopsided_as_it_says(store: Store):
    counted = "SELECT count(*) FROM generations WHERE requester = :who OR chat = :where"
    ((heavy,),) = await store.sql(counted, who=HEAVY, where="")
    ((big,),) = await store.sql(counted, who="", where=BIG_CHAT)
    assert heavy == SIZE // 100
    assert SIZE / 5 < big < SIZE / 4


async def test_what_is_in_work_is_as_much_in_every_past(store: Store):
    assert await store.records.waiting_in_all() == LIVE
    assert len(await store.deliveries.undelivered()) == LIVE + UNTOLD
    (head,) = await store.jobs.head(1)
    assert head.id == Past.id(SIZE - LIVE)


async def test_indexes_are_those_of_the_migrations(store: Store, tmp_path: Path):
    async def indexes(of: Store) -> list[tuple[str, ...]]:
        return await of.sql("SELECT name, sql FROM sqlite_schema WHERE type = 'index' ORDER BY 1")

    async with Database(sqlite_url(tmp_path / "empty.db")) as empty:
        assert await indexes(store) == await indexes(store_over(empty))


async def test_everything_is_measured_in_both(tmp_path: Path):
    medians = await measure(tmp_path, (1000, 2000), pairs=1)
    assert {name.split(",")[0] for name in medians} >= set(AIMED)
    assert all(small > 0 and large > 0 for small, large in medians.values())
