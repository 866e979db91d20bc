import asyncio

import pytest

from bot.core.errors import AlreadySeen
from bot.core.generation import MAX_ATTEMPTS, Outcome
from engine.contract import JobKey
from tests.stores import Store


async def test_finish_stores_the_pictures(store: Store):
    running = await store.running()
    store.clock.advance(5)
    assert await store.outcomes.finish(running.key, ["a-1.png", "a-2.png"], "a.jpg")
    row = await store.now(running)
    assert (row.outcome, row.pictures, row.preview) == (
        Outcome.FINISHED,
        ("a-1.png", "a-2.png"),
        "a.jpg",
    )
    assert (row.finished_ms, row.lease_until) == (store.clock(), None)


async def test_fail_stores_code_and_data(store: Store):
    running = await store.running()
    assert await store.outcomes.fail(running.key, "prompt_too_long", {"lost": "樱花树"})
    row = await store.now(running)
    assert (row.outcome, row.error_code) == (Outcome.FAILED, "prompt_too_long")
    assert row.error_data == {"lost": "樱花树"}


async def test_late_result_under_an_old_attempt_loses(store: Store):
    old = await store.running()
    await store.outcomes.requeue(old.key, counted=True)
    assert not await store.outcomes.finish(old.key, ["late.png"], "late.jpg")
    current = await store.start(old)
    assert not await store.outcomes.finish(old.key, ["late.png"], "late.jpg")
    assert not await store.outcomes.fail(old.key, "engine_error", {})
    assert await store.outcomes.requeue(old.key, counted=True) is None
    assert await store.now(old) == current


async def test_result_under_an_attempt_never_handed_out_loses(store: Store):
    running = await store.running()
    future = JobKey(generation_id=running.id, attempt=2)
    assert not await store.outcomes.finish(future, ["1.png"], "1.jpg")


async def test_finish_after_cancel_loses(store: Store):
    running = await store.running()
    (cancelled,) = await store.outcomes.cancel([running.id], "cancel:1")
    assert not await store.outcomes.finish(running.key, ["1.png"], "1.jpg")
    assert await store.now(running) == cancelled


async def test_cancel_after_finish_loses(store: Store):
    finished = await store.finished()
    assert await store.outcomes.cancel([finished.id], "cancel:1") == []
    assert await store.now(finished) == finished


async def test_of_finish_fail_and_cancel_at_once_one_wins(store: Store):
    for number in range(10):
        running = await store.running()
        won = await asyncio.gather(
            store.outcomes.finish(running.key, ["1.png"], "1.jpg"),
            store.outcomes.fail(running.key, "engine_error", {}),
            store.outcomes.cancel([running.id], f"cancel:{number}"),
        )
        assert [bool(one) for one in won].count(True) == 1


async def test_same_result_twice_wins_once(store: Store):
    running = await store.running()
    finish = store.outcomes.finish
    assert await finish(running.key, ["1.png"], "1.jpg")
    assert not await finish(running.key, ["2.png"], "2.jpg")
    assert (await store.now(running)).pictures == ("1.png",)


async def test_requeue_counts_only_when_told(store: Store):
    running = await store.running()
    assert await store.outcomes.requeue(running.key, counted=False) is Outcome.QUEUED
    assert (await store.now(running)).counted_attempts == 0
    running = await store.start(running)
    assert await store.outcomes.requeue(running.key, counted=True) is Outcome.QUEUED
    row = await store.now(running)
    assert (row.counted_attempts, row.attempt, row.lease_until) == (1, 2, None)
    assert row.tag == running.tag


async def test_fifth_counted_attempt_fails(store: Store):
    row = await store.queued()
    outcomes = []
    for _ in range(MAX_ATTEMPTS):
        running = await store.start(row)
        outcomes.append(await store.outcomes.requeue(running.key, counted=True))
    assert outcomes == [Outcome.QUEUED] * 4 + [Outcome.FAILED]
    row = await store.now(row)
    assert (row.error_code, row.finished_ms) == ("too_many_attempts", store.clock())
    assert await store.jobs.head(1) == []


async def test_uncounted_attempts_never_fail(store: Store):
    row = await store.queued()
    for _ in range(2 * MAX_ATTEMPTS):
        running = await store.start(row)
        assert await store.outcomes.requeue(running.key, counted=False) is Outcome.QUEUED


async def test_cancel_ends_queued_and_running(store: Store):
    for row in (await store.queued(), await store.running()):
        (cancelled,) = await store.outcomes.cancel([row.id], f"cancel:{row.id}")
        assert cancelled == await store.now(row)
        assert cancelled.outcome is Outcome.CANCELLED
        assert cancelled.finished_ms == store.clock()


async def test_redelivered_cancel_cancels_nothing_else(store: Store):
    older, newer = await store.queued(), await store.queued()
    assert await store.outcomes.cancel([newer.id], "telegram:update:c")
    for generation in (newer, older):
        with pytest.raises(AlreadySeen):
            await store.outcomes.cancel([generation.id], "telegram:update:c")
    assert await store.now(older) == older


async def test_one_event_may_cancel_several_and_passes_over_what_has_ended(store: Store):
    ended, queued, running = await store.finished(), await store.queued(), await store.running()
    cancelled = await store.outcomes.cancel([ended.id, queued.id, running.id], "cancel:all")
    assert {one.id for one in cancelled} == {queued.id, running.id}
    assert await store.now(ended) == ended
    with pytest.raises(AlreadySeen):
        await store.outcomes.cancel([(await store.queued()).id], "cancel:all")


async def test_cancel_of_nothing_cancels_nothing(store: Store):
    for ids in (["nothing"], []):
        assert await store.outcomes.cancel(ids, "cancel:1") == []


async def test_a_lease_that_was_renewed_meanwhile_is_not_taken_back(store: Store):
    running = await store.running()
    lease = store.clock() + 60_000
    await store.jobs.renew([running.key], lease)
    requeue = store.outcomes.requeue
    assert await requeue(running.key, counted=True, lease_before=lease) is None
    assert (await store.now(running)).outcome is Outcome.RUNNING
    assert await requeue(running.key, counted=True, lease_before=lease + 1) is Outcome.QUEUED


async def test_expire_ends_old_queued_rows_only(store: Store):
    running, old = await store.running(), await store.queued()
    store.clock.advance(1000)
    young = await store.queued()
    assert await store.outcomes.expire(young.created_ms) == [old.id]
    assert (await store.now(old)).outcome is Outcome.EXPIRED
    assert (await store.now(old)).finished_ms == store.clock()
    assert await store.now(running) == running
    assert await store.now(young) == young
    assert await store.outcomes.expire(young.created_ms) == []
