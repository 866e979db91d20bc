"""What people wrote while the bot was down: asked about, still done, or forgotten."""

import pytest

from bot.adapters.telegram.handlers import LATE_SECONDS
from bot.core.replies import REPLIES
from tests.unit.telegram.desk import GROUP

LONG_AGO = int(LATE_SECONDS) + 5


@pytest.mark.parametrize("text", ["/draw 一只猫", "画 一只猫", "/画一只猫"])
async def test_a_request_is_asked_about_and_not_drawn(desk, text):
    sent = desk.people.say(text, chat=GROUP, ago=LONG_AGO)
    name, call = (await desk.work()).only
    assert name == "offer"
    assert call["origin"].address.request_message == str(sent.message_id)


async def test_a_request_of_ten_minutes_ago_is_drawn(desk):
    desk.people.say("/draw 一只猫", ago=int(LATE_SECONDS) - 5)
    assert (await desk.work()).named == ["draw"]


async def test_it_is_asked_about_as_the_group_decided(desk):
    desk.core.decided = {"locale": "en"}
    desk.people.say("/draw 一只猫", chat=GROUP, ago=LONG_AGO)
    assert (await desk.work()).only[1]["origin"].locale == "en"


async def test_so_is_the_answer_to_a_question(desk):
    asked = desk.bot_says(REPLIES["ask_prompt"][0], GROUP)
    desk.people.say("一只猫", chat=GROUP, reply_to=asked, ago=LONG_AGO)
    assert (await desk.work()).named == ["offer"]


async def test_a_repetition_is_asked_about_with_what_it_repeats(desk):
    status = desk.bot_says("图", GROUP)
    desk.people.say("/again", chat=GROUP, reply_to=status, ago=LONG_AGO)
    desk.people.say("/again #k3v9x2ab", chat=GROUP, ago=LONG_AGO)
    core = await desk.work()
    assert core.named == ["offer_again"] * 2
    which = [(c["generation_id"], c["status_message"]) for _, c in core.calls.values()]
    assert which == [(None, str(status)), ("k3v9x2ab", None)]


async def test_a_wish_to_cancel_still_counts_but_is_not_argued_about(desk):
    desk.people.say("/cancel all", ago=LONG_AGO)
    name, call = (await desk.work()).only
    assert (name, call["all_"], call["quiet"]) == ("cancel", True, True)


async def test_a_setting_still_counts(desk):
    desk.people.say("/quiet on", ago=LONG_AGO)
    assert (await desk.work()).named == ["quiet"]


@pytest.mark.parametrize("text", ["/pause", "/resume", "/pause 换显卡", "/ban", "/unban"])
async def test_so_does_what_decides_without_a_word_more(desk, text):
    desk.people.say(text, ago=LONG_AGO)
    assert (await desk.work()).named == [text.split()[0][1:]]


@pytest.mark.parametrize(
    "text",
    [
        *("/help", "/start", "/draw", "/queue", "/show", "你好", "/start show_k3v9x2ab"),
        *("/edit", "/edit 换成夜景"),
    ],
)
async def test_the_rest_is_forgotten(desk, text):
    desk.people.say(text, ago=LONG_AGO)
    desk.people.send_sticker(ago=LONG_AGO)
    desk.people.send_photo("/draw", ago=LONG_AGO)
    assert (await desk.work()).named == []


async def test_a_picture_that_was_sent_along_is_asked_about(desk):
    desk.people.send_photo("/draw 换成夜景", ago=LONG_AGO)
    assert (await desk.work()).named == ["offer"]


@pytest.mark.parametrize("text", ["/draw 换成夜景", "/edit 换成夜景"])
async def test_one_that_was_replied_to_is_asked_for_again(desk, text):
    picture = desk.people.send_photo(chat=GROUP, ago=LONG_AGO)
    desk.people.say(text, chat=GROUP, reply_to=picture.message_id, ago=LONG_AGO)
    name, call = (await desk.work()).only
    assert (name, call["code"]) == ("refuse", "late_edit")
