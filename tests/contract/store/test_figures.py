"""Figures: what ended within stretches of time, and how long it was waited for."""

from bot.core.figures import Span
from tests.builders import spec
from tests.stores import Store

SECOND = 1000
MINUTE = 60 * SECOND


async def drawn_after(store: Store, seconds: int, count: int = 1) -> None:
    """Asked for now, begun after so many seconds, and drawn at once."""
    queued = await store.queued(spec=spec(count=count))
    store.clock.advance(seconds * SECOND)
    started = await store.start(queued)
    assert await store.jobs.begun(started.key)
    assert await store.outcomes.finish(started.key, ["1.png"], "1.jpg")


async def test_pictures_failures_and_waits_fall_into_the_span_in_which_they_ended(store: Store):
    begin = store.clock()
    await drawn_after(store, 10, count=4)
    await drawn_after(store, 20)
    failed = await store.running()
    await store.outcomes.fail(failed.key, "engine_error", {})
    store.clock.now = begin + 2 * MINUTE
    await drawn_after(store, 0)
    assert await store.figures.spans(begin, MINUTE, 3) == [
        Span(begin_ms=begin, pictures=5, failed=1, wait_s=15, longest_wait_s=20),
        Span(begin_ms=begin + MINUTE),
        Span(begin_ms=begin + 2 * MINUTE, pictures=1, wait_s=0, longest_wait_s=0),
    ]


async def test_what_ended_before_or_after_is_left_out(store: Store):
    await drawn_after(store, 0)
    begin = store.clock() + 1
    store.clock.now = begin + MINUTE
    await drawn_after(store, 0)
    assert await store.figures.spans(begin, MINUTE, 1) == [Span(begin_ms=begin)]


async def test_what_was_cancelled_or_waits_still_is_neither_drawn_nor_failed(store: Store):
    begin = store.clock()
    cancelled = await store.queued()
    await store.outcomes.cancel([cancelled.id], "cancel:1")
    await store.queued()
    assert await store.figures.spans(begin, MINUTE, 1) == [Span(begin_ms=begin)]
