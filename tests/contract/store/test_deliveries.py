import asyncio

from bot.core.generation import Delivery
from tests.builders import address
from tests.stores import Store


async def test_live_generation_is_not_sent(store: Store):
    for row in (await store.queued(), await store.running()):
        assert await store.deliveries.sending(row.id) is None
        assert await store.now(row) == row


async def test_every_ended_generation_is_sent(store: Store):
    finished = await store.finished()
    failed, cancelled = await store.running(), await store.running()
    await store.outcomes.fail(failed.key, "engine_error", {})
    await store.outcomes.cancel([cancelled.id], "cancel:1")
    expired = await store.queued()
    await store.outcomes.expire(store.clock() + 1)
    for row in (finished, failed, cancelled, expired):
        sending = await store.deliveries.sending(row.id)
        assert sending is not None
        assert sending == await store.now(row)
        assert sending.delivery is Delivery.SENDING


async def test_sending_goes_on_after_a_crash(store: Store):
    row = await store.finished()
    first = await store.deliveries.sending(row.id)
    assert await store.deliveries.sending(row.id) == first


async def test_delivered_is_settled_for_good(store: Store):
    row = await store.finished()
    await store.deliveries.sending(row.id)
    assert await store.deliveries.delivered(row.id)
    assert (await store.now(row)).delivery is Delivery.DONE
    assert not await store.deliveries.delivered(row.id)
    assert not await store.deliveries.undeliverable(row.id, "blocked")
    assert await store.deliveries.sending(row.id) is None


async def test_undeliverable_is_settled_for_good_with_its_reason(store: Store):
    row = await store.finished()
    await store.deliveries.sending(row.id)
    assert await store.deliveries.undeliverable(row.id, "blocked")
    assert (await store.now(row)).delivery is Delivery.UNDELIVERABLE
    assert await store.sql("SELECT undeliverable_reason FROM generations") == [("blocked",)]
    assert not await store.deliveries.delivered(row.id)
    assert await store.deliveries.sending(row.id) is None


async def test_nothing_is_settled_before_it_is_sent(store: Store):
    row = await store.finished()
    assert not await store.deliveries.delivered(row.id)
    assert not await store.deliveries.undeliverable(row.id, "blocked")
    assert await store.now(row) == row


async def test_of_two_settlements_one_wins(store: Store):
    row = await store.finished()
    await store.deliveries.sending(row.id)
    won = await asyncio.gather(
        store.deliveries.delivered(row.id), store.deliveries.undeliverable(row.id, "blocked")
    )
    assert sorted(won) == [False, True]


async def test_undelivered_lists_live_and_ended_but_untold_rows(store: Store):
    queued, running = await store.queued(), await store.running()
    finished, sending = await store.finished(), await store.finished()
    told, lost = await store.finished(), await store.finished()
    for row in (sending, told, lost):
        await store.deliveries.sending(row.id)
    await store.deliveries.delivered(told.id)
    await store.deliveries.undeliverable(lost.id, "blocked")
    expected = [queued.id, running.id, finished.id, sending.id]
    assert await store.deliveries.undelivered() == expected


async def test_of_silent_platforms_only_what_has_ended_is_undelivered(store: Store):
    there, here = address(platform="api", chat="krita"), address()
    for place in (there, here):
        await store.queued(address=place)
        await store.running(address=place)
    ended = [await store.finished(address=place) for place in (there, here)]
    everything = await store.deliveries.undelivered()
    assert len(everything) == 6
    without = await store.deliveries.undelivered(["api", "board"])
    assert without == [*everything[2:4], *(row.id for row in ended)]


async def test_held_for_review_is_not_sent(store: Store):
    row = await store.finished()
    await store.sql("UPDATE generations SET delivery = 'held'")
    assert await store.deliveries.sending(row.id) is None
    assert await store.deliveries.undelivered() == []


async def test_status_message_is_replaced(store: Store):
    row = await store.queued()
    await store.deliveries.record_status(row.id, "1")
    await store.deliveries.record_status(row.id, "2")
    assert (await store.now(row)).status_message == "2"
