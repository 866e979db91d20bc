"""What people ask of their own data in Telegram, through the whole bot but for its engine."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.core.generation import Forgotten, Generation, Outcome
from bot.core.history_view import PAGE
from bot.core.replies import reply
from bot.wiring import now_ms
from tests.builders import address
from tests.fakes.telegram_api import FakeTelegram, Message
from tests.integration.telegram_whole import ANNA, BORIS, GROUP, Whole, whole
from tests.integration.waiting import eventually
from tests.stores import store_over


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        running.people.group(GROUP)
        yield running


async def ask(bot: Whole, text: str, *, chat: int = ANNA, user: int = ANNA) -> Message:
    """The answer to a command."""
    asked = bot.telegram.people.say(text, user=user, chat=chat)
    return await bot.new_message(chat, after=asked.message_id)


async def drawn(bot: Whole) -> Generation:
    row = await bot.asked()
    await bot.finish(row)
    return row


async def drawn_elsewhere(bot: Whole, number: int) -> list[Generation]:
    """Of Anna, oldest first; no chat has to be told, for chats take only so many messages."""
    store = store_over(bot.database)
    store.clock.now = now_ms()
    elsewhere = address(platform="cli", chat="cli")
    asked = {"requester": f"telegram:{ANNA}", "address": elsewhere}
    return [await store.finished(**asked) for _ in range(number)]


async def becomes(message: Message, part: str) -> None:
    await eventually(lambda: part in (message.text or ""))


async def test_history_is_turned_in_its_own_message(bot: Whole) -> None:
    rows = await drawn_elsewhere(bot, PAGE + 1)
    page = await ask(bot, "/history")
    assert f"1. #{rows[-1].id}" in (page.text or "")
    shape = [len(row) for row in (page.reply_markup or {})["inline_keyboard"]]
    assert shape == [PAGE, 1]
    bot.press(page, "▶")
    await becomes(page, f"1. #{rows[0].id}")
    bot.press(page, "◀")
    await becomes(page, f"1. #{rows[-1].id}")
    assert len([m for m in bot.telegram.messages(ANNA) if "新的在前" in (m.text or "")]) == 1


async def test_its_buttons_work_after_a_restart(telegram: FakeTelegram, tmp_path: Path) -> None:
    async with whole(telegram, tmp_path) as bot:
        rows = await drawn_elsewhere(bot, PAGE + 1)
        page = await ask(bot, "/history")
    async with whole(telegram, tmp_path) as bot:
        bot.press(page, "▶")
        await becomes(page, f"1. #{rows[0].id}")


async def test_a_page_that_was_deleted_is_said_anew(bot: Whole) -> None:
    rows = await drawn_elsewhere(bot, PAGE + 1)
    page = await ask(bot, "/history")
    bot.press(page, "▶")
    bot.telegram.people.delete(ANNA, page.message_id)

    def found() -> bool:
        texts = [m.text or "" for m in bot.telegram.messages(ANNA)]
        return any(f"1. #{rows[0].id}" in text for text in texts)

    await eventually(found)


async def test_a_picture_of_the_list_is_shown_again_in_private(bot: Whole) -> None:
    row = await drawn(bot)
    page = await ask(bot, "我的图")
    bot.press(page, "1")
    shown = await bot.new_message(ANNA, after=page.message_id)
    assert shown.media is not None
    assert row.id in (shown.caption or "")


@pytest.mark.parametrize("command", ["/history", "/export", "/forget"])
async def test_in_a_group_it_is_one_sentence_and_not_twice(bot: Whole, command: str) -> None:
    await drawn(bot)
    said = await ask(bot, command, chat=GROUP)
    assert said.text == reply("private_only", "zh")
    assert said.buttons == []
    again = bot.telegram.people.say(command, user=ANNA, chat=GROUP)
    other = await ask(bot, "/queue", chat=GROUP)
    between = range(again.message_id + 1, other.message_id)
    assert [m for m in bot.telegram.messages(GROUP) if m.message_id in between] == []


async def test_info_in_reply_to_a_picture_tells_how_it_was_drawn(bot: Whole) -> None:
    row = await bot.asked()
    sheet = await bot.finish(row)
    asked = bot.telegram.people.say("参数", user=BORIS, chat=GROUP, reply_to=sheet.message_id)
    told = await bot.new_message(GROUP, after=asked.message_id)
    text = told.text or ""
    assert f"#{row.id} ✅ 画好了" in text
    assert f"种子 {row.spec.seed}" in text
    assert text.endswith("一个红色的圆")


async def test_an_export_is_announced_and_then_comes(bot: Whole) -> None:
    row = await drawn(bot)
    announced = await ask(bot, "/export")
    assert announced.text == reply("export_asked", "zh")
    sent = await bot.new_message(ANNA, after=announced.message_id)
    assert sent.media is not None
    assert sent.media.kind == "document"
    content = bot.telegram.world.files[f"file-{sent.media.sha256[:32]}"].content
    made = zipfile.ZipFile(io.BytesIO(content))
    (stored,) = json.loads(made.read("generations.json"))
    assert (stored["id"], stored["prompt"]) == (row.id, "一个红色的圆")
    pictures = sorted(name for name in made.namelist() if name.startswith("pictures/"))
    assert [made.read(name) for name in pictures] == [b"one", b"two"]


async def test_forgetting_asks_first_and_then_leaves_only_what_is_in_the_chats(
    bot: Whole, tmp_path: Path
) -> None:
    row = await bot.asked()
    sheet = await bot.finish(row)
    live = await bot.asked(chat=ANNA)
    await bot.shown(live, ANNA)
    asked = await ask(bot, "/forget")
    assert "2 个请求、2 张图" in (asked.text or "")
    bot.press(asked, "忘掉")
    await becomes(asked, "已忘掉")
    assert asked.buttons == []

    async def gone() -> bool:
        found = await bot.core.admissions.get(row.id)
        return found is not None and found.forgotten is Forgotten.DONE

    await eventually(gone)
    assert [path for path in (tmp_path / "pictures").rglob("*") if path.is_file()] == []
    ended = await bot.core.admissions.get(live.id)
    assert ended is not None
    assert ended.outcome is Outcome.CANCELLED
    assert sheet.media is not None, "messages stay"
    query = bot.press(sheet, "再来")
    answer = await eventually(lambda: bot.telegram.answer(query))
    assert "已经忘掉了" in answer.text
    bot.press(sheet, "删除")
    await eventually(lambda: sheet not in bot.telegram.messages(GROUP))
