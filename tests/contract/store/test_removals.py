"""Removals: pictures taken away, and the messages that still have to go."""

from dataclasses import replace

import pytest

from bot.core.errors import AlreadySeen
from bot.core.generation import Delivery
from bot.core.messages import Attachment, Button
from tests.builders import address, notice
from tests.stores import Store

PLACES = [("-100", "9"), ("5", "3")]


async def test_messages_wait_until_they_are_done(store: Store):
    row = await store.finished()
    assert not await store.removals.removed(row.id)
    assert await store.removals.remove(row.id, PLACES, "press:1")
    first, second = await store.removals.waiting(["telegram"])
    assert [(one.generation_id, one.chat, one.message) for one in (first, second)] == [
        (row.id, "-100", "9"),
        (row.id, "5", "3"),
    ]
    await store.removals.done(first.serial)
    assert await store.removals.waiting(["telegram"]) == [second]
    assert await store.removals.waiting(["discord"]) == []
    assert await store.removals.removed(row.id)


async def test_an_event_removes_once(store: Store):
    row = await store.finished()
    await store.removals.remove(row.id, PLACES, "press:1")
    with pytest.raises(AlreadySeen):
        await store.removals.remove(row.id, PLACES, "press:1")
    assert await store.records.seen("press:1")
    assert len(await store.removals.waiting(["telegram"])) == 2


async def test_what_is_live_or_unknown_is_not_removed(store: Store):
    live = await store.running()
    assert not await store.removals.remove(live.id, PLACES, "press:1")
    assert not await store.removals.remove("nobody", PLACES, "press:2")
    assert await store.removals.waiting(["telegram"]) == []
    assert (await store.now(live)).delivery is Delivery.PENDING


async def test_a_picture_that_no_message_shows_is_removed_all_the_same(store: Store):
    row = await store.finished()
    assert await store.removals.remove(row.id, [], "press:1")
    assert await store.removals.removed(row.id)
    assert await store.removals.waiting(["telegram"]) == []


async def test_what_was_on_its_way_is_delivered_no_more(store: Store):
    row = await store.finished()
    assert await store.deliveries.sending(row.id) is not None
    await store.removals.remove(row.id, PLACES, "press:1")
    assert await store.deliveries.sending(row.id) is None
    assert not await store.deliveries.delivered(row.id)


async def test_the_message_that_shows_it_now_goes_with_it(store: Store):
    """Whoever pressed looked before; meanwhile it may have got another message."""
    row = await store.finished()
    await store.deliveries.sending(row.id)
    await store.deliveries.record_status(row.id, "9")
    await store.removals.remove(row.id, [], "press:1")
    assert [one.message for one in await store.removals.waiting(["telegram"])] == ["9"]


async def test_its_own_message_goes_once(store: Store):
    row = await store.finished()
    await store.deliveries.record_status(row.id, "9")
    await store.removals.remove(row.id, PLACES, "press:1")
    assert [one.message for one in await store.removals.waiting(["telegram"])] == ["9", "3"]


async def test_a_message_that_is_known_by_two_ids_goes_once(store: Store):
    row = await store.finished()
    await store.deliveries.record_status(row.id, "o:9")
    copies = [(row.address.chat, "c:9"), (row.address.chat, "c:10"), ("5", "c:9")]
    await store.removals.remove(row.id, copies, "press:1")
    waiting = await store.removals.waiting(["telegram"])
    assert [(one.chat, one.message) for one in waiting] == [
        (row.address.chat, "o:9"),
        (row.address.chat, "c:10"),
        ("5", "c:9"),
    ]


async def test_a_message_that_is_opened_for_it_afterwards_goes_too(store: Store):
    """Its opening was on the way to the platform when it was removed."""
    row, other = await store.finished(), await store.finished()
    await store.removals.remove(row.id, [], "press:1")
    for one in (row, other):
        await store.deliveries.record_status(one.id, f"message of {one.id}")
    (removal,) = await store.removals.waiting(["telegram"])
    assert (removal.generation_id, removal.message) == (row.id, f"message of {row.id}")
    assert removal.chat == row.address.chat


async def test_notices_that_bring_it_along_are_not_said_any_more(store: Store):
    row = await store.finished(notes=())
    assert row.preview is not None
    for number, path in enumerate((row.preview, *row.pictures)):
        await store.notices.post(notice(text=f"{number}", attachment=Attachment(path=path)))
    others = [notice(text="一句话"), notice(attachment=Attachment(path="another.png"))]
    for one in others:
        await store.notices.post(one)
    await store.removals.remove(row.id, [], "press:1")
    assert await store.unsaid() == others


async def test_whoever_is_waited_for_is_told_once_instead(store: Store):
    """In Discord the bot says that it is thinking until an answer comes."""
    row = await store.finished(notes=())
    first, second = (replace(address(), reply_token=f"token {n}") for n in range(2))
    for place in (first, first, second, address()):
        attachment = Attachment(path=row.pictures[0])
        buttons = (Button(action="again", generation_id=row.id, label="🔁"),)
        await store.notices.post(notice(address=place, attachment=attachment, buttons=buttons))
    await store.removals.remove(row.id, [], "press:1", instead="没有了")
    told = await store.unsaid()
    assert [(one.address, one.text, one.attachment, one.buttons) for one in told] == [
        (first, "没有了", None, ()),
        (second, "没有了", None, ()),
    ]
