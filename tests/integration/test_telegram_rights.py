"""Who counts as an admin of a Telegram group, through the whole bot but for its engine."""

from collections.abc import Iterator

import pytest

from bot.core.generation import Outcome
from bot.core.replies import reply
from tests.fakes.telegram_api import FakeTelegram
from tests.integration.telegram_whole import ANNA, BORIS, CHIEF, GROUP, Whole
from tests.integration.test_telegram_moderation import answer_to, pressed, says
from tests.integration.waiting import eventually
from tests.stores import store_over

LOOKUP = "getChatAdministrators"
UNKNOWN = reply("admins_unknown", "zh")
#: Through whom anonymous admins write.
GROUP_BOT = {"id": 1087968824, "is_bot": True, "first_name": "Group"}


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        running.people.group(GROUP)
        running.people.promote(GROUP, CHIEF)
        yield running


def speaking_as(chat: int) -> dict[str, object]:
    return {"id": chat, "type": "supergroup" if chat == GROUP else "channel", "title": "g"}


async def test_where_telegram_does_not_say_who_is_an_admin_nobody_is_told_to_be_none(bot: Whole):
    bot.telegram.fail(LOOKUP, status=500)
    assert await says(bot, "/quiet on", CHIEF) == UNKNOWN
    assert await says(bot, "/quiet on", CHIEF) == reply("quiet_on", "zh")


async def test_a_press_is_told_so_too(bot: Whole):
    row = await bot.asked()
    message = await bot.shown(row)
    bot.telegram.fail(LOOKUP, status=429, retry_after=3)
    assert await pressed(bot, message, "❌", CHIEF) == UNKNOWN
    assert (await bot.core.admissions.get(row.id) or row).outcome is Outcome.QUEUED
    assert await pressed(bot, message, "❌", BORIS) == reply("not_yours", "zh")
    assert await pressed(bot, message, "❌", CHIEF) == reply("toast_cancelled", "zh")


async def test_ones_own_request_is_cancelled_without_asking_telegram(bot: Whole):
    message = await bot.shown(await bot.asked())
    assert await pressed(bot, message, "❌", ANNA) == reply("toast_cancelled", "zh")
    assert bot.telegram.calls_of(LOOKUP) == []


async def test_who_is_an_admin_no_more_has_no_rights_left(bot: Whole):
    picture = await bot.drawn()
    assert await says(bot, "/here off", CHIEF) == reply("place_closed", "zh")
    bot.telegram.people.demote(GROUP, CHIEF)
    assert await says(bot, "/here on", CHIEF) == reply("admins_only", "zh")
    assert await pressed(bot, picture, "🗑", CHIEF) == reply("not_yours_to_delete", "zh")


@pytest.mark.parametrize(("chat", "code"), [(GROUP, "place_closed"), (-1009, "speaks_as_channel")])
async def test_who_speaks_as_the_group_is_its_admin_and_a_channel_is_not(
    bot: Whole, chat: int, code: str
):
    content = {"text": "/here off", "sender_chat": speaking_as(chat)}
    bot.telegram.people.post(content, chat=GROUP, sender=GROUP_BOT)

    def answer() -> str:
        return next((str(one.text) for one in bot.telegram.messages(GROUP)), "")

    assert await eventually(answer) == reply(code, "zh")
    assert bot.telegram.calls_of(LOOKUP) == []


async def test_whoever_is_banned_draws_as_no_channel_either(bot: Whole):
    row = await bot.asked(user=ANNA)
    await says(bot, "/ban 永久", CHIEF, reply_to=int(row.address.request_message or 0))
    for channel in (-1008, -1009):
        content = {"text": "/draw 一个红色的圆", "sender_chat": speaking_as(channel)}
        said = bot.telegram.people.post(content, chat=GROUP, sender=GROUP_BOT)
        assert await answer_to(bot, said.message_id) == reply("speaks_as_channel", "zh")
    rows = await store_over(bot.database).sql("SELECT requester FROM generations")
    assert rows == [(f"telegram:{ANNA}",)]


@pytest.mark.parametrize("command", ["/ban 1天", "/quota", "/quota +5"])
async def test_nothing_is_decided_about_a_channel(bot: Whole, command: str):
    content = {"text": "你好", "sender_chat": speaking_as(-1009)}
    said = bot.telegram.people.post(content, chat=GROUP, sender=GROUP_BOT)
    answer = await says(bot, command, CHIEF, reply_to=said.message_id)
    assert answer == reply("not_a_person", "zh")
    assert await store_over(bot.database).sql("SELECT * FROM accounts") == []


async def test_only_who_may_decide_has_somebodys_name_noted(bot: Whole):
    boris = {"id": 20006, "is_bot": False, "first_name": "B", "username": "BorisB"}
    written = bot.telegram.people.say("你好", sender=boris, chat=GROUP)
    names = "SELECT person, name FROM people WHERE name <> ''"
    for words in ("/quota", "/quota +5", "/ban"):
        await says(bot, words, ANNA, reply_to=written.message_id)
        assert await store_over(bot.database).sql(names) == []
    await says(bot, "/quota", CHIEF, reply_to=written.message_id)
    assert await store_over(bot.database).sql(names) == [("telegram:20006", "borisb")]


async def test_the_groups_own_voice_can_be_decided_about(bot: Whole):
    content = {"text": "你好", "sender_chat": speaking_as(GROUP)}
    said = bot.telegram.people.post(content, chat=GROUP, sender=GROUP_BOT)
    answer = await says(bot, "/ban 1天", CHIEF, reply_to=said.message_id)
    assert answer == f"🚫 已封禁 {GROUP}：1 天。"


async def test_what_an_anonymous_admin_asked_for_is_ended_by_any_admin(bot: Whole):
    content = {"text": "/draw 一个红色的圆", "sender_chat": speaking_as(GROUP)}
    bot.telegram.people.post(content, chat=GROUP, sender=GROUP_BOT)
    requester = f"telegram:{GROUP}"

    async def asked():
        return await bot.core.admissions.latest(requester, str(GROUP))

    message = await bot.shown(await eventually(asked))
    assert await pressed(bot, message, "❌", BORIS) == reply("not_yours", "zh")
    assert await pressed(bot, message, "❌", CHIEF) == reply("toast_cancelled", "zh")
