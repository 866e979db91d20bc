"""The laws of the ledger, over real rows."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import Refusal
from bot.core.generation import Generation, Outcome
from bot.core.quota import POOL, UNIT, AccountKey, EntryKind, QuotaDefaults, Wish, end_of_day
from bot.store.database import Database
from tests.builders import START_MS, act, address, bounds, new_generation
from tests.stores import MEMORY, Store, store_over

DAY_MS = 24 * 3600 * 1000
ANNA, BORIS = "telegram:1", "telegram:2"
ACCOUNT = AccountKey(platform="telegram", scope="-100", holder=ANNA)
POOL_ACCOUNT = AccountKey(platform="telegram", scope="-100", holder=POOL)
THREE_A_DAY = QuotaDefaults(allowance=3 * UNIT)


@pytest.fixture
async def store():
    async with Database(MEMORY) as database:
        yield store_over(database, THREE_A_DAY)


async def draw(store: Store, price: int = UNIT, by: str = ANNA) -> Generation:
    new = new_generation(requester=by, price=price, scope="-100")
    return (await store.admissions.admit(new, bounds())).generation


async def left(store: Store, key: AccountKey = ACCOUNT) -> int:
    return (await store.ledger.statement(key, 0)).left.total


async def kinds(store: Store, key: AccountKey = ACCOUNT) -> list[str]:
    """Oldest first."""
    rows = await store.sql(
        "SELECT l.kind FROM ledger l JOIN accounts a ON a.serial = l.account"
        " WHERE a.holder = :holder ORDER BY l.serial",
        holder=key.holder,
    )
    return [kind for (kind,) in rows]


async def allow(store: Store, key: AccountKey, allowance: int | None, event: str) -> None:
    await store.ledger.allow(key, allowance, "", act(event), by_fleet=True)


async def deliver(store: Store, generation: Generation) -> None:
    started = await store.start(generation)
    assert await store.outcomes.finish(started.key, ["1.png"], "1.jpg")
    await store.deliveries.sending(generation.id)
    assert await store.deliveries.delivered(generation.id)


async def test_a_day_grants_once_and_a_request_reserves(store: Store):
    assert await left(store) == 3 * UNIT
    drawn = await draw(store)
    assert drawn.price == UNIT
    assert await left(store) == 2 * UNIT
    assert await kinds(store) == ["grant", "reserve"]


async def test_what_is_spent_is_refused_with_when_there_is_more(store: Store):
    for _ in range(3):
        await draw(store)
    with pytest.raises(Refusal) as refused:
        await draw(store)
    assert refused.value.code == "quota_spent"
    # 03:04:05 UTC is 11:04:05 in Shanghai.
    assert refused.value.data["wait"] == (12 * 3600 + 55 * 60 + 55) * 1000
    assert (refused.value.data["price"], refused.value.data["left"]) == ("1", "0")
    assert await store.records.waiting_in_all() == 3


async def test_a_picture_that_arrives_stays_paid(store: Store):
    await deliver(store, await draw(store))
    assert await left(store) == 2 * UNIT
    assert await kinds(store) == ["grant", "reserve", "settle"]


async def test_one_that_cannot_be_shown_stays_paid_too(store: Store):
    started = await store.start(await draw(store))
    assert await store.outcomes.finish(started.key, ["1.png"], "1.jpg")
    await store.deliveries.sending(started.id)
    await store.deliveries.undeliverable(started.id, "blocked")
    assert await kinds(store) == ["grant", "reserve", "settle"]


async def failed(store: Store, generation: Generation) -> None:
    started = await store.start(generation)
    assert await store.outcomes.fail(started.key, "out_of_memory", {})
    await store.deliveries.sending(generation.id)
    assert await store.deliveries.delivered(generation.id)


async def worn_out(store: Store, generation: Generation) -> None:
    outcome = None
    while outcome is not Outcome.FAILED:
        started = await store.start(generation)
        outcome = await store.outcomes.requeue(started.key, counted=True)


async def cancelled(store: Store, generation: Generation) -> None:
    assert await store.outcomes.cancel([generation.id], "cancel")


async def expired(store: Store, generation: Generation) -> None:
    assert await store.outcomes.expire(START_MS + 1) == [generation.id]


@pytest.mark.parametrize("end", [failed, worn_out, cancelled, expired])
async def test_what_comes_to_nothing_costs_nothing(store: Store, end):
    await end(store, await draw(store))
    assert await left(store) == 3 * UNIT
    assert await kinds(store) == ["grant", "reserve", "refund"]


async def test_a_lost_job_that_is_drawn_again_is_paid_once(store: Store):
    generation = await draw(store)
    started = await store.start(generation)
    await store.outcomes.requeue(started.key, counted=True)
    await deliver(store, generation)
    assert await kinds(store) == ["grant", "reserve", "settle"]


async def test_a_redelivered_request_reserves_once(store: Store):
    new = new_generation(requester=ANNA, price=UNIT, scope="-100")
    for _ in range(2):
        await store.admissions.admit(new, bounds())
    assert await left(store) == 2 * UNIT


async def test_the_next_day_begins_anew(store: Store):
    await deliver(store, await draw(store))
    store.clock.advance(DAY_MS)
    assert await left(store) == 3 * UNIT
    assert await kinds(store) == ["grant", "reserve", "settle", "expiry", "grant"]


async def test_a_refund_of_yesterday_expires_with_it(store: Store):
    generation = await draw(store)
    store.clock.advance(DAY_MS)
    assert await left(store) == 3 * UNIT
    await cancelled(store, generation)
    assert await left(store) == 3 * UNIT
    assert await kinds(store) == ["grant", "reserve", "expiry", "grant", "refund", "expiry"]


async def test_what_was_given_extra_stays_and_is_spent_last(store: Store):
    for _ in range(2):
        await store.ledger.change(ACCOUNT, Wish.ADD, 2 * UNIT, "谢谢", act("add"), by_fleet=True)
    statement = await store.ledger.statement(ACCOUNT, 1)
    assert (statement.left.daily, statement.left.extra) == (3 * UNIT, 2 * UNIT)
    (entry,) = statement.entries
    assert (entry.actor, entry.reason, entry.amount.extra) == (BORIS, "谢谢", 2 * UNIT)
    assert (await draw(store, price=4 * UNIT)).price == 4 * UNIT
    store.clock.advance(DAY_MS)
    assert await left(store) == 4 * UNIT


@pytest.mark.parametrize(
    ("wish", "amount", "then"),
    [
        (Wish.SET, 5 * UNIT, 5 * UNIT),
        (Wish.SET, UNIT, UNIT),
        (Wish.SET, 0, 0),
        (Wish.TAKE, 2 * UNIT, UNIT),
        (Wish.TAKE, 9 * UNIT, 0),
    ],
)
async def test_what_is_left_can_be_set_and_taken(store: Store, wish, amount, then):
    statement = await store.ledger.change(ACCOUNT, wish, amount, "", act("e"), by_fleet=True)
    assert statement.left.total == then


async def test_an_allowance_of_ones_own_holds_from_today(store: Store):
    await draw(store)
    for _ in range(2):
        await allow(store, ACCOUNT, 10 * UNIT, "more")
    assert await left(store) == 9 * UNIT
    await allow(store, ACCOUNT, UNIT, "less")
    assert await left(store) == 0
    store.clock.advance(DAY_MS)
    assert await left(store) == UNIT
    await allow(store, ACCOUNT, None, "usual")
    assert await left(store) == 3 * UNIT


async def test_a_pool_is_shared_and_both_are_debited(store: Store):
    await store.ledger.allow(POOL_ACCOUNT, 2 * UNIT, "", act("pool"), by_fleet=True)
    await draw(store)
    await draw(store, by=BORIS)
    assert (await left(store), await left(store, POOL_ACCOUNT)) == (2 * UNIT, 0)
    with pytest.raises(Refusal) as refused:
        await draw(store)
    assert refused.value.code == "pool_spent"
    # Nothing was taken from the person for what the chat could not give.
    assert await left(store) == 2 * UNIT


async def give(store: Store, amount: int, *, by_fleet: bool) -> None:
    event = f"gift:{amount}:{by_fleet}"
    await store.ledger.change(ACCOUNT, Wish.ADD, amount, "", act(event), by_fleet=by_fleet)


async def draw_of_a_pool_then_have_a_gift(store: Store) -> Generation:
    """All of the day and two units of a pool are reserved, then the fleet gives one."""
    await allow(store, POOL_ACCOUNT, 20 * UNIT, "pool")
    await give(store, 5 * UNIT, by_fleet=False)
    generation = await draw(store, price=5 * UNIT)
    await give(store, UNIT, by_fleet=True)
    return generation


async def test_what_comes_back_after_a_gift_goes_with_the_pool_it_came_out_of(store: Store):
    generation = await draw_of_a_pool_then_have_a_gift(store)
    await cancelled(store, generation)
    assert await left(store) == 9 * UNIT
    await allow(store, POOL_ACCOUNT, None, "no pool")
    assert await left(store) == 4 * UNIT


async def test_what_comes_back_when_the_pool_is_gone_goes_too(store: Store):
    generation = await draw_of_a_pool_then_have_a_gift(store)
    await allow(store, POOL_ACCOUNT, None, "no pool")
    assert await left(store) == UNIT
    await cancelled(store, generation)
    assert await left(store) == 4 * UNIT


async def test_a_gift_stays_where_what_was_reserved_of_a_pool_is_spent(store: Store):
    generation = await draw_of_a_pool_then_have_a_gift(store)
    await deliver(store, generation)
    await allow(store, POOL_ACCOUNT, None, "no pool")
    assert await left(store) == UNIT


async def test_a_gift_is_spent_before_what_came_out_of_a_pool(store: Store):
    await allow(store, POOL_ACCOUNT, 20 * UNIT, "pool")
    await give(store, 5 * UNIT, by_fleet=False)
    await give(store, UNIT, by_fleet=True)
    # The day, the gift, and one of the pool.
    generation = await draw(store, price=5 * UNIT)
    await cancelled(store, generation)
    await deliver(store, await draw(store, price=5 * UNIT))
    await give(store, 2 * UNIT, by_fleet=True)
    await allow(store, POOL_ACCOUNT, None, "no pool")
    assert await left(store) == 2 * UNIT


async def test_where_nothing_is_limited_nothing_is_written():
    async with Database(MEMORY) as database:
        store = store_over(database)
        generation = await draw(store)
        await deliver(store, generation)
        assert generation.price == 0
        assert await store.sql("SELECT count(*) FROM ledger") == [(0,)]
        assert await store.sql("SELECT count(*) FROM accounts") == [(0,)]


async def test_of_two_at_once_one_passes_where_one_is_left(store: Store):
    await store.ledger.change(ACCOUNT, Wish.SET, UNIT, "", act("e"), by_fleet=True)
    results = await asyncio.gather(draw(store), draw(store), return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Generation", "Refusal"]
    assert await left(store) == 0


async def test_a_clock_that_is_set_back_grants_nothing_twice(store: Store):
    await draw(store)
    store.clock.advance(-DAY_MS)
    assert await left(store) == 2 * UNIT


async def test_lowering_and_raising_an_allowance_makes_nothing(store: Store):
    for _ in range(3):
        await draw(store)
    for number, allowance in enumerate((0, 3 * UNIT, UNIT, 3 * UNIT)):
        await allow(store, ACCOUNT, allowance, f"allow:{number}")
        assert await left(store) == 0
    await allow(store, ACCOUNT, 4 * UNIT, "more")
    assert await left(store) == UNIT


async def test_a_refund_goes_no_higher_than_a_lowered_allowance(store: Store):
    drawn = [await draw(store) for _ in range(3)]
    await allow(store, ACCOUNT, UNIT, "less")
    assert await store.outcomes.cancel([one.id for one in drawn], "cancel")
    assert await left(store) == UNIT


async def test_a_clock_that_was_far_ahead_stops_no_grants(store: Store):
    store.clock.advance(2000 * DAY_MS)
    await draw(store)
    store.clock.advance(-2000 * DAY_MS)
    assert await left(store) == 3 * UNIT
    await draw(store)
    assert await left(store) == 2 * UNIT
    store.clock.advance(DAY_MS)
    assert await left(store) == 3 * UNIT


@pytest.mark.parametrize("at_first", [0, 5 * UNIT])
async def test_a_day_that_comes_again_grants_no_more_than_it_did(store: Store, at_first: int):
    """The clock was far ahead for a while, and the allowance lower."""
    await allow(store, ACCOUNT, at_first, "at first")
    await allow(store, ACCOUNT, 5 * UNIT, "much")
    for _ in range(5):
        await draw(store)
    store.clock.advance(9 * DAY_MS)
    await allow(store, ACCOUNT, 3 * UNIT, "less")
    store.clock.advance(-9 * DAY_MS)
    assert await left(store) == 0
    await allow(store, ACCOUNT, 5 * UNIT, "much again")
    assert await left(store) == 0
    await allow(store, ACCOUNT, 6 * UNIT, "more")
    assert await left(store) == UNIT


async def test_what_an_admin_allows_stands_in_the_ledger(store: Store):
    await store.ledger.allow(ACCOUNT, 5 * UNIT, "画展", act("e"), by_fleet=True)
    adjusted, said, _ = (await store.ledger.statement(ACCOUNT, 10)).entries
    assert (said.actor, said.reason, said.allowance) == (BORIS, "画展", 5 * UNIT)
    assert (adjusted.kind, adjusted.amount.daily) == (EntryKind.ADJUST, 2 * UNIT)


async def test_an_account_that_is_not_limited_is_not_opened():
    async with Database(MEMORY) as database:
        store = store_over(database)
        assert (await store.ledger.statement(ACCOUNT, 10)).allowance is None
        assert await store.sql("SELECT count(*) FROM accounts") == [(0,)]


async def test_whoever_sits_at_the_machine_is_not_limited(store: Store):
    here = address(platform="board", chat="page")
    new = new_generation(requester="board:1", price=9 * UNIT, scope="page", address=here)
    assert (await store.admissions.admit(new, bounds())).generation.price == 0


async def test_a_group_that_moves_takes_its_accounts_along(store: Store):
    await draw(store)
    own = AccountKey(platform="telegram", scope="-100", holder="telegram:-100")
    await store.ledger.change(own, Wish.ADD, UNIT, "", act("e"), by_fleet=True)
    await store.moves.move("telegram", "-100", "-1001")
    moved = AccountKey(platform="telegram", scope="-1001", holder="telegram:-1001")
    assert await left(store, moved) == 4 * UNIT
    assert await left(store, replace(ACCOUNT, scope="-1001")) == 2 * UNIT


# --- groups that decide for themselves ------------------------------------------------------------


async def decide(store: Store, rule: str, value: object, event: str | None = None) -> None:
    await store.groups.decide("telegram", "-100", rule, value, act(event), within=None)


async def test_what_a_group_gives_each_day_holds_from_today(store: Store):
    await draw(store)
    await decide(store, "allowance", 5 * UNIT)
    assert await left(store) == 4 * UNIT
    await decide(store, "allowance", UNIT)
    assert await left(store) == 0
    await decide(store, "allowance", None)
    # What was spent of the larger one is no less spent when it is enlarged again.
    assert await left(store) == 2 * UNIT


async def test_ones_own_goes_before_the_groups_and_that_before_everybodys(store: Store):
    await decide(store, "allowance", 5 * UNIT)
    await allow(store, ACCOUNT, 7 * UNIT, "own")
    assert await left(store) == 7 * UNIT
    assert await left(store, replace(ACCOUNT, holder=BORIS)) == 5 * UNIT
    assert await left(store, replace(ACCOUNT, scope="-200")) == 3 * UNIT
    assert (await store.ledger.statement(POOL_ACCOUNT, 0)).allowance is None


async def test_a_group_can_limit_where_nobody_else_does():
    async with Database(MEMORY) as database:
        store = store_over(database)
        await decide(store, "allowance", UNIT)
        assert (await draw(store)).price == UNIT
        with pytest.raises(Refusal):
            await draw(store)
        await decide(store, "allowance", None)
        assert (await draw(store)).price == 0


async def test_the_groups_zone_says_when_its_day_ends(store: Store):
    await decide(store, "time_zone", "Europe/Berlin")
    statement = await store.ledger.statement(ACCOUNT, 0)
    # 03:04:05 UTC is 04:04:05 there.
    assert statement.resets_ms - START_MS == (19 * 3600 + 55 * 60 + 55) * 1000
    assert statement.time_zone == "Europe/Berlin"


async def test_another_zone_ends_no_day(store: Store):
    """At 12:00 UTC it is tomorrow already in Kiritimati, and still yesterday on Baker Island."""
    store.clock.advance(9 * 3600 * 1000 - (4 * 60 + 5) * 1000)
    for _ in range(3):
        await draw(store)
    for zone in ("Pacific/Kiritimati", "Etc/GMT+12", "Pacific/Kiritimati", None):
        await decide(store, "time_zone", zone)
        assert await left(store) == 0
    assert await kinds(store) == ["grant", *["reserve"] * 3]
    store.clock.advance(4 * 3600 * 1000)
    assert await left(store) == 3 * UNIT


#: Both ends of the world, one with quarters of an hour, and one with summer time.
ZONES = (None, "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "America/New_York")


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.sampled_from(ZONES[1:]), st.integers(1, 40 * 60)), max_size=10),
    st.integers(0, 48 * 60),
)
def test_no_change_of_zone_makes_days_shorter_or_gives_a_date_twice(moves, begin):
    asyncio.run(travel(moves, begin))


async def travel(moves: Sequence[tuple[str, int]], begin: int) -> None:
    """A group that changes its zone all the time, and somebody who looks all the time."""
    async with Database(MEMORY) as database:
        store = store_over(database, THREE_A_DAY)
        store.clock.advance(begin * 60_000)
        days: list[tuple[str, int, int]] = []
        for zone, minutes in moves:
            await decide(store, "time_zone", zone)
            for step in (0, minutes * 60_000):
                store.clock.advance(step)
                statement = await store.ledger.statement(ACCOUNT, 0)
                assert statement.resets_ms > store.clock.now
                granted = await store.sql("SELECT day FROM ledger WHERE kind = 'grant'")
                if len(granted) > len(days):
                    assert len(granted) == len(days) + 1
                    ends = end_of_day(date.fromisoformat(granted[-1][0]), zone)
                    begins = ends - DAY_MS
                    assert begins <= store.clock.now < ends
                    days.append((granted[-1][0], begins, ends))
        for (day, _, ends), (later, begins, _) in pairwise(days):
            assert day < later
            assert ends <= begins
