"""Exports: wishes for copies, and the files that answer them."""

from bot.core.data_ports import Export, NewExport
from bot.store.exports import KEEP_MS
from tests.builders import address
from tests.stores import Store

ANNA, BORIS = "telegram:1", "telegram:2"


def wish(event: str, requester: str = ANNA) -> NewExport:
    return NewExport(
        event_key=event,
        requester=requester,
        address=address(chat="5", thread="3", reply_token="10:token"),
        locale="en",
        limit_bytes=10_000,
    )


async def begun(store: Store) -> Export:
    export = await store.exports.begin()
    assert export is not None
    return export


async def test_a_wish_is_open_until_it_is_answered(store: Store):
    exports = store.exports
    assert await exports.ask(wish("a"))
    first = await begun(store)
    assert wish("a") == NewExport(
        **{name: getattr(first, name) for name in NewExport.__dataclass_fields__}
    )
    again = await begun(store)
    assert (again.serial, first.attempts, again.attempts) == (first.serial, 1, 2)
    await exports.end(first.serial)
    assert await exports.begin() is None


async def test_one_at_a_time_for_each_person(store: Store):
    exports = store.exports
    assert await exports.ask(wish("a"))
    assert not await exports.ask(wish("b"))
    assert await exports.ask(wish("c", BORIS))
    first = await begun(store)
    await exports.end(first.serial)
    assert await exports.ask(wish("d"))


async def test_an_event_asks_once(store: Store):
    exports = store.exports
    for _ in range(2):
        assert await exports.ask(wish("a"))
    await exports.end((await begun(store)).serial)
    assert await exports.ask(wish("a"))
    assert await exports.begin() is None


async def test_a_file_goes_after_a_day_and_its_row_with_it(store: Store):
    exports = store.exports
    await exports.ask(wish("a"))
    export = await begun(store)
    await exports.end(export.serial)
    assert await exports.expired() == []
    store.clock.advance(KEEP_MS)
    assert await exports.expired() == [export.serial]
    await exports.drop([export.serial])
    assert await exports.expired() == []
    assert await store.sql("SELECT * FROM exports") == []


async def test_a_new_one_takes_the_place_of_the_last(store: Store):
    exports = store.exports
    await exports.ask(wish("a"))
    first = await begun(store)
    await exports.end(first.serial)
    await exports.ask(wish("b"))
    assert await exports.expired() == [first.serial]


async def test_what_was_forgotten_meanwhile_is_not_made_any_more(store: Store):
    exports = store.exports
    row = await store.finished(requester=ANNA)
    await exports.ask(wish("a"))
    making = await begun(store)
    await store.forget(row)
    assert await exports.expired() == [], "it may still be written"
    assert await exports.begin() is None
    assert await exports.expired() == [making.serial]
