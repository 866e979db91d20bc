"""Drawing from pictures in Telegram, through the whole bot but for its engine."""

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image

from bot.core.generation import Generation
from bot.core.replies import reply
from tests.fakes.telegram_api import TOKEN, FakeTelegram
from tests.integration.telegram_whole import ANNA, BORIS, GROUP, Whole
from tests.integration.waiting import eventually
from tests.photos import photo


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        running.people.group(GROUP)
        yield running


def source(bot: Whole, one: Generation) -> Image.Image:
    assert one.spec.source is not None
    return Image.open(BytesIO(bot.core.pictures.path(one.spec.source).read_bytes()))


async def test_a_photo_with_words_is_fetched_and_waits_to_be_drawn(bot: Whole, caplog) -> None:
    bot.telegram.people.send_photo(
        "/draw 换成夜景 改动 小", content=photo((320, 240)), user=ANNA, chat=GROUP
    )
    one = await eventually(lambda: bot.latest(GROUP, ANNA))
    assert (one.spec.prompt, one.spec.strength) == ("换成夜景", 0.3)
    assert source(bot, one).size == (320, 240)
    status = await bot.shown(one)
    assert status.reply_to is not None
    assert TOKEN not in caplog.text


async def test_somebody_elses_photo_is_drawn_from_by_a_reply(bot: Whole) -> None:
    sent = bot.telegram.people.send_photo(content=photo((200, 300)), user=ANNA, chat=GROUP)
    bot.telegram.people.say("/edit 换成夜景", user=BORIS, chat=GROUP, reply_to=sent.message_id)
    one = await eventually(lambda: bot.latest(GROUP, BORIS))
    assert one.spec.height > one.spec.width


async def test_the_bots_own_picture_is_drawn_from_without_asking_telegram(bot: Whole) -> None:
    asked = await bot.asked()
    picture = await bot.finish(asked)
    (row,) = [await bot.core.admissions.get(asked.id)]
    assert row is not None
    for path in row.pictures:
        bot.core.pictures.path(path).write_bytes(photo((128, 128), "PNG"))
    bot.telegram.people.say("/draw 换成夜景", user=BORIS, chat=GROUP, reply_to=picture.message_id)
    refused = await bot.new_message(GROUP, after=picture.message_id)
    assert refused.text == reply("which_of_several", "zh", id=asked.id)
    assert bot.telegram.calls_of("getFile") == []


async def test_what_telegram_does_not_hand_out_is_said(bot: Whole) -> None:
    bot.telegram.fail("getFile", status=400, description="Bad Request: file is too big")
    sent = bot.telegram.people.send_photo("/edit 换成夜景", content=photo(), user=ANNA, chat=GROUP)
    said = await bot.new_message(GROUP, after=sent.message_id)
    assert said.text == reply("picture_too_large", "zh", megabytes=20)


async def test_what_is_still_fetched_is_cancelled(bot: Whole, monkeypatch) -> None:
    monkeypatch.setattr("bot.core.fetch.PAUSE_SECONDS", 0.01)
    bot.telegram.fail("getFile", status=429, retry_after=1, times=10_000)
    sent = bot.telegram.people.send_photo("/edit 换成夜景", content=photo(), user=ANNA, chat=GROUP)
    await eventually(lambda: bot.telegram.calls_of("getFile"))
    bot.telegram.people.say("/cancel", user=ANNA, chat=GROUP)
    said = await bot.new_message(GROUP, after=sent.message_id + 1)
    assert (said.text, said.reply_to) == (reply("cancelled_early", "zh"), sent.message_id)
    assert await bot.latest(GROUP, ANNA) is None


async def test_a_flood_wait_is_waited_for(bot: Whole, monkeypatch) -> None:
    monkeypatch.setattr("bot.core.fetch.PAUSE_SECONDS", 0.01)
    bot.telegram.fail("getFile", status=429, retry_after=1)
    bot.telegram.people.send_photo("/edit 换成夜景", content=photo(), user=ANNA, chat=GROUP)
    one = await eventually(lambda: bot.latest(GROUP, ANNA))
    assert one.spec.source is not None
    assert len(bot.telegram.calls_of("getFile")) == 2
