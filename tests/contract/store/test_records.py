"""Records: what is asked of the rows before anything is done."""

from tests.builders import address, notice
from tests.stores import Store


async def test_an_event_is_seen_once_it_made_a_row_a_cancel_or_a_notice(store: Store):
    assert not await store.records.seen("telegram:1")
    drawn = await store.queued(event_key="telegram:1")
    await store.outcomes.cancel([drawn.id], "telegram:2")
    await store.notices.post(notice(event_key="telegram:3"))
    assert [await store.records.seen(f"telegram:{n}") for n in (1, 2, 3, 4)] == [
        True,
        True,
        True,
        False,
    ]


async def test_what_an_event_had_drawn_is_found(store: Store):
    drawn = await store.queued(event_key="board:1")
    await store.outcomes.cancel([drawn.id], "board:2")
    assert await store.records.of_event("board:1") == await store.now(drawn)
    for other in ("board:2", "board:3"):
        assert await store.records.of_event(other) is None


async def test_a_cancel_that_cancelled_nothing_was_not_seen(store: Store):
    await store.outcomes.cancel(["nothing"], "telegram:1")
    assert not await store.records.seen("telegram:1")


async def test_live_ones_are_of_this_person_in_this_chat(store: Store):
    mine = [await store.queued(), await store.running()]
    await store.finished()
    await store.queued(requester="telegram:2")
    await store.queued(address=address(chat="-200"))
    assert set(await store.records.live("telegram:1", "-100")) == {one.id for one in mine}


async def test_what_waits_for_a_person_is_found_in_every_chat_the_next_one_first(store: Store):
    last = await store.queued()
    elsewhere = await store.queued(address=address(chat="-200"))
    running = await store.running()
    await store.finished()
    await store.queued(requester="telegram:2")
    waiting = await store.records.waiting("telegram:1")
    assert [one.id for one in waiting] == [running.id, last.id, elsewhere.id]
    assert await store.records.waiting_in_all() == 4
