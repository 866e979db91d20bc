"""Two programs on one file, each with its connection: what both want to do to an account."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from itertools import combinations
from pathlib import Path

import pytest

from bot.core.errors import Refusal
from bot.core.generation import Generation
from bot.core.quota import POOL, UNIT, AccountKey, QuotaDefaults, Wish
from bot.store.database import Database
from tests.builders import START_MS, act, bounds, new_generation
from tests.contract.store.ledger_laws import check_laws
from tests.stores import Store, sqlite_url, store_over

ROUNDS = 10
Two = tuple[Store, Store]
End = Callable[[Store, Generation], Awaitable[None]]


@pytest.fixture
async def two(tmp_path: Path) -> AsyncIterator[Two]:
    url = sqlite_url(tmp_path / "zdraw.db")
    async with Database(url) as one, Database(url) as other:
        defaults = QuotaDefaults(allowance=UNIT)
        yield store_over(one, defaults), store_over(other, defaults)


async def draw(store: Store, by: str, **changes: str) -> Generation:
    new = new_generation(requester=by, price=UNIT, scope="-100", **changes)
    return (await store.admissions.admit(new, bounds())).generation


async def test_where_one_is_left_one_of_two_draws_passes(two: Two):
    for by in range(ROUNDS):
        drawn = await asyncio.gather(
            *(draw(store, f"telegram:{by}") for store in two), return_exceptions=True
        )
        assert sorted(type(one).__name__ for one in drawn) == ["Generation", "Refusal"]
        (refusal,) = (one for one in drawn if isinstance(one, Refusal))
        assert refusal.code == "quota_spent"
    await check_laws(two[0])
    assert await two[0].records.waiting_in_all() == ROUNDS


async def test_where_a_pool_has_one_left_one_of_two_people_passes(two: Two):
    pool = AccountKey(platform="telegram", scope="-100", holder=POOL)
    await two[0].ledger.allow(pool, 0, "", act(), by_fleet=True)
    for number in range(ROUNDS):
        await two[0].ledger.change(pool, Wish.SET, UNIT, "", act(), by_fleet=True)
        drawn = await asyncio.gather(
            *(draw(store, f"telegram:{number}{by}") for by, store in enumerate(two)),
            return_exceptions=True,
        )
        assert sorted(type(one).__name__ for one in drawn) == ["Generation", "Refusal"]
        (refusal,) = (one for one in drawn if isinstance(one, Refusal))
        assert refusal.code == "pool_spent"
    await check_laws(two[0])


async def test_one_event_that_two_are_told_of_is_charged_once(two: Two):
    for by in range(ROUNDS):
        drawn = await asyncio.gather(
            *(draw(store, f"telegram:{by}", event_key=f"event:{by}") for store in two)
        )
        assert len({one.id for one in drawn}) == 1
    await check_laws(two[0])


async def test_one_decision_that_two_are_told_of_acts_once(two: Two):
    for number in range(ROUNDS):
        key = AccountKey(platform="telegram", scope="-100", holder=f"telegram:{number}")
        told = act(f"change:{number}")
        stood = await asyncio.gather(
            *(store.ledger.change(key, Wish.ADD, UNIT, "", told, by_fleet=True) for store in two)
        )
        assert [statement.left.total for statement in stood] == [2 * UNIT, 2 * UNIT]
    await check_laws(two[0])


async def finish(store: Store, row: Generation) -> None:
    await store.outcomes.finish(row.key, ["1.png"], "1.jpg")


async def fail(store: Store, row: Generation) -> None:
    await store.outcomes.fail(row.key, "out_of_memory", {})


async def lose(store: Store, row: Generation) -> None:
    await store.outcomes.requeue(row.key, counted=True)


async def cancel(store: Store, row: Generation) -> None:
    await store.outcomes.cancel([row.id], f"{row.id}:cancel")


async def expire(store: Store, row: Generation) -> None:
    await store.outcomes.expire(START_MS + 1)


async def deliver(store: Store, row: Generation) -> None:
    await store.deliveries.sending(row.id)
    await store.deliveries.delivered(row.id)


async def remove(store: Store, row: Generation) -> None:
    await store.removals.remove(row.id, [], f"{row.id}:remove")


ENDS = (finish, fail, lose, cancel, expire, deliver, remove)


@pytest.mark.parametrize(("one", "other"), list(combinations(ENDS, 2)))
async def test_two_that_end_one_generation_end_its_reserve_once(two: Two, one: End, other: End):
    started = [await two[0].start(await draw(two[0], f"telegram:{by}")) for by in range(ROUNDS)]
    for row in started:
        await asyncio.gather(one(two[0], row), other(two[1], row))
        await check_laws(two[0])
