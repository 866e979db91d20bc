"""What people do with pictures in Telegram, through the whole bot but for its engine."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.generation import Generation, Outcome
from bot.core.replies import reply
from tests.fakes.telegram_api import FakeTelegram
from tests.integration.telegram_whole import ANNA, BORIS, CHIEF, GROUP, Whole, whole
from tests.integration.waiting import eventually

NEW_GROUP = -1002


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        running.people.group(GROUP)
        running.people.promote(GROUP, CHIEF)
        yield running


async def test_a_contact_sheet_has_buttons_for_each_original(bot: Whole) -> None:
    sheet = await bot.drawn()
    assert [label for label, _ in sheet.buttons] == [
        *(reply(f"button_{action}", "zh") for action in ("again", "edit", "original", "delete")),
        *("1", "2"),
    ]
    rows = (sheet.reply_markup or {})["inline_keyboard"]
    assert [len(row) for row in rows] == [4, 2]


async def test_an_original_comes_as_a_document_to_whoever_presses(bot: Whole) -> None:
    sheet = await bot.drawn()
    query = bot.press(sheet, "2", user=BORIS)
    message = await bot.new_message(GROUP, after=sheet.message_id)
    assert message.media is not None
    assert (message.media.kind, message.media.file_name.endswith("-2.png")) == ("document", True)
    assert message.reply_to == sheet.message_id
    answer = await eventually(lambda: bot.telegram.answer(query))
    assert answer.text == reply("toast_sent", "zh")


async def test_an_edited_request_is_drawn_from_the_reply(bot: Whole) -> None:
    sheet = await bot.drawn()
    bot.press(sheet, "改词", user=BORIS)
    question = await bot.new_message(GROUP, after=sheet.message_id)
    assert (question.text or "").endswith("一个红色的圆\n张数 2")
    bot.telegram.people.say(
        "一个蓝色的圆 横图", user=BORIS, chat=GROUP, reply_to=question.message_id
    )
    made = await eventually(lambda: bot.latest(GROUP, BORIS))
    assert made.spec.prompt == "一个蓝色的圆"


async def test_its_requester_deletes_a_picture_and_a_stranger_does_not(bot: Whole) -> None:
    sheet = await bot.drawn()
    refused = bot.press(sheet, "删除", user=BORIS)
    answer = await eventually(lambda: bot.telegram.answer(refused))
    assert answer.text == reply("not_yours_to_delete", "zh")
    bot.press(sheet, "删除")
    await eventually(lambda: bot.telegram.messages(GROUP) == [])


async def test_an_admin_deletes_anybodys_and_cancels_anybodys(bot: Whole) -> None:
    sheet = await bot.drawn()
    bot.press(sheet, "删除", user=CHIEF)
    await eventually(lambda: bot.telegram.messages(GROUP) == [])
    waiting = await bot.asked()
    bot.press(await bot.shown(waiting), "❌", user=CHIEF)

    async def cancelled() -> bool:
        row = await bot.core.admissions.get(waiting.id)
        return row is not None and row.outcome is Outcome.CANCELLED

    await eventually(cancelled)


async def test_a_picture_is_shown_again_and_its_copy_deleted_with_it(bot: Whole) -> None:
    sheet = await bot.drawn()
    drawn = await bot.latest(GROUP, ANNA)
    assert drawn is not None
    bot.telegram.people.say(f"/show {drawn.id}", user=BORIS, chat=GROUP)
    copy = await bot.new_message(GROUP, after=sheet.message_id)
    assert (copy.media is not None, copy.buttons) == (True, sheet.buttons)
    bot.press(copy, "删除")
    await eventually(lambda: bot.telegram.messages(GROUP) == [])
    bot.telegram.people.say(f"/show {drawn.id}", chat=GROUP)
    said = await bot.new_message(GROUP, after=copy.message_id)
    assert said.text == reply("picture_removed", "zh", id=drawn.id)


async def test_a_link_shows_ones_own_picture_in_private(bot: Whole) -> None:
    await bot.drawn()
    drawn = await bot.latest(GROUP, ANNA)
    assert drawn is not None
    bot.telegram.people.say(f"/start show_{drawn.id}", user=ANNA)
    assert (await bot.new_message(ANNA, after=0)).media is not None


async def test_an_old_request_is_asked_about_and_drawn_when_it_is_still_wanted(bot: Whole) -> None:
    sent = bot.telegram.people.say("/draw 一个蓝色的圆", user=ANNA, chat=GROUP, ago=3600)
    offer = await bot.new_message(GROUP, after=sent.message_id)
    assert offer.text == reply("still_wanted", "zh")
    assert await bot.latest(GROUP, ANNA) is None
    bot.press(offer, "画", user=BORIS)
    bot.press(offer, "画", user=ANNA)
    made = await eventually(lambda: bot.latest(GROUP, ANNA))
    assert made.spec.prompt == "一个蓝色的圆"
    assert await bot.latest(GROUP, BORIS) is None


async def test_several_old_requests_of_a_chat_are_each_asked_about(bot: Whole) -> None:
    for number in range(6):
        bot.telegram.people.say(f"/draw 第{number}个圆", user=ANNA, ago=3600)
    await eventually(lambda: len(bot.telegram.messages(ANNA)) == 6)


async def test_a_quiet_group_sees_marks_and_the_picture_only(bot: Whole) -> None:
    bot.telegram.people.say("/quiet on", user=CHIEF, chat=GROUP)
    switched = await bot.new_message(GROUP, after=0)
    waiting = await bot.asked()
    request = bot.telegram.message(GROUP, int(waiting.address.request_message or 0))
    await eventually(lambda: request.reaction == "👀")
    assert [m.message_id for m in bot.telegram.messages(GROUP)] == [switched.message_id]
    await bot.finish(waiting)
    await eventually(lambda: request.reaction == "👌")


@pytest.mark.parametrize("says_so", [True, False])
async def test_a_group_that_becomes_a_supergroup_gets_its_picture_there(
    bot: Whole, says_so: bool
) -> None:
    """By what the groups say of it, or by the error that the next call gets."""
    waiting = await bot.asked()
    await bot.shown(waiting)
    if says_so:
        bot.telegram.people.upgrade(GROUP, NEW_GROUP)
        await bot.shown(waiting, NEW_GROUP)
    else:
        bot.telegram.people.migrate(GROUP, NEW_GROUP)
    picture = await bot.finish(waiting, NEW_GROUP)
    assert bot.telegram.pictures_seen() == 1
    row = await bot.core.admissions.get(waiting.id)
    assert row is not None
    assert (row.address.chat, row.status_message) == (str(NEW_GROUP), str(picture.message_id))


async def test_buttons_left_behind_in_the_old_group_draw_in_the_new_one(bot: Whole) -> None:
    """Its messages can still be pressed, and each press comes from the old id."""
    sheet = await bot.drawn()
    bot.telegram.people.upgrade(GROUP, NEW_GROUP)
    await eventually(lambda: bot.latest(NEW_GROUP, ANNA))
    for number in (1, 2):
        known = await bot.latest(NEW_GROUP, ANNA)
        bot.press(sheet, "再来")

        async def made(known: Generation | None = known) -> Generation | None:
            now = await bot.latest(NEW_GROUP, ANNA)
            return now if now is not None and (known is None or now.id != known.id) else None

        await bot.finish(await eventually(made), NEW_GROUP)
        assert len(bot.telegram.messages(NEW_GROUP)) == number


async def test_deleting_survives_the_death_of_the_process(
    telegram: FakeTelegram, tmp_path: Path
) -> None:
    async with whole(telegram, tmp_path) as first:
        sheet = await first.drawn()
        telegram.fail("deleteMessage", status=502, times=1)
        first.press(sheet, "删除")
        await eventually(lambda: telegram.calls_of("deleteMessage"))
    assert telegram.messages(GROUP) != []
    async with whole(telegram, tmp_path):
        await eventually(lambda: telegram.messages(GROUP) == [])
