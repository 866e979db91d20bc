"""What people ask of their own data in Discord, over real HTTP and a real gateway."""

import asyncio
import io
import json
import re
import zipfile
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.core.generation import Forgotten, Generation, Outcome
from bot.core.history_view import PAGE
from tests.builders import address
from tests.fakes.discord_api import Interaction, Message
from tests.integration.discord_life import ANNA, BORIS, CHANNEL, Life, answer, living
from tests.integration.waiting import eventually

CALLBACK = "/interactions/*/*/callback"
CONSENT, CHANGE = 6, 7


@pytest.fixture
async def life(tmp_path, discord, monkeypatch) -> AsyncIterator[Life]:
    async with living(tmp_path, discord, monkeypatch) as one:
        await one.ready()
        yield one


async def rows(life: Life, number: int) -> list[Generation]:
    """Of Anna, oldest first, and from elsewhere."""
    asked = {"requester": f"discord:{ANNA}", "address": address(platform="cli", chat="cli")}
    return [await life.store.finished(**asked) for _ in range(number)]


def slash(life: Life, name: str, user: int = ANNA, **options: Any) -> Interaction:
    return life.discord.people.slash(name, options, user=user, channel=CHANNEL)


async def told(interaction: Interaction) -> Message:
    """What it was answered with, for whoever asked."""

    def look() -> Message | None:
        return next((m for m in interaction.messages if not m.loading), None)

    found: Message = await eventually(look)
    return found


async def history(life: Life) -> Message:
    page = await told(slash(life, "history"))
    assert page.ephemeral_to == ANNA
    return page


def first_is(page: Message, generation: Generation) -> bool:
    ids = re.findall(r"#(\w+)", page.content)
    return ids[:1] == [generation.id]


# --- history --------------------------------------------------------------------------------------


async def test_pages_are_turned_in_their_own_message(life, discord):
    mine = await rows(life, PAGE + 1)
    page = await history(life)
    assert first_is(page, mine[-1])
    older = discord.people.press(page, "▶", user=ANNA)
    await eventually(lambda: first_is(page, mine[0]))
    assert (older.original, older.answer_type, older.follow_ups) == (page, CHANGE, [])
    newer = discord.people.press(page, "◀", user=ANNA)
    await eventually(lambda: first_is(page, mine[-1]))
    assert newer.original is page
    assert [m for m in discord.messages(CHANNEL) if not m.deleted] == [page]


async def test_where_it_takes_long_nothing_is_seen_until_the_page_turns(life, discord, monkeypatch):
    mine = await rows(life, PAGE + 1)
    page = await history(life)
    turn = life.core.desk.my_data.turn

    async def later(*arguments: Any, **named: Any) -> Any:
        await asyncio.sleep(1.7)
        return await turn(*arguments, **named)

    monkeypatch.setattr(life.core.desk.my_data, "turn", later)
    pressed = discord.people.press(page, "▶", user=ANNA)
    await eventually(lambda: first_is(page, mine[0]))
    assert (pressed.answer_type, pressed.messages) == (CONSENT, [page])


async def test_a_turn_whose_process_was_killed_is_shown_by_the_next(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        mine = await rows(life, PAGE + 1)
        page = await history(life)
        # It is committed, and consented to in time; nothing more comes of it.
        monkeypatch.setattr(life.core.notifier, "_words", asyncio.Queue())
        pressed = discord.people.press(page, "▶", user=ANNA)
        await eventually(lambda: pressed.answer_type == CONSENT)
    assert first_is(page, mine[-1])
    async with living(tmp_path, discord, monkeypatch, clock=life.clock) as life:
        await life.ready()
        await eventually(lambda: first_is(page, mine[0]))
    assert pressed.messages == [page]


async def test_a_change_whose_answer_was_lost_is_made_once(life, discord):
    mine = await rows(life, PAGE + 1)
    page = await history(life)
    discord.faults.lose_answer("POST", CALLBACK)
    pressed = discord.people.press(page, "▶", user=ANNA)
    await eventually(lambda: first_is(page, mine[0]))
    assert pressed.messages == [page]


async def test_a_page_that_was_dismissed_meanwhile_is_said_anew(life, discord, monkeypatch):
    mine = await rows(life, PAGE + 1)
    page = await history(life)
    turn = life.core.desk.my_data.turn

    async def dismissed(*arguments: Any, **named: Any) -> Any:
        discord.people.delete(page)
        return await turn(*arguments, **named)

    monkeypatch.setattr(life.core.desk.my_data, "turn", dismissed)
    anew = await told(discord.people.press(page, "▶", user=ANNA))
    assert (anew.ephemeral_to, first_is(anew, mine[0])) == (ANNA, True)


async def test_what_cannot_be_turned_is_a_word_beside_the_page(life, discord):
    mine = await rows(life, PAGE + 1)
    page = await history(life)
    await life.store.sql("UPDATE generations SET requester = 'discord:2'")
    pressed = discord.people.press(page, "▶", user=ANNA)
    said = await told(pressed)
    assert ("这不是你的页" in said.content, said.ephemeral_to) == (True, ANNA)
    assert first_is(page, mine[-1])


async def test_a_picture_of_the_list_is_shown_to_its_owner_only(life, discord):
    asked = life.ask()
    await life.drawn(asked)
    row = await life.row(asked)
    page = await history(life)
    shown = await told(discord.people.press(page, "1", user=ANNA))
    assert (shown.ephemeral_to, len(shown.images)) == (ANNA, 1)
    assert row.id in shown.content


# --- info -----------------------------------------------------------------------------------------


async def test_info_is_for_whoever_asks(life, discord):
    asked = life.ask()
    await life.drawn(asked)
    row = await life.row(asked)
    said = await told(slash(life, "info", user=BORIS, id=row.id))
    assert said.ephemeral_to == BORIS
    assert f"种子 {row.spec.seed}" in said.content
    assert said.content.endswith(row.spec.prompt)
    assert row.id in (await told(slash(life, "info"))).content


async def test_a_private_one_is_told_to_nobody_else(life, discord):
    asked = life.ask(options={"private": True})
    await life.drawn(asked)
    row = await life.row(asked)
    assert "找不到" in (await told(slash(life, "info", user=BORIS, id=row.id))).content


# --- export ---------------------------------------------------------------------------------------


async def test_an_export_follows_its_announcement_privately(life, discord):
    asked = life.ask()
    await life.drawn(asked)
    wanted = slash(life, "export")
    assert "正在打包" in (await told(wanted)).content
    await eventually(lambda: wanted.follow_ups)
    (sent,) = wanted.follow_ups
    assert (sent.ephemeral_to, answer(wanted).ephemeral_to) == (ANNA, ANNA)
    assert "1 条记录，1 张图" in sent.content
    made = zipfile.ZipFile(io.BytesIO(sent.attachments[0].content))
    (stored,) = json.loads(made.read("generations.json"))
    assert stored["id"] == (await life.row(asked)).id
    assert "token" not in made.read("generations.json").decode()


async def test_it_is_no_larger_than_what_is_taken_there(life, discord):
    asked = life.ask()
    await life.drawn(asked, pictures=[bytes(40_000)])
    discord.world.upload_bytes = 30_000
    wanted = slash(life, "export")
    await eventually(lambda: wanted.follow_ups)
    (sent,) = wanted.follow_ups
    assert "有 1 张旧图放不下" in sent.content
    assert len(sent.attachments[0].content) <= 30_000


# --- forget ---------------------------------------------------------------------------------------


async def test_forgetting_asks_first_and_answers_in_the_same_message(life, discord, tmp_path):
    asked, waiting = life.ask(), life.ask()
    message = await life.drawn(asked)
    row, live = await life.row(asked), await life.opened(waiting)
    question = await told(slash(life, "forget"))
    assert (question.ephemeral_to, "2 个请求、1 张图" in question.content) == (ANNA, True)
    pressed = discord.people.press(question, "忘掉", user=ANNA)
    await eventually(lambda: "已忘掉" in question.content)
    assert (pressed.messages, question.buttons) == ([question], [])
    await eventually(lambda: answer(waiting).content == "已取消。")
    assert (await life.settled(live)).outcome is Outcome.CANCELLED

    async def gone() -> bool:
        found = await life.core.admissions.get(row.id)
        return found is not None and found.forgotten is Forgotten.DONE

    await eventually(gone)
    assert [path for path in (tmp_path / "pictures").rglob("*") if path.is_file()] == []
    assert message.images, "messages stay"
    assert "已经忘掉了" in (await told(discord.people.press(message, "🔁", user=BORIS))).content
    discord.people.press(message, "🗑", user=ANNA)
    await eventually(lambda: message.deleted)
