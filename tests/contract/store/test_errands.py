"""Requests whose picture is still to be fetched."""

import pytest

from bot.core.errand_ports import NewErrand
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Origin
from bot.store.errands import MOST_WAITING
from tests.builders import address, notice


def errand(number: int = 1, **changes) -> NewErrand:
    origin = Origin(
        **{
            "event_key": f"telegram:message:{number}",
            "requester": "telegram:1",
            "address": address(thread="5"),
            "locale": "en",
            "spoiler": True,
            "name": "anna",
            **changes,
        }
    )
    return NewErrand(origin=origin, text="换成夜景", file="AgACAg")


async def test_an_errand_comes_back_as_it_was_noted_until_it_is_done(store):
    new = errand()
    assert await store.errands.note(new)
    (found,) = await store.errands.waiting()
    assert (found.origin, found.text, found.file) == (new.origin, new.text, new.file)
    assert found.created_ms == store.clock()
    await store.errands.done(found.origin.event_key)
    await store.errands.done(found.origin.event_key)
    assert await store.errands.waiting() == []


async def test_an_event_is_noted_once(store):
    assert await store.errands.note(errand())
    assert not await store.errands.note(errand())
    assert len(await store.errands.waiting()) == 1


async def test_they_move_with_their_group(store):
    for number, by in ((1, "telegram:1"), (2, "telegram:-100")):
        asked = address(thread="5", request_message="7")
        await store.errands.note(errand(number, requester=by, address=asked))
    await store.errands.note(errand(3, requester="discord:1", address=address(platform="discord")))
    await store.moves.move("telegram", "-100", "-1001")
    found = [one.origin for one in await store.errands.waiting()]
    assert [one.requester for one in found] == ["telegram:1", "telegram:-1001", "discord:1"]
    there = address(chat="-1001", thread="5", request_message=None)
    assert [one.address for one in found] == [there, there, address(platform="discord")]
    # As many as one person may have are counted under the new name.
    for number in range(4, 4 + MOST_WAITING - 1):
        await store.errands.note(errand(number, requester="telegram:-1001"))
    with pytest.raises(Refusal, match="queue_full_yours"):
        await store.errands.note(errand(99, requester="telegram:-1001"))


TOLD = notice(event_key="telegram:message:1", text="已取消。")
BY = errand(7).origin


async def test_one_that_is_cancelled_is_answered_and_never_admitted(store):
    await store.errands.note(errand(1))
    await store.errands.note(errand(2))
    (found, _) = await store.errands.waiting("telegram:1")
    assert await store.errands.cancel(found.origin.event_key, TOLD, by=BY)
    assert [one.origin.event_key for one in await store.errands.waiting()] == ["telegram:message:2"]
    assert await store.unsaid() == [TOLD]
    with pytest.raises(AlreadySeen):
        await store.queued(event_key=found.origin.event_key)


async def test_an_event_cancels_one(store):
    await store.errands.note(errand(1))
    await store.errands.note(errand(2))
    first, second = await store.errands.waiting()
    assert await store.errands.cancel(first.origin.event_key, TOLD, by=BY)
    with pytest.raises(AlreadySeen):
        await store.errands.cancel(
            second.origin.event_key, notice(event_key="telegram:message:2"), by=BY
        )
    assert await store.errands.waiting() == [second]


async def test_one_that_was_admitted_is_not_cancelled(store):
    await store.errands.note(errand(1))
    (found,) = await store.errands.waiting()
    await store.queued(event_key=found.origin.event_key)
    assert not await store.errands.cancel(found.origin.event_key, TOLD, by=None)
    assert not await store.errands.cancel("never", TOLD, by=None)
    assert await store.unsaid() == []


async def test_one_person_is_asked_for_alone(store):
    await store.errands.note(errand(1))
    await store.errands.note(errand(2, requester="telegram:2"))
    (found,) = await store.errands.waiting("telegram:2")
    assert found.origin.requester == "telegram:2"


async def test_they_come_in_order_and_one_person_has_so_many(store):
    for number in range(MOST_WAITING):
        await store.errands.note(errand(number))
    with pytest.raises(Refusal) as caught:
        await store.errands.note(errand(99))
    assert caught.value.code == "queue_full_yours"
    assert await store.errands.note(errand(100, requester="telegram:2"))
    found = [one.origin.event_key for one in await store.errands.waiting()]
    assert found[:2] == ["telegram:message:0", "telegram:message:1"]
    assert len(found) == MOST_WAITING + 1
