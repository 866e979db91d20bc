"""How many places of the engine somebody may have while others wait."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store.database import Database
from bot.store.job_rows import SqlJobRows
from tests.stores import MEMORY, Store, store_over


async def head(store: Store, limit: int, each: int) -> str:
    """The names of those whose turn it is."""
    rows = await SqlJobRows(store.database, store.clock, each).head(limit)
    return "".join(row.requester for row in rows)


async def wait(store: Store, requesters: str, cost: float = 1.0) -> None:
    for requester in requesters:
        await store.queued(requester=requester, cost=cost)


async def draw(store: Store, requesters: str) -> None:
    for requester in requesters:
        await store.running(requester=requester)


async def test_others_come_first_once_somebody_has_enough(store: Store):
    await draw(store, "aa")
    await wait(store, "aaabb", cost=0.0)
    assert await head(store, 2, each=2) == "bb"
    assert await head(store, 2, each=3) == "ab"


async def test_what_is_handed_out_now_counts_as_well(store: Store):
    await store.sql("INSERT INTO people (person, weight) VALUES ('a', 10)")
    await wait(store, "aaaaaabb")
    assert await head(store, 4, each=9) == "abaa"
    assert await head(store, 4, each=2) == "abab"


async def test_whoever_is_alone_has_all_places(store: Store):
    await draw(store, "aa")
    await wait(store, "aaa")
    assert await head(store, 3, each=1) == "aaa"


async def test_where_all_have_enough_the_fair_order_holds(store: Store):
    await draw(store, "ab")
    await wait(store, "aabb")
    fair = [row.requester for row in await store.jobs.head(3)]
    assert list(await head(store, 3, each=1)) == fair


async def test_places_that_nobody_else_wants_go_to_who_has_enough(store: Store):
    await wait(store, "aaaab")
    assert await head(store, 4, each=1) == "abaa"


async def test_several_who_have_enough_are_passed_over(store: Store):
    await draw(store, "abc")
    await wait(store, "abc" * 5 + "d")
    assert (await head(store, 2, each=1))[0] == "d"


async def test_behind_a_long_backlog_the_others_are_found(store: Store):
    await wait(store, "a" * 30, cost=0.0)
    await wait(store, "b" * 30, cost=0.0)
    await wait(store, "c", cost=0.0)
    assert await head(store, 6, each=1) == "abcaaa"


@settings(max_examples=40)
@given(
    waiting=st.text("abc", max_size=12),
    drawn=st.text("abc", max_size=5),
    limit=st.integers(1, 6),
    each=st.integers(1, 4),
)
async def test_no_place_is_left_empty_and_none_is_taken_past_somebody_who_waits(
    waiting: str, drawn: str, limit: int, each: int
):
    async with Database(MEMORY) as database:
        store = store_over(database)
        await draw(store, drawn)
        await wait(store, waiting)
        chosen = await head(store, limit, each)
    assert len(chosen) == min(limit, len(waiting))
    assert all(chosen.count(one) <= waiting.count(one) for one in chosen)
    check_in_turn(chosen, waiting, drawn, each)


def check_in_turn(chosen: Sequence[str], waiting: str, drawn: str, each: int) -> None:
    """Whoever is given a place beyond theirs left nobody waiting who has fewer."""
    held = list(drawn)
    left = list(waiting)
    for one in chosen:
        if held.count(one) >= each:
            assert not [other for other in left if held.count(other) < each]
        held.append(one)
        left.remove(one)
