"""The Bot API server of the tests keeps the rules that zdraw relies on."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, InputMediaPhoto
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, NetworkError, RetryAfter

from tests.fakes.telegram_api import TOKEN, FakeTelegram


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        running.world.chat(5)
        yield running


@pytest.fixture
async def bot(telegram: FakeTelegram, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Bot]:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    base = telegram.base_url
    async with Bot(TOKEN, base_url=f"{base}/bot", base_file_url=f"{base}/file/bot") as made:
        yield made


async def test_updates_come_again_until_a_higher_offset_confirms_them(telegram, bot):
    first, second = telegram.people.say("1").update_id, telegram.people.say("2").update_id
    for _ in range(2):
        assert [u.update_id for u in await bot.get_updates()] == [first, second]
    assert [u.update_id for u in await bot.get_updates(offset=second)] == [second]
    assert telegram.updates.pending == [second]
    assert telegram.updates.fetched(first) == 2


async def test_a_long_poll_ends_when_something_happens(telegram, bot):
    polling = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.until(lambda: telegram.calls_of("getUpdates"))
    telegram.people.say("你好")
    async with asyncio.timeout(1):
        assert len(await polling) == 1


async def test_a_second_poller_ends_the_first_with_a_conflict(telegram, bot):
    first = asyncio.create_task(bot.get_updates(timeout=5))
    await telegram.until(lambda: telegram.calls_of("getUpdates"))
    async with Bot(TOKEN, base_url=f"{telegram.base_url}/bot") as other:
        await other.get_updates(timeout=0)
    with pytest.raises(Conflict):
        await first


async def test_an_edit_by_upload_repeats_and_one_that_changes_nothing_is_refused(telegram, bot):
    message = await bot.send_message(5, "⏳")
    photo = InputMediaPhoto(b"picture", filename="a.jpg")
    edited = await bot.edit_message_media(photo, 5, message.message_id)
    await bot.edit_message_media(photo, 5, message.message_id)
    assert (telegram.pictures_seen(5), len(telegram.pictures(5))) == (1, 2)
    same = InputMediaPhoto(edited.photo[-1].file_id)
    with pytest.raises(BadRequest, match="not modified"):
        await bot.edit_message_media(same, 5, message.message_id)


async def test_a_new_message_with_the_same_picture_is_another_delivery(telegram, bot):
    for _ in range(2):
        await bot.send_photo(5, b"picture", filename="a.jpg")
    assert telegram.pictures_seen(5) == 2


async def test_albums_and_files_count_as_pictures_too(telegram, bot):
    await bot.send_media_group(5, [InputMediaPhoto(b"1"), InputMediaPhoto(b"2")])
    await bot.send_document(5, b"3", filename="3.png")
    assert telegram.pictures_seen(5) == 3


async def test_limits_are_kept(telegram, bot):
    button = InlineKeyboardMarkup([[InlineKeyboardButton("x", callback_data="x" * 64 + "y")]])
    telegram.world.max_photo_bytes = 4
    for call in (
        bot.send_message(5, "x" * 4097),
        bot.send_message(5, "x", reply_markup=button),
        bot.send_photo(5, b"12345"),
        bot.send_photo(5, b"1", caption="x" * 1025),
        bot.send_message(404, "x"),
        bot.delete_message(5, 404),
    ):
        with pytest.raises(BadRequest):
            await call


async def test_a_file_can_be_downloaded(telegram, bot):
    telegram.people.send_photo(content=b"reference")
    (update,) = await bot.get_updates()
    file = await bot.get_file(update.message.photo[-1].file_id)
    assert bytes(await file.download_as_bytearray()) == b"reference"


async def test_a_blocked_bot_a_flood_and_a_broken_line_look_like_telegrams(telegram, bot):
    telegram.flood(5, 3, method="sendMessage")
    with pytest.raises(RetryAfter):
        await bot.send_message(5, "x")
    telegram.fail("sendMessage", close="before")
    with pytest.raises(NetworkError):
        await bot.send_message(5, "x")
    assert telegram.messages(5) == []
    telegram.lose_answer("sendMessage")
    with pytest.raises(NetworkError):
        await bot.send_message(5, "x")
    assert len(telegram.messages(5)) == 1
    telegram.people.block(5)
    with pytest.raises(Forbidden):
        await bot.send_message(5, "x")


@pytest.mark.parametrize("token", ["1:unknown", "malformed"])
async def test_other_tokens_are_refused(telegram, token):
    stranger = Bot(token, base_url=f"{telegram.base_url}/bot")
    with pytest.raises(InvalidToken):
        await stranger.initialize()
    await stranger.shutdown()


async def test_everything_survives_a_restart_on_the_same_port(telegram, bot):
    telegram.people.say("你好")
    message = await bot.send_message(5, "⏳")
    telegram.stop()
    telegram.start()
    assert len(await bot.get_updates()) == 1
    assert telegram.message(5, message.message_id).text == "⏳"
