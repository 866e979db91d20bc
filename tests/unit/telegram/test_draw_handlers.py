"""Requests to draw, from updates as Telegram sends them to calls of the core."""

import pytest

from bot.adapters.telegram.handlers import LATE_SECONDS
from bot.core.generation import Address, Origin
from bot.core.replies import ASK_MARK, QUESTIONS, REPLIES
from tests.unit.telegram.desk import GROUP

ANONYMOUS = {
    "id": 1087968824,
    "is_bot": True,
    "first_name": "Group",
    "username": "GroupAnonymousBot",
}
#: Whom Telegram names beside a channel that somebody speaks as.
AS_CHANNEL = {"id": 136817688, "is_bot": True, "first_name": "Channel", "username": "Channel_Bot"}
CHANNEL = {"id": -1009, "type": "channel", "title": "c"}


# --- drawing --------------------------------------------------------------------------------------


async def test_a_command_in_private_becomes_a_request(desk):
    sent = desk.people.say("/draw 一个红色的圆", user=5)
    name, call = (await desk.work()).only
    assert (name, call["text"]) == ("draw", "一个红色的圆")
    assert call["origin"] == Origin(
        event_key=f"telegram:4242:message:5:{sent.message_id}",
        requester="telegram:5",
        address=Address(platform="telegram", chat="5", request_message=str(sent.message_id)),
        locale="zh",
        alone=True,
        # Telegram says that they have none.
        name="",
    )


@pytest.mark.parametrize("text", ["/draw@zdraw_bot 圆", "画 圆", "/画圆", "@zdraw_bot 画 圆"])
async def test_other_spellings_in_a_group_are_requests_too(desk, text):
    desk.people.say(text, chat=GROUP)
    assert (await desk.work()).only[1]["text"] == "圆"


async def test_the_text_reaches_the_core_untouched(desk):
    text = "<b>粗</b> & \u202eabc\u202c \x07\n--seed 42" + "长" * 10_000
    desk.people.say("/draw " + text)
    assert (await desk.work()).only[1]["text"] == text


async def test_in_a_forum_the_topic_is_kept_and_elsewhere_a_thread_is_not(desk):
    desk.people.group(GROUP, topics=(77,))
    desk.people.say("/draw 圆", chat=GROUP, thread=77)
    reply = desk.people.post({"text": "/draw 圆", "message_thread_id": 12}, chat=-1002)
    core = await desk.work()
    threads = [call["origin"].address.thread for _, call in core.calls.values()]
    assert reply.chat_id == -1002
    assert threads == ["77", None]


async def test_anonymous_admins_ask_as_the_group_they_speak_for(desk):
    sender_chat = {"id": GROUP, "type": "supergroup", "title": "g"}
    desk.people.post({"text": "/draw 圆", "sender_chat": sender_chat}, chat=GROUP, sender=ANONYMOUS)
    assert (await desk.work()).only[1]["origin"].requester == f"telegram:{GROUP}"


@pytest.mark.parametrize(
    "text", ["/draw 圆", "画 圆", "/draw", "/again", "/cancel", "/quota", "/show", "/ban 5000 1天"]
)
async def test_whoever_speaks_as_a_channel_is_told_to_speak_as_themselves(desk, text):
    desk.people.post({"text": text, "sender_chat": CHANNEL}, chat=GROUP, sender=AS_CHANNEL)
    name, call = (await desk.work()).only
    assert (name, call["code"]) == ("refuse", "speaks_as_channel")


async def test_an_answer_of_a_channel_to_a_question_is_refused_too(desk):
    asked = desk.bot_says(REPLIES["ask_prompt"][0], GROUP)
    message = desk.telegram.world.chat(GROUP).messages[asked]
    content = {"text": "圆", "sender_chat": CHANNEL}
    desk.people.post(content, chat=GROUP, sender=AS_CHANNEL, reply_to=message.message_id)
    assert (await desk.work()).named == ["refuse"]


async def test_what_a_channel_wrote_long_ago_is_not_answered(desk):
    desk.people.post({"text": "/draw 圆", "sender_chat": CHANNEL}, chat=GROUP, sender=AS_CHANNEL)
    desk.now += LATE_SECONDS + 1
    assert (await desk.work()).calls == {}


async def test_what_channels_say_to_each_other_is_not_answered(desk):
    desk.people.post({"text": "你好", "sender_chat": CHANNEL}, chat=GROUP, sender=AS_CHANNEL)
    assert (await desk.work()).calls == {}


async def test_a_post_that_telegram_forwards_from_the_groups_channel_is_not_for_us(desk):
    posted = {"text": "/draw 圆", "sender_chat": CHANNEL, "is_automatic_forward": True}
    desk.people.post(posted, chat=GROUP, sender=AS_CHANNEL)
    core = await desk.work()
    for update in desk.updates():
        await desk.handlers.apologise(update)
    assert core.calls == {}


# --- asking ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["/draw", "/draw@zdraw_bot", "/draw \u200b\u202e ", "/画"])
async def test_a_bare_command_asks_what_to_draw(desk, text):
    desk.people.say(text, chat=GROUP)
    assert (await desk.work()).named == ["ask"]


@pytest.mark.parametrize("question", [text for code in QUESTIONS for text in REPLIES[code]])
@pytest.mark.parametrize("chat", [5, GROUP])
async def test_a_reply_to_the_question_is_the_prompt(desk, question, chat):
    asked = desk.bot_says(question, chat)
    desk.people.say("一个红色的圆", user=5, chat=chat, reply_to=asked)
    name, call = (await desk.work()).only
    assert (name, call["text"]) == ("draw", "一个红色的圆")


@pytest.mark.parametrize("language", [0, 1])
async def test_the_answer_about_a_picture_names_it(desk, language):
    about = REPLIES["ask_edit"][language].format(id="k3v9x2ab") + "\n\n一只 #猫 --seed 4"
    for question in (about, REPLIES["ask_prompt"][language] + "\n#k3v9x2ab"):
        desk.people.say("一只狗", chat=GROUP, reply_to=desk.bot_says(question, GROUP))
    core = await desk.work()
    assert [call["edited"] for _, call in core.calls.values()] == ["k3v9x2ab", None]


async def test_a_reply_to_the_question_may_be_a_command(desk):
    asked = desk.bot_says(REPLIES["ask_prompt"][0], GROUP)
    desk.people.say("/draw 圆", chat=GROUP, reply_to=asked)
    desk.people.say("取消", chat=GROUP, reply_to=asked)
    core = await desk.work()
    assert core.named == ["draw", "cancel"]


async def test_a_reply_to_anything_else_in_a_group_is_talk(desk):
    picture = desk.bot_says("⏳ 排队中", GROUP)
    desk.people.say("好看！", chat=GROUP, reply_to=picture)
    question = desk.people.say(ASK_MARK + " 想画什么？", user=6, chat=GROUP)
    desk.people.say("猫", chat=GROUP, reply_to=question.message_id)
    assert (await desk.work()).named == []


def test_only_a_question_begins_with_its_mark():
    marked = {code for code, texts in REPLIES.items() if any(t.startswith(ASK_MARK) for t in texts)}
    # Buttons and forms are not messages, and nobody replies to them.
    messages = {code for code in marked if not code.startswith(("button_", "form_"))}
    assert messages == set(QUESTIONS)
    assert all(text.startswith(ASK_MARK) for code in QUESTIONS for text in REPLIES[code])
