from bot.core.acts import EVERYWHERE, Act, ActKind
from bot.core.generation import Outcome
from bot.core.pauses import Pause
from tests.builders import act
from tests.stores import Store


def pausing(event_key: str | None = None) -> Act:
    return act(event_key, kind=ActKind.PAUSE, scope=EVERYWHERE)


async def test_a_queue_is_not_paused_unless_somebody_has_done_it(store: Store):
    assert await store.pauses.paused() is None
    await store.pauses.pause("换显卡", pausing())
    assert await store.pauses.paused() == Pause("换显卡")
    await store.pauses.resume(pausing())
    assert await store.pauses.paused() is None


async def test_a_second_pause_changes_the_reason_and_takes_one_resume(store: Store):
    for reason in ("a", ""):
        await store.pauses.pause(reason, pausing())
    assert await store.pauses.paused() == Pause("")
    await store.pauses.resume(pausing())
    assert await store.pauses.paused() is None


async def test_a_redelivered_pause_does_not_undo_a_later_resume(store: Store):
    first, second = pausing("pause:1"), pausing("resume:1")
    await store.pauses.pause("", first)
    await store.pauses.resume(second)
    await store.pauses.pause("", first)
    assert await store.pauses.paused() is None
    await store.pauses.pause("", pausing())
    await store.pauses.resume(second)
    assert await store.pauses.paused() == Pause("")
    assert len(await store.acts.last("telegram", None, about=None, limit=9)) == 3


async def test_nothing_starts_while_it_is_paused_and_what_runs_goes_on(store: Store):
    running, waiting = await store.running(requester="a"), await store.queued(requester="b")
    await store.pauses.pause("", pausing())
    assert await store.jobs.head(4) == []
    # Read just before.
    assert await store.jobs.start(waiting.id, 1) is None
    assert (await store.now(waiting)).outcome is Outcome.QUEUED
    assert await store.outcomes.finish(running.key, ["1.png"], "1.jpg")
    await store.pauses.resume(pausing())
    assert [row.id for row in await store.jobs.head(4)] == [waiting.id]
    await store.start(waiting)


async def test_requests_are_accepted_and_can_be_cancelled_meanwhile(store: Store):
    await store.pauses.pause("", pausing())
    waiting = await store.queued()
    assert await store.outcomes.cancel([waiting.id], "cancel:1")


async def test_nothing_expires_while_it_is_paused_and_then_the_time_begins_anew(store: Store):
    waiting = await store.queued()
    await store.pauses.pause("", pausing())
    store.clock.advance(1000)
    assert await store.outcomes.expire(store.clock()) == []
    await store.pauses.resume(pausing())
    store.clock.advance(500)
    # It has waited for 1500, but for 500 since then.
    assert await store.outcomes.expire(store.clock() - 600) == []
    assert await store.outcomes.expire(store.clock() - 500) == []
    store.clock.advance(1)
    assert await store.outcomes.expire(store.clock() - 500) == [waiting.id]


async def test_a_resume_of_what_goes_on_gives_nobody_more_time(store: Store):
    waiting = await store.queued()
    store.clock.advance(1000)
    await store.pauses.resume(pausing())
    assert await store.outcomes.expire(store.clock()) == [waiting.id]
