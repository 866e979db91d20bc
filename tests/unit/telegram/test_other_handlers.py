"""Other commands, button presses, and what is said or not said to everything else."""

from typing import Any

import pytest

from bot.adapters.telegram.files import MAX_FILE_BYTES
from bot.adapters.telegram.handlers import LATE_SECONDS
from bot.core.commands import COMMANDS
from bot.core.messages import Toast
from bot.core.replies import REPLIES
from tests.unit.telegram.desk import GROUP

OTHER_BOT = {"id": 9, "is_bot": True, "first_name": "other", "username": "other_bot"}


# --- other commands -------------------------------------------------------------------------------


async def test_again_takes_what_is_named_or_replied_to_or_the_latest(desk):
    status = desk.bot_says("图", GROUP)
    desk.people.say("/again", chat=GROUP)
    desk.people.say("/again #k3v9x2ab", chat=GROUP)
    desk.people.say("再来一张", chat=GROUP, reply_to=status)
    core = await desk.work()
    which = [(c["generation_id"], c["status_message"]) for _, c in core.calls.values()]
    assert core.named == ["again"] * 3
    assert which == [(None, None), ("k3v9x2ab", None), (None, str(status))]


async def test_a_reply_to_a_persons_message_names_no_picture(desk):
    sent = desk.people.say("你好", user=6, chat=GROUP)
    desk.people.say("/cancel", chat=GROUP, reply_to=sent.message_id)
    assert (await desk.work()).only[1]["status_message"] is None


@pytest.mark.parametrize("text", ["/cancel all", "/cancel 全部", "/cancel  ALL "])
async def test_cancel_can_mean_all(desk, text):
    desk.people.say(text)
    _, call = (await desk.work()).only
    assert (call["all_"], call["generation_id"]) == (True, None)


@pytest.mark.parametrize(("text", "start"), [("/help", False), ("/start abc", True)])
async def test_help_and_start(desk, text, start):
    desk.people.say(text, language_code="en")
    name, call = (await desk.work()).only
    assert (name, call["start"], call["origin"].locale) == ("help", start, "en")


@pytest.mark.parametrize("text", ["/draw 一只猫", "/draw", "/again", "/queue", "/group", "/help"])
async def test_everybody_is_answered_as_the_group_decided(desk, text):
    desk.core.decided = {"locale": "en", "spoiler": True}
    desk.people.say(text, chat=GROUP)
    origin = (await desk.work()).only[1]["origin"]
    assert (origin.locale, origin.spoiler) == ("en", True)


async def test_what_is_refused_without_a_word_is_answered_so_too(desk):
    desk.core.decided = {"locale": "en"}
    desk.people.send_photo("/draw 换成夜景", chat=GROUP)
    assert (await desk.work()).only[1]["origin"].locale == "en"


async def test_nothing_is_looked_up_for_what_is_said_to_others(desk):
    desk.people.say("画得真好", chat=GROUP)
    desk.people.say("/draw@other_bot 一只猫", chat=GROUP)
    desk.people.send_sticker(chat=GROUP)
    assert (await desk.work()).settlings == 0


@pytest.mark.parametrize(
    ("text", "words"), [("/loras", ""), ("/loras 水墨", "水墨"), ("/风格模型 ink", "ink")]
)
async def test_loras_are_listed_by_what_is_asked_for(desk, text, words):
    desk.people.say(text, chat=GROUP)
    name, call = (await desk.work()).only
    assert (name, call["words"]) == ("loras", words)


@pytest.mark.parametrize(("chat", "private"), [(None, True), (GROUP, False)])
async def test_the_queue_is_told_in_full_only_where_nobody_else_reads(desk, chat, private):
    desk.people.say("/queue", chat=chat)
    name, call = (await desk.work()).only
    assert (name, call["private"]) == ("queue", private)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        *(("/show #k3v9x2ab", "k3v9x2ab"), ("/show #K3V9X2AB", "k3v9x2ab"), ("/show", None)),
        ("/start show_k3v9x2ab", "k3v9x2ab"),
    ],
)
async def test_a_picture_is_shown_by_command_or_by_link(desk, text, named):
    desk.people.say(text)
    name, call = (await desk.work()).only
    assert (name, call["generation_id"]) == ("show", named)


@pytest.mark.parametrize(("chat", "private"), [(None, True), (GROUP, False)])
@pytest.mark.parametrize(
    ("text", "name"),
    [
        *(("/history", "history"), ("/历史", "history"), ("/info", "info"), ("/参数", "info")),
        *(("/export", "export"), ("/导出", "export")),
        *(("/forget", "ask_to_forget"), ("/忘记我", "ask_to_forget")),
    ],
)
async def test_ones_own_data_is_asked_for_and_the_core_hears_who_reads_along(
    desk, text, name, chat, private
):
    desk.people.say(text, chat=chat)
    called, call = (await desk.work()).only
    assert (called, call["private"]) == (name, private)


async def test_a_picture_is_asked_about_by_its_id_or_by_a_reply(desk):
    picture = desk.bot_says("图", GROUP)
    desk.people.say("/info #K3V9X2AB", chat=GROUP)
    desk.people.say("参数", chat=GROUP, reply_to=picture)
    core = await desk.work()
    which = [(c["generation_id"], c["status_message"]) for _, c in core.calls.values()]
    assert which == [("k3v9x2ab", None), (None, str(picture))]


async def test_an_export_is_asked_for_no_larger_than_a_bot_may_send(desk):
    desk.people.say("/export")
    assert (await desk.work()).only[1]["limit_bytes"] <= MAX_FILE_BYTES


@pytest.mark.parametrize("text", ["/history", "/info", "/export", "/forget"])
async def test_what_nobody_waits_for_any_more_is_forgotten(desk, text):
    desk.people.say(text)
    desk.now += LATE_SECONDS + 1
    assert (await desk.work()).named == []


@pytest.mark.parametrize("words", ["全群", "all", " Group "])
async def test_the_queue_of_the_group_is_asked_for_behind_the_command(desk, words):
    picture = desk.bot_says("图", GROUP)
    desk.people.say(f"/queue {words}", chat=GROUP, reply_to=picture)
    name, call = (await desk.work()).only
    # Not about the picture that it replies to.
    assert (name, call["words"]) == ("job", "page 1")


@pytest.mark.parametrize("words", ["", "前面", "123"])
async def test_ones_own_otherwise(desk, words):
    desk.people.say(f"/queue {words}", chat=GROUP)
    assert (await desk.work()).named == ["queue"]


@pytest.mark.parametrize(("user", "admin"), [(6, True), (7, False)])
async def test_a_group_is_made_quiet_by_its_admins(desk, user, admin):
    desk.admins = {(str(GROUP), 6)}
    desk.people.say("/quiet on", user=user, chat=GROUP)
    name, call = (await desk.work()).only
    assert (name, call["words"], call["admin"]) == ("quiet", "on", admin)


async def test_quota_alone_is_a_question(desk):
    desk.people.say("/quota", user=6, chat=GROUP)
    name, call = (await desk.work()).only
    assert (name, call["words"], call["pointed"].person, desk.lookups) == ("quota", "", None, 0)


@pytest.mark.parametrize(("user", "admin"), [(6, True), (7, False)])
async def test_quota_in_reply_to_somebody_is_about_them(desk, user, admin):
    desk.admins = {(str(GROUP), 6)}
    asked = desk.people.say("你好", user=8, chat=GROUP)
    desk.people.say("/额度 +20 谢谢", user=user, chat=GROUP, reply_to=asked.message_id)
    name, call = (await desk.work()).only
    assert (name, call["words"], call["pointed"].person) == ("quota", "+20 谢谢", "telegram:8")
    assert (call["pointed"].message, call["admin"]) == (None, admin)


def _mention(desk, text: str, before: str, name: str):
    """`name` in `text`, behind `before`, is a link to somebody without a name to write."""
    update = desk.people.say(text, user=6, chat=GROUP)
    for queued in desk.telegram.updates.history.values():
        message = queued.payload["message"]
        if message["text"] == text:
            offset = len(before.encode("utf-16-le")) // 2
            somebody = {"id": 8, "is_bot": False, "first_name": name}
            entity = {"type": "text_mention", "offset": offset, "length": len(name)}
            message.setdefault("entities", []).append({**entity, "user": somebody})
    return update


@pytest.mark.parametrize(
    ("before", "behind", "words"),
    [
        ("/ban ", " 1h 刷屏", "1h 刷屏"),
        ("/ban 1h 安娜说 🌸 刷屏 ", "", "1h 安娜说 🌸 刷屏"),
        ("/ban 安娜安娜 ", " 1h  ", "安娜安娜  1h"),
    ],
)
async def test_of_the_words_the_mention_itself_is_taken_and_nothing_that_reads_the_same(
    desk, before, behind, words
):
    _mention(desk, f"{before}安娜{behind}", before, "安娜")
    name, call = (await desk.work()).only
    assert (name, call["pointed"].person) == ("ban", "telegram:8")
    assert call["words"].strip() == words


async def test_what_they_are_called_comes_along(desk):
    anna = {"id": 8, "is_bot": False, "first_name": "A", "username": "Anna_A"}
    asked = desk.people.say("你好", sender=anna, chat=GROUP)
    desk.people.say("/ban 1h", user=6, chat=GROUP, reply_to=asked.message_id)
    desk.people.say("/draw 一只猫", sender=anna, chat=GROUP)
    desk.people.say("/draw 一只猫", user=7, chat=GROUP)
    (_, ban), (_, hers), (_, nameless) = (await desk.work()).calls.values()
    assert (ban["pointed"].person, ban["pointed"].name) == ("telegram:8", "anna_a")
    assert (hers["origin"].name, nameless["origin"].name) == ("anna_a", "")


async def test_in_a_topic_nobody_is_meant_by_what_opened_it(desk):
    opened = desk.people.say("", user=8, chat=GROUP)
    update = desk.people.say("/quota +20", user=6, chat=GROUP, reply_to=opened.message_id)
    history = desk.telegram.updates.history
    for queued in history.values():
        replied = queued.payload["message"].get("reply_to_message")
        if replied is not None:
            replied["forum_topic_created"] = {"name": "图", "icon_color": 0}
    await desk.work()
    calls = [call for name, call in desk.core.calls.values() if name == "quota"]
    assert [call["pointed"].person for call in calls] == [None]
    assert update is not None


async def test_quota_in_reply_to_a_picture_is_about_whoever_asked_for_it(desk):
    picture = desk.bot_says("一个红色的圆", GROUP)
    desk.people.say("/quota =3", user=6, chat=GROUP, reply_to=picture)
    name, call = (await desk.work()).only
    assert (name, call["pointed"].person, call["pointed"].message) == ("quota", None, str(picture))


@pytest.mark.parametrize("text", ["/help@zdraw_bot", "@zdraw_bot 你好"])
async def test_help_in_a_group_says_how_to_call_this_bot_there(desk, text):
    desk.people.say(text, chat=GROUP)
    assert (await desk.work()).only[1]["call"] == "/draw@zdraw_bot"


async def test_help_in_private_has_nothing_to_say_about_groups(desk):
    desk.people.say("/help")
    assert (await desk.work()).only[1]["call"] is None


async def test_both_groups_say_that_one_became_the_other(desk):
    desk.people.upgrade(GROUP, -1002)
    assert (await desk.work()).moves == [("telegram", str(GROUP), "-1002")] * 2
    assert desk.core.named == []


# --- a sentence where the bot is addressed, silence where it is not -------------------------------


@pytest.mark.parametrize("text", ["你好", "/unknown", "/", "🎨"])
async def test_in_private_anything_else_gets_a_hint(desk, text):
    desk.people.say(text)
    assert (await desk.work()).named == ["help"]


@pytest.mark.parametrize("text", ["@zdraw_bot 你好", "/unknown@zdraw_bot", "@ZDRAW_bot"])
async def test_in_a_group_who_names_the_bot_gets_a_hint(desk, text):
    desk.people.say(text, chat=GROUP)
    assert (await desk.work()).named == ["help"]


@pytest.mark.parametrize("text", ["你好", "/unknown", "/draw@other_bot 圆", "@other_bot 画 圆"])
async def test_in_a_group_talk_and_other_bots_commands_are_not_answered(desk, text):
    desk.people.say(text, chat=GROUP)
    assert (await desk.work()).named == []


async def test_a_command_for_another_bot_is_ignored_in_private_too(desk):
    desk.people.say("/draw@other_bot 圆")
    assert (await desk.work()).named == []


async def test_other_commands_work_under_a_picture(desk):
    desk.people.send_photo("/help", chat=GROUP)
    assert (await desk.work()).named == ["help"]


@pytest.mark.parametrize(
    ("what", "code"),
    [
        ("send_photo", "picture_without_words"),
        ("send_sticker", "text_only"),
        ("send_voice", "text_only"),
    ],
)
async def test_in_private_what_has_no_text_gets_a_sentence(desk, what, code):
    getattr(desk.people, what)()
    name, call = (await desk.work()).only
    assert (name, call["code"]) == ("refuse", code)


@pytest.mark.parametrize("what", ["send_photo", "send_sticker", "send_voice"])
async def test_in_a_group_what_has_no_text_is_not_answered(desk, what):
    getattr(desk.people, what)(chat=GROUP)
    assert (await desk.work()).named == []


async def test_a_sticker_as_the_answer_to_the_question_gets_a_sentence(desk):
    asked = desk.bot_says(REPLIES["ask_prompt"][0], GROUP)
    desk.people.send_sticker(chat=GROUP, reply_to=asked)
    assert (await desk.work()).only[1]["code"] == "text_only"


async def test_an_album_gets_one_answer(desk):
    for _ in range(3):
        desk.people.post({"photo": [], "media_group_id": "1", "sticker": None, **photo()})
    core = await desk.work()
    assert len(core.attempts) == 3
    assert core.named == ["refuse"]


def photo() -> dict[str, Any]:
    sizes = [{"file_id": "f", "file_unique_id": "f", "width": 1, "height": 1}]
    return {"photo": sizes}


async def test_service_messages_are_not_answered(desk):
    desk.people.post({"message_auto_delete_timer_changed": {"message_auto_delete_time": 60}})
    desk.people.post({"new_chat_members": [OTHER_BOT]}, chat=GROUP)
    assert (await desk.work()).named == []


async def test_an_edited_message_is_no_second_request(desk):
    sent = desk.people.say("/draw 圆")
    desk.people.edit(sent.chat_id, sent.message_id, "/draw 方块")
    core = await desk.work()
    assert [call["text"] for _, call in core.calls.values()] == ["圆"]


async def test_messages_of_bots_are_ignored(desk):
    desk.people.post({"text": "/draw 圆"}, chat=GROUP, sender=OTHER_BOT)
    assert (await desk.work()).named == []


# --- buttons --------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", ["again", "cancel"])
async def test_a_press_acts_on_its_generation_and_is_answered(desk, action):
    picture = desk.bot_says("图", GROUP)
    query = desk.people.press(GROUP, picture, f"v1:{action}:k3v9x2ab", user=6)
    name, call = (await desk.work()).only
    origin = call["origin"]
    assert (name, call["generation_id"], origin.requester) == (action, "k3v9x2ab", "telegram:6")
    assert list(desk.core.calls) == [f"telegram:4242:callback:{query}"]
    assert origin.address.request_message == str(picture)
    assert desk.acknowledged == [(query, "好")]


@pytest.mark.parametrize("action", ["again", "cancel"])
async def test_only_a_press_is_refused_without_a_word_to_the_chat(desk, action):
    picture = desk.bot_says("图", GROUP)
    desk.core.toast = Toast(REPLIES["not_yours"][0])
    query = desk.people.press(GROUP, picture, f"v1:{action}:k3v9x2ab", user=6)
    desk.people.say(f"/{action} k3v9x2ab", user=6, chat=GROUP)
    core = await desk.work()
    assert core.named == [action, action]
    assert [call["quiet"] for _, call in core.calls.values()] == [True, False]
    assert desk.acknowledged == [(query, REPLIES["not_yours"][0])]


async def test_two_presses_are_two_events(desk):
    picture = desk.bot_says("图", GROUP)
    for _ in range(2):
        desk.people.press(GROUP, picture, "v1:again:k3v9x2ab")
    assert (await desk.work()).named == ["again", "again"]


async def test_a_button_of_another_version_gets_a_sentence(desk):
    picture = desk.bot_says("图", GROUP)
    query = desk.people.press(GROUP, picture, "v0:redo:1")
    name, call = (await desk.work()).only
    assert (name, call["code"], call["quiet"]) == ("refuse", "unknown_button", True)
    assert desk.acknowledged == [(query, "unknown_button")]


async def test_a_press_is_not_answered_before_its_effect_is_committed(desk):
    picture = desk.bot_says("图", GROUP)
    desk.people.press(GROUP, picture, "v1:again:k3v9x2ab")
    desk.core.trouble.append(OSError("no space"))
    with pytest.raises(OSError, match="no space"):
        await desk.work()
    assert desk.acknowledged == []


async def test_a_press_on_a_message_that_is_no_longer_known_is_answered(desk):
    picture = desk.bot_says("图", GROUP)
    query = desk.people.press(GROUP, picture, "v1:again:k3v9x2ab")
    del next(iter(desk.telegram.updates.history.values())).payload["callback_query"]["message"]
    assert (await desk.work()).named == []
    assert desk.acknowledged == [(query, None)]


# --- apologies ------------------------------------------------------------------------------------


async def test_an_apology_goes_to_whoever_addressed_the_bot(desk):
    desk.people.say("/draw 圆", chat=GROUP)
    picture = desk.bot_says("图", GROUP)
    desk.people.press(GROUP, picture, "v1:again:k3v9x2ab")
    desk.people.say("闲聊", chat=GROUP)
    for update in desk.updates():
        await desk.handlers.apologise(update)
    assert [call["code"] for _, call in desk.core.calls.values()] == ["internal_error"] * 2


@pytest.mark.parametrize(
    "code",
    [
        *("internal_error", "text_only", "unknown_button", "picture_without_words"),
        *("no_picture_there", "change_to_what", "late_edit", "not_a_picture"),
        *("too_late", "request_gone", "not_yours_to_draw"),
    ],
)
def test_what_the_handlers_refuse_has_a_sentence(code):
    assert all(sentence.format() for sentence in REPLIES[code])


# --- everyday words -------------------------------------------------------------------------------

WORDS = sorted({t for one in COMMANDS for t in one.triggers if not one.slash_or_mention and t})


@pytest.mark.parametrize("word", WORDS)
async def test_where_people_talk_an_everyday_word_is_talk(desk, word):
    desk.people.say(word, chat=GROUP)
    before = desk.people.say("谁来", chat=GROUP, user=8).message_id
    desk.people.say(word, chat=GROUP, reply_to=before)
    assert (await desk.work()).named == []


@pytest.mark.parametrize("word", ["历史", "参数", "导出", "帮助", "取消", "队列", "额度"])
async def test_said_to_the_bot_it_is_a_command(desk, word):
    status = desk.bot_says("🎨 一只猫", GROUP)
    desk.people.say(word, user=5)
    for text in (f"/{word}", f"@{desk.telegram.username} {word}"):
        desk.people.say(text, chat=GROUP)
    desk.people.say(word, chat=GROUP, reply_to=status)
    named = (await desk.work()).named
    assert (len(named), len(set(named))) == (4, 1)
