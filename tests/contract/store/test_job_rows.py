import asyncio

from bot.core.generation import Outcome
from engine.contract import JobKey
from tests.stores import LEASE_MS, Store


async def test_start_hands_out_the_next_attempt_with_its_lease(store: Store):
    queued = await store.queued()
    lease_until = store.clock() + LEASE_MS
    started = await store.jobs.start(queued.id, lease_until)
    assert started is not None
    assert (started.outcome, started.attempt) == (Outcome.RUNNING, 1)
    assert (started.lease_until, started.begun) == (lease_until, False)
    assert started == await store.now(queued)
    await store.outcomes.requeue(started.key, counted=False)
    assert (await store.start(queued)).key == JobKey(generation_id=queued.id, attempt=2)


async def test_of_two_starts_one_wins(store: Store):
    queued = await store.queued()
    starts = await asyncio.gather(*(store.jobs.start(queued.id, 1) for _ in range(4)))
    assert [start is not None for start in starts].count(True) == 1
    assert (await store.now(queued)).attempt == 1


async def test_ended_generation_does_not_start(store: Store):
    cancelled = await store.queued()
    await store.outcomes.cancel([cancelled.id], "cancel:1")
    assert await store.jobs.start(cancelled.id, 1) is None
    assert await store.jobs.start((await store.finished()).id, 1) is None
    assert await store.jobs.start("nothing", 1) is None


async def test_head_shows_the_first_queued_ones(store: Store):
    await store.running(requester="a")
    rows = [await store.queued(requester=requester) for requester in "bcd"]
    assert list(await store.jobs.head(2)) == rows[:2]


async def test_requeued_generation_is_at_the_head_again(store: Store):
    first = await store.running(requester="a")
    await store.queued(requester="a")
    await store.queued(requester="b")
    await store.outcomes.requeue(first.key, counted=True)
    assert (await store.jobs.head(1))[0].id == first.id


async def test_begun_is_marked_for_the_current_attempt_only(store: Store):
    first = await store.running()
    await store.outcomes.requeue(first.key, counted=False)
    second = await store.start(first)
    assert not await store.jobs.begun(first.key)
    assert not (await store.now(first)).begun
    assert await store.jobs.begun(second.key)
    assert (await store.now(first)).begun


async def test_next_attempt_has_not_begun(store: Store):
    first = await store.running()
    await store.jobs.begun(first.key)
    await store.outcomes.requeue(first.key, counted=True)
    assert not (await store.start(first)).begun


async def test_it_is_known_when_an_attempt_was_handed_over_and_when_it_began(store: Store):
    first = await store.running()
    handed_over = store.clock()
    assert (first.started_ms, first.begun_ms) == (handed_over, None)
    store.clock.advance(5)
    await store.jobs.begun(first.key)
    now = await store.now(first)
    assert (now.started_ms, now.begun_ms) == (handed_over, handed_over + 5)
    await store.outcomes.requeue(first.key, counted=True)
    store.clock.advance(5)
    second = await store.start(first)
    assert (second.started_ms, second.begun_ms) == (handed_over + 10, None)


async def test_renew_extends_only_current_attempts(store: Store):
    renewed, other = await store.running(), await store.running()
    stale = JobKey(generation_id=other.id, attempt=7)
    await store.jobs.renew([renewed.key, stale], 99)
    assert (await store.now(renewed)).lease_until == 99
    assert await store.now(other) == other
    await store.jobs.renew([], 100)
    assert (await store.now(renewed)).lease_until == 99


async def test_renew_does_not_revive_an_ended_generation(store: Store):
    running = await store.running()
    await store.outcomes.cancel([running.id], "cancel:1")
    await store.jobs.renew([running.key], 99)
    assert (await store.now(running)).lease_until is None


async def test_running_lists_running_rows_only(store: Store):
    await store.queued()
    await store.finished()
    running = [await store.running(requester=requester) for requester in "ab"]
    assert list(await store.jobs.running()) == running
