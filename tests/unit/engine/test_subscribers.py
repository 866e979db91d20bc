from engine.contract import AnyEvent, Cancelled, Progress
from engine.subscribers import Subscriber, Subscribers
from tests.unit.engine.jobs import key


def progress(step: int) -> Progress:
    return Progress(key=key(), step=step, steps=8)


async def drained(subscriber: Subscriber) -> list[AnyEvent]:
    return [event async for gathered in subscriber.events() for event in gathered]


async def test_a_stream_begins_with_what_it_joined_with():
    subscribers = Subscribers()
    stream = subscribers.join([progress(1)])
    subscribers.publish(progress(2))
    subscribers.close()
    assert await drained(stream) == [progress(1), progress(2)]


async def test_a_full_stream_loses_progress_first():
    subscribers = Subscribers(limit=2)
    stream = subscribers.join([])
    for event in (progress(1), Cancelled(key=key("a")), Cancelled(key=key("b"))):
        subscribers.publish(event)
    subscribers.close()
    assert await drained(stream) == [Cancelled(key=key("a")), Cancelled(key=key("b"))]


async def test_a_stream_that_would_lose_a_result_is_ended_and_the_others_go_on():
    subscribers = Subscribers(limit=1)
    slow, quick = subscribers.join([]), subscribers.join([])
    turns = quick.events()
    for name in ("a", "b", "c"):
        subscribers.publish(Cancelled(key=key(name)))
        assert await anext(turns) == [Cancelled(key=key(name))]
    assert await drained(slow) == [Cancelled(key=key("a"))]


async def test_after_the_end_a_new_stream_ends_at_once():
    subscribers = Subscribers()
    subscribers.close()
    assert await drained(subscribers.join([progress(1)])) == [progress(1)]
