"""What a group bounds for itself at admission: requests that wait, and the time between two."""

import asyncio

import pytest

from bot.core.errors import Refusal
from bot.core.generation import Generation
from bot.core.ports import Bounds
from bot.core.quota import UNIT, QuotaDefaults
from bot.store.database import Database
from tests.builders import act, address, bounds, new_generation
from tests.stores import MEMORY, Store, store_over

ANNA, BORIS = "telegram:1", "telegram:2"
HALF_A_MINUTE = bounds(cooldown_ms=30_000)


async def ask(
    store: Store, within: Bounds, by: str = ANNA, scope: str = "-100", **more
) -> Generation:
    new = new_generation(requester=by, scope=scope, address=address(chat=scope), **more)
    return (await store.admissions.admit(new, within)).generation


async def refusal(store: Store, within: Bounds, **more) -> Refusal:
    with pytest.raises(Refusal) as refused:
        await ask(store, within, **more)
    return refused.value


# --- how many wait --------------------------------------------------------------------------------


async def test_over_the_groups_own_cap_one_is_refused_with_it(store: Store):
    two = bounds(live_here=2)
    await ask(store, two)
    await store.start(await ask(store, two))
    refused = await refusal(store, two)
    assert (refused.code, refused.data) == ("queue_full_here", {"limit": 2})


async def test_it_counts_nobody_elses_and_nothing_of_other_groups(store: Store):
    one = bounds(live_here=1)
    await ask(store, one)
    await ask(store, one, by=BORIS)
    await ask(store, one, scope="-200")
    assert (await refusal(store, one)).code == "queue_full_here"


async def test_what_has_ended_counts_no_more(store: Store):
    one = bounds(live_here=1)
    first = await ask(store, one)
    await store.outcomes.cancel([first.id], "cancel")
    await ask(store, one)


# --- how soon -------------------------------------------------------------------------------------


async def test_the_next_one_waits_and_is_told_for_how_long(store: Store):
    await ask(store, HALF_A_MINUTE)
    store.clock.advance(1)
    refused = await refusal(store, HALF_A_MINUTE)
    assert (refused.code, refused.data) == ("cooldown", {"seconds": 30, "cooldown": 30})
    store.clock.advance(28_999)
    assert (await refusal(store, HALF_A_MINUTE)).data["seconds"] == 1
    store.clock.advance(1_000)
    await ask(store, HALF_A_MINUTE)


async def test_of_two_at_once_one_passes(store: Store):
    asked = [ask(store, HALF_A_MINUTE) for _ in range(2)]
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert sorted(type(result).__name__ for result in results) == ["Generation", "Refusal"]


async def test_nobody_waits_for_others_or_for_what_was_drawn_elsewhere(store: Store):
    await ask(store, HALF_A_MINUTE)
    await ask(store, HALF_A_MINUTE, by=BORIS)
    await ask(store, HALF_A_MINUTE, scope="-200")


async def drawn(store: Store, generation: Generation) -> None:
    started = await store.start(generation)
    assert await store.outcomes.finish(started.key, ["1.png"], "1.jpg")


async def failed(store: Store, generation: Generation) -> None:
    started = await store.start(generation)
    assert await store.outcomes.fail(started.key, "out_of_memory", {})


async def cancelled(store: Store, generation: Generation) -> None:
    await store.start(generation)
    assert await store.outcomes.cancel([generation.id], "cancel")


async def expired(store: Store, generation: Generation) -> None:
    assert await store.outcomes.expire(store.clock() + 1) == [generation.id]


@pytest.mark.parametrize("end", [failed, cancelled, expired])
async def test_what_came_to_nothing_is_not_waited_for(store: Store, end):
    await end(store, await ask(store, HALF_A_MINUTE))
    await ask(store, HALF_A_MINUTE)


async def test_but_for_what_came_before_it_one_waits_on(store: Store):
    await drawn(store, await ask(store, HALF_A_MINUTE))
    store.clock.advance(10_000)
    await cancelled(store, await ask(store, bounds()))
    assert (await refusal(store, HALF_A_MINUTE)).data["seconds"] == 20


async def test_a_refused_request_begins_none(store: Store):
    await ask(store, HALF_A_MINUTE)
    store.clock.advance(29_000)
    await refusal(store, HALF_A_MINUTE)
    store.clock.advance(1_000)
    await ask(store, HALF_A_MINUTE)


async def test_a_redelivered_request_is_no_second_one(store: Store):
    for _ in range(2):
        await ask(store, HALF_A_MINUTE, event_key="twice")
    assert await store.records.waiting_in_all() == 1


async def test_a_clock_that_was_ahead_lets_nobody_wait_until_then(store: Store):
    store.clock.advance(3_600_000)
    await ask(store, HALF_A_MINUTE)
    store.clock.advance(-3_600_000)
    await ask(store, HALF_A_MINUTE)


async def test_a_group_that_moves_takes_its_cooldowns_along(store: Store):
    await ask(store, HALF_A_MINUTE)
    await store.moves.move("telegram", "-100", "-1001")
    assert (await refusal(store, HALF_A_MINUTE, scope="-1001")).code == "cooldown"


async def test_of_several_reasons_the_first_one_is_told():
    """Queue, then cooldown, then quota; and none of them takes anything."""
    async with Database(MEMORY) as database:
        store = store_over(database, QuotaDefaults(allowance=UNIT))
        await ask(store, bounds(), price=UNIT)
        all_at_once = bounds(live_here=1, cooldown_ms=30_000)
        assert (await refusal(store, all_at_once, price=UNIT)).code == "queue_full_here"
        assert (await refusal(store, HALF_A_MINUTE, price=UNIT)).code == "cooldown"
        assert (await refusal(store, bounds(), price=UNIT)).code == "quota_spent"
        assert await store.sql("SELECT kind FROM ledger") == [("grant",), ("reserve",)]


async def test_a_decision_is_an_act(store: Store):
    await store.groups.decide(
        "telegram", "-100", "cooldown_s", 30, act("e", detail="冷却 30"), within=None
    )
    (told,) = await store.acts.last("telegram", "-100", about=None, limit=5)
    assert (told.event_key, told.detail) == ("e", "冷却 30")
