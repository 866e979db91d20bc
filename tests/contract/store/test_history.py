"""History: a person's own generations, in all chats, as long as they are kept."""

from bot.core.data_ports import Holdings, Page
from bot.core.generation import Generation
from tests.builders import address, spec
from tests.stores import Store

ANNA, BORIS = "telegram:1", "telegram:2"


async def drawn(store: Store, number: int, **changes) -> list[Generation]:
    """Of Anna, oldest first."""
    return [
        await store.told(await store.finished(requester=ANNA, **changes)) for _ in range(number)
    ]


async def page(store: Store, **where) -> Page:
    found = await store.history.page(ANNA, 3, **where)
    assert found is not None
    return found


def ids(rows) -> list[str]:
    return [one.id for one in rows]


async def test_it_is_ones_own_from_all_chats_newest_first(store: Store):
    here = await store.queued(requester=ANNA)
    await store.queued(requester=BORIS)
    there = await store.finished(requester=ANNA, address=address(chat="5"))
    assert await page(store) == Page(rows=(there, here))


async def test_nothing_is_an_empty_page(store: Store):
    assert await page(store) == Page()
    assert await store.history.holdings(ANNA) is None


async def test_pages_follow_one_another_and_lead_back(store: Store):
    rows = await drawn(store, 7)
    newest_first = ids(reversed(rows))
    first = await page(store)
    second = await page(store, before=first.rows[-1].id)
    third = await page(store, before=second.rows[-1].id)
    assert [ids(one.rows) for one in (first, second, third)] == [
        newest_first[:3],
        newest_first[3:6],
        newest_first[6:],
    ]
    flags = [(one.newer, one.older) for one in (first, second, third)]
    assert flags == [(False, True), (True, True), (True, False)]
    assert await page(store, after=third.rows[0].id) == second
    assert await page(store, after=second.rows[0].id) == first


async def test_what_is_drawn_meanwhile_shifts_no_page(store: Store):
    rows = await drawn(store, 5)
    first = await page(store)
    await drawn(store, 4)
    second = await page(store, before=first.rows[-1].id)
    assert ids(second.rows) == ids(reversed(rows[:2]))
    assert ids((await page(store, after=second.rows[0].id)).rows) == ids(first.rows)


async def test_the_first_page_is_whole(store: Store):
    """Going back to where only two are newer shows the newest three."""
    rows = await drawn(store, 5)
    assert ids((await page(store, after=rows[2].id)).rows) == ids(reversed(rows[2:]))


async def test_a_page_whose_place_was_forgotten_is_found(store: Store):
    rows = await drawn(store, 5)
    await store.forget(rows[2])
    assert ids((await page(store)).rows) == ids(reversed(rows[3:]))
    assert ids((await page(store, before=rows[3].id)).rows) == ids(reversed(rows[3:]))
    assert ids((await page(store, after=rows[0].id)).rows) == ids(reversed(rows[3:]))


async def test_somebody_elses_place_is_none(store: Store):
    await drawn(store, 1)
    other = await store.finished(requester=BORIS)
    assert await store.history.page(ANNA, 3, before=other.id) is None
    assert await store.history.page(ANNA, 3, after="nobody") is None


async def test_what_is_held_is_counted(store: Store):
    await drawn(store, 2, spec=spec(count=3))
    failed = await store.running(requester=ANNA)
    assert await store.outcomes.fail(failed.key, "engine_error", {})
    live = await store.queued(requester=ANNA)
    await store.finished(requester=BORIS)
    assert await store.history.holdings(ANNA) == Holdings(
        newest=live.id, requests=4, pictures=6, live=1
    )


async def test_a_search_finds_prompts_with_every_word_and_ids(store: Store):
    cat = await store.finished(requester=ANNA, spec=spec(prompt="a Black cat, 100% wool"))
    dog = await store.finished(requester=ANNA, spec=spec(prompt="一只 black 狗_在雪里"))
    await store.finished(requester=BORIS, spec=spec(prompt="black cat"))

    async def found(*words: str) -> list[str]:
        return ids((await page(store, words=words)).rows)

    assert await found("BLACK") == [dog.id, cat.id]
    assert await found("cat", "black") == [cat.id]
    assert await found("狗") == [dog.id]
    assert await found("cat", "狗") == []
    assert await found(f"#{cat.id.upper()}") == [cat.id]
    # Signs that mean something to SQL are letters here.
    assert await found("100%") == [cat.id]
    assert await found("1%0") == []
    assert await found("狗_在") == [dog.id]
    assert await found("只_b") == []


async def test_pages_of_a_search_follow_one_another(store: Store):
    rows = await drawn(store, 5, spec=spec(prompt="cat"))
    await drawn(store, 2, spec=spec(prompt="dog"))
    first = await page(store, words=["cat"])
    assert (ids(first.rows), first.newer, first.older) == (ids(reversed(rows[2:])), False, True)
    second = await page(store, words=["cat"], before=first.rows[-1].id)
    assert (ids(second.rows), second.newer, second.older) == (ids(reversed(rows[:2])), True, False)
