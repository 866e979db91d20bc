"""Bans, places and word rules in Telegram, through the whole bot but for its engine."""

from collections.abc import Iterator
from typing import Any

import pytest

from bot.core.local_time import local_time
from bot.core.replies import reply
from tests.fakes.telegram_api import FakeTelegram, Message
from tests.integration.telegram_whole import ANNA, BORIS, CHIEF, GROUP, Whole
from tests.integration.waiting import eventually
from tests.stores import store_over

CIRCLE = "/draw 一个红色的圆"
TOPIC = 7
CANCELLED = reply("cancelled_by_admin", "zh")


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        running.people.group(GROUP, topics=(TOPIC,))
        running.people.promote(GROUP, CHIEF)
        yield running


async def says(bot: Whole, text: str, user: int, **how: Any) -> str:
    """What is answered in the group, sooner or later: it takes so many messages a minute."""
    return await answer_to(
        bot, bot.telegram.people.say(text, user=user, chat=GROUP, **how).message_id
    )


async def answer_to(bot: Whole, message: int) -> str:
    """The same to a message of the group."""
    store = store_over(bot.database)
    query = "SELECT text FROM notices WHERE chat = :chat AND request_message = :message"

    async def answer() -> str:
        rows = await store.sql(query, chat=f"{GROUP}", message=f"{message}")
        return rows[0][0] if rows else ""

    said: str = await eventually(answer)
    return said


async def pressed(bot: Whole, message: Message, label: str, user: int) -> str:
    """The short answer to whoever presses."""
    query = bot.press(message, label, user=user)

    def answered() -> str | None:
        calls = bot.telegram.calls_of("answerCallbackQuery")
        mine = [call.fields for call in calls if call.fields["callback_query_id"] == query]
        return str(mine[0].get("text", "")) if mine else None

    await eventually(lambda: answered() is not None)
    return answered() or ""


async def test_a_ban_in_reply_ends_what_waits_and_keeps_them_from_drawing(bot: Whole):
    picture = await bot.drawn(user=BORIS)
    row = await bot.asked(user=ANNA)
    waiting = await bot.shown(row)
    said = await says(bot, "/ban 1h 刷屏", CHIEF, reply_to=int(row.address.request_message or 0))
    assert said == f"🚫 已封禁 {ANNA}：1 小时。\n取消了对方 1 个还没画完的请求，额度已退回。"
    await eventually(lambda: said in [message.text for message in bot.telegram.messages(GROUP)])
    await eventually(lambda: waiting.text == CANCELLED)
    ((until,),) = await store_over(bot.database).sql("SELECT until_ms FROM bans")
    end = local_time(until, until, "Asia/Shanghai")
    told = f"你在这里被封禁了（刷屏），约 1 小时后（{end}）可以再画。有疑问请找管理员。"
    assert await pressed(bot, picture, "🔁", ANNA) == told
    assert await pressed(bot, picture, "✏️", ANNA) == told
    assert await says(bot, CIRCLE, ANNA) == told
    assert await says(bot, "/解封", CHIEF, reply_to=waiting.message_id) == f"✅ 已解封 {ANNA}。"
    assert (await bot.asked(user=ANNA)).requester == f"telegram:{ANNA}"


async def test_a_member_bans_nobody(bot: Whole):
    row = await bot.asked(user=ANNA)
    said = await says(bot, "/ban", BORIS, reply_to=int(row.address.request_message or 0))
    assert said == reply("admins_only", "zh")


async def test_somebody_is_banned_by_the_name_that_they_drew_or_were_answered_under(bot: Whole):
    anna = {"id": 20005, "is_bot": False, "first_name": "A", "username": "Anna_A"}
    boris = {"id": 20006, "is_bot": False, "first_name": "B", "username": "BorisB"}
    unknown = await says(bot, "/ban @anna_a", CHIEF)
    assert unknown == reply("unknown_name", "zh", name="anna_a")
    bot.telegram.people.say(CIRCLE, sender=anna, chat=GROUP)
    written = bot.telegram.people.say("你好", sender=boris, chat=GROUP)
    assert "20006" in await says(bot, "/ban 1h", CHIEF, reply_to=written.message_id)
    assert await says(bot, "/unban @borisb", CHIEF) == "✅ 已解封 20006。"
    assert "20005" in await says(bot, "/ban @Anna_A 永久", CHIEF)
    listed = await says(bot, "/ban list", CHIEF)
    assert listed.splitlines()[1:] == ["20005 @anna_a (永久)"]


async def test_a_topic_is_closed_and_general_is_not(bot: Whole):
    assert await says(bot, "/停用", CHIEF, thread=TOPIC) == reply("place_closed", "zh")
    assert await says(bot, CIRCLE, ANNA, thread=TOPIC) == reply("closed", "zh")
    assert await says(bot, "/draw", BORIS, thread=TOPIC) == reply("closed", "zh")
    assert await says(bot, "/here", ANNA, thread=TOPIC) == reply("place_is_closed_alone", "zh")
    await bot.asked(user=ANNA)
    assert await says(bot, "/启用", CHIEF, thread=TOPIC) == reply("place_opened", "zh")


async def test_a_forbidden_word_is_named_in_the_group_it_is_forbidden_in(bot: Whole):
    assert await says(bot, "/敏感词 add 裸体", CHIEF) == "🧹 已禁用：裸体"
    refused = await says(bot, "/draw 一个裸 體的人", ANNA)
    assert refused == reply("forbidden_words", "zh", words="裸体")
    asked = bot.telegram.people.say("/draw 裸体", user=ANNA)
    private = await bot.new_message(ANNA, after=asked.message_id)
    assert private.text != refused


async def test_a_ban_follows_the_group_when_it_becomes_a_supergroup(bot: Whole):
    picture = await bot.drawn(user=ANNA)
    said = await says(bot, "/ban 永久", CHIEF, reply_to=picture.message_id)
    await eventually(lambda: said in [message.text for message in bot.telegram.messages(GROUP)])
    bot.telegram.people.upgrade(GROUP, -1002)
    asked = bot.telegram.people.say(CIRCLE, user=ANNA, chat=-1002)
    message = await bot.new_message(-1002, after=asked.message_id)
    assert message.text == reply("banned_for_good", "zh", why="")
