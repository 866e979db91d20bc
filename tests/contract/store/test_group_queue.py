import asyncio

from bot.core.acts import Act, ActKind
from bot.core.generation import Outcome
from bot.core.group_queue import Group, Standing
from tests.builders import act, address
from tests.stores import Store

HERE = ("telegram", "-100")


def clearing(event_key: str = "press:1") -> Act:
    return act(event_key, kind=ActKind.CLEAR)


async def clear(store: Store, group: Group, up_to: int, event: str = "press:1") -> list[str]:
    """Ids of what it ended."""
    await store.queue.clear(group, up_to, clearing(event))
    return list(await store.queue.clear_on(9))


async def test_a_group_is_counted_by_itself_and_by_its_platform(store: Store):
    await store.running(scope="-100")
    for scope in ("-100", "-100", "-200"):
        await store.queued(scope=scope)
    await store.queued(scope="-100", address=address(platform="discord"))
    assert await store.queue.standing(HERE) == Standing(count=2, up_to=5)
    assert await store.queue.standing(None) == Standing(count=4, up_to=5)
    assert await store.queue.standing(("telegram", "-300")) == Standing(count=0, up_to=5)


async def test_it_is_listed_in_the_order_of_its_turns(store: Store):
    first, second = await store.queued(scope="-100"), await store.queued(scope="-100")
    other = await store.queued(scope="-200", requester="telegram:2")
    second = await store.start(second)
    await store.finished(scope="-100", requester="telegram:3")
    assert await store.queue.live(HERE, skip=0, limit=9) == [second, first]
    assert await store.queue.live(HERE, skip=1, limit=9) == [first]
    assert await store.queue.live(None, skip=0, limit=2) == [second, first]
    assert [one.id for one in await store.queue.live(None, skip=2, limit=9)] == [other.id]


async def test_clearing_ends_what_waited_then_in_that_group_and_names_its_event(store: Store):
    running, waiting = await store.running(scope="-100"), await store.queued(scope="-100")
    elsewhere = await store.queued(scope="-200", requester="telegram:2")
    up_to = (await store.queue.standing(HERE)).up_to
    later = await store.queued(scope="-100", requester="telegram:3")
    store.clock.advance(5)
    assert await clear(store, HERE, up_to) == [waiting.id]
    cancelled = await store.now(waiting)
    assert (cancelled.outcome, cancelled.ended_by) == (Outcome.CANCELLED, "press:1")
    assert cancelled.finished_ms == store.clock()
    for other in (running, elsewhere, later):
        assert await store.now(other) == other
    assert await store.queue.cleared("press:1") == 1
    assert await store.queue.cleared("press:2") == 0


async def test_everything_can_be_cleared_bit_by_bit(store: Store):
    rows = [await store.queued(scope=f"-{n}", requester=f"telegram:{n}") for n in range(5)]
    await store.queue.clear(None, 99, clearing())
    taken = [await store.queue.clear_on(2) for _ in range(4)]
    assert [len(ids) for ids in taken] == [2, 2, 1, 0]
    assert {one for ids in taken for one in ids} == {row.id for row in rows}
    assert await store.queue.cleared("press:1") == 5
    assert len(await store.acts.last("telegram", None, about=None, limit=9)) == 1


async def test_the_same_event_clears_no_more(store: Store):
    assert len(await clear(store, HERE, 99)) == 0
    row = await store.queued(scope="-100")
    assert await clear(store, HERE, 99) == []
    assert await store.now(row) == row
    assert await store.sql("SELECT * FROM clearings") == []


async def test_of_several_wishes_the_oldest_comes_first(store: Store):
    rows = [await store.queued(scope=scope) for scope in ("-100", "-200", "-100")]
    await store.queue.clear(("telegram", "-200"), 99, clearing("press:1"))
    await store.queue.clear(HERE, 1, clearing("press:2"))
    await store.queue.clear(None, 99, clearing("press:3"))
    cleared = [await store.queue.clear_on(9) for _ in range(4)]
    assert cleared == [[rows[1].id], [rows[0].id], [rows[2].id], ()]
    assert [(await store.now(row)).ended_by for row in rows] == ["press:2", "press:1", "press:3"]


async def test_of_a_start_and_a_clearing_at_once_one_wins(store: Store):
    for number in range(10):
        row = await store.queued()
        started, cleared = await asyncio.gather(
            store.jobs.start(row.id, 1), clear(store, None, 99, f"p:{number}")
        )
        assert (started is None) is bool(cleared)


async def test_what_an_act_ends_says_so_and_is_a_line_of_the_audit(store: Store):
    own, others = await store.queued(), await store.queued()
    await store.outcomes.cancel([own.id], "press:1")
    await store.outcomes.cancel([others.id], "press:2", act=act("press:2", kind=ActKind.CANCEL))
    assert (await store.now(own)).ended_by is None
    assert (await store.now(others)).ended_by == "press:2"
    (line,) = await store.acts.last("telegram", None, about=None, limit=9)
    assert (line.kind, line.event_key) == (ActKind.CANCEL, "press:2")


async def test_an_act_that_ends_nothing_is_none(store: Store):
    ended = await store.finished()
    assert not await store.outcomes.cancel([ended.id], "press:1", act=act("press:1"))
    assert not await store.acts.last("telegram", None, about=None, limit=9)


async def test_a_clearing_goes_along_when_the_group_moves(store: Store):
    row = await store.queued(scope="-100")
    await store.queue.clear(HERE, 99, clearing())
    await store.moves.move("telegram", "-100", "-1001")
    assert await store.queue.clear_on(9) == [row.id]
