"""Bans, places and word rules in Discord, over real HTTP and a real gateway."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest

from bot.core.cancel import Cancel
from bot.core.generation import Outcome
from bot.core.moderation.area import Area
from bot.core.moderation.matcher import WordRule
from bot.core.replies import reply
from tests.builders import act
from tests.fakes.discord_api import FakeDiscord, Interaction
from tests.integration.discord_life import (
    ANNA,
    BORIS,
    CHANNEL,
    GUILD,
    PROMPT,
    Life,
    answer,
    furnish,
    living,
)
from tests.integration.waiting import eventually

CHIEF, STUDIO = 9, 71
HERE = Area("discord", f"guild:{GUILD}")


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with FakeDiscord() as server:
        furnish(server)
        server.people.channel(STUDIO, guild=GUILD)
        server.people.guild(GUILD, admins=(CHIEF,))
        yield server


@pytest.fixture
async def life(tmp_path, discord, monkeypatch) -> AsyncIterator[Life]:
    async with living(tmp_path, discord, monkeypatch) as one:
        await one.ready()
        yield one


async def words(interaction: Interaction) -> str:
    def look() -> str:
        return next((m.content for m in interaction.messages if not m.loading), "")

    found: str = await eventually(look)
    return found.replace("\\", "")


async def admin(life: Life, name: str, options: dict[str, Any], channel: int = CHANNEL) -> str:
    """What whoever keeps order is told, and nobody else."""
    called = life.discord.people.slash(f"admin {name}", options, user=CHIEF, channel=channel)
    said = await words(called)
    assert answer(called).ephemeral_to == CHIEF
    return said


async def refused(interaction: Interaction, user: int = ANNA) -> str:
    """What whoever asked is told, and nobody else."""
    said = await words(interaction)
    assert [message.ephemeral_to for message in interaction.messages] == [user]
    return said


async def test_a_ban_ends_what_waits_and_keeps_them_from_drawing(life, discord):
    message = await life.drawn(life.ask(user=BORIS))
    waiting = life.ask()
    row = await life.opened(waiting)
    given = {"user": ANNA, "duration": "2小时", "reason": "3 次刷屏"}
    said = await admin(life, "ban", given)
    assert said == f"🚫 已封禁 {ANNA}：2 小时。\n取消了对方 1 个还没画完的请求，额度已退回。"
    assert (await life.store.now(row)).outcome is Outcome.CANCELLED
    await eventually(lambda: answer(waiting).content == reply("cancelled_by_admin", "zh"))
    told = "你在这里被封禁了（3 次刷屏），约 2 小时后（01-02 13:04）可以再画。有疑问请找管理员。"
    for asked in (
        life.ask(),
        life.ask(channel=STUDIO),
        discord.people.press(message, "🔁", user=ANNA),
        discord.people.press(message, "✏️", user=ANNA),
    ):
        assert await refused(asked) == told
    assert (
        await admin(life, "ban", {})
        == f"🚫 现在被封禁的：\n{ANNA} @user1 (约 2 小时，到 01-02 13:04) 3 次刷屏"
    )
    assert await admin(life, "unban", {"user": ANNA}) == f"✅ 已解封 {ANNA}。"
    assert (await life.row(life.ask())).requester == f"discord:{ANNA}"


async def test_killed_before_it_told_anybody_the_next_process_does(tmp_path, discord, monkeypatch):
    """Discord tells of an interaction once."""
    banned = asyncio.Event()

    async def die(*_: Any) -> None:
        banned.set()
        await asyncio.Event().wait()

    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        waiting = life.ask()
        row = await life.opened(waiting)
        with monkeypatch.context() as patched:
            patched.setattr(Cancel, "spread", die)
            given = {"user": ANNA, "duration": "2小时"}
            discord.people.slash("admin ban", given, user=CHIEF, channel=CHANNEL)
            await banned.wait()
    async with living(tmp_path, discord, monkeypatch) as life:
        await eventually(lambda: answer(waiting).content == reply("cancelled_by_admin", "zh"))
        assert (await life.store.now(row)).outcome is Outcome.CANCELLED
        await life.ready()
        assert "被封禁" in await refused(life.ask())


async def test_without_a_duration_it_is_a_day_and_everywhere_is_not_for_them(life, discord):
    assert await admin(life, "ban", {"user": BORIS}) == f"🚫 已封禁 {BORIS}：1 天。"
    for name in ("ban", "unban"):
        given = {"user": BORIS, "everywhere": True}
        assert await admin(life, name, given) == reply("fleet_only", "zh")


async def test_a_channel_is_closed_and_opened(life, discord):
    assert await admin(life, "here", {"switch": "off"}) == reply("place_closed", "zh")
    assert await refused(life.ask()) == reply("closed", "zh")
    await life.row(life.ask(channel=STUDIO))
    closed = await admin(life, "here", {"switch": "off", "whole_server": True}, STUDIO)
    assert closed == reply("group_closed", "zh", "discord")
    assert await admin(life, "here", {"switch": "on"}) == reply("place_opened", "zh")
    assert await admin(life, "here", {}) == reply("place_is_open_alone", "zh", "discord")
    await life.row(life.ask())
    assert await refused(life.ask(channel=STUDIO)) == reply("closed", "zh")


async def test_a_thread_is_closed_with_its_channel_and_opened_for_itself(life, discord):
    thread = 72
    discord.people.thread(thread, parent=CHANNEL)
    message = await life.drawn(life.ask(channel=thread))
    await admin(life, "here", {"switch": "off"})
    for asked in (life.ask(channel=thread), discord.people.press(message, "🔁", user=ANNA)):
        assert await refused(asked) == reply("closed", "zh")
    said = await admin(life, "here", {}, thread)
    assert said == reply("place_is_closed_alone", "zh", "discord")
    await admin(life, "here", {"switch": "on"}, thread)
    assert (await life.row(life.ask(channel=thread))).spec.prompt == PROMPT
    assert await refused(life.ask()) == reply("closed", "zh")


async def test_what_was_cancelled_in_a_closed_thread_is_not_drawn_again(life, discord):
    thread = 72
    discord.people.thread(thread, parent=CHANNEL)
    row = await life.row(life.ask(channel=thread))
    await admin(life, "job", {"id": row.id})
    await life.store.outcomes.cancel([row.id], "cancel:1")
    await admin(life, "here", {"switch": "off"})
    called = discord.people.slash("admin job", {"id": row.id}, user=CHIEF, channel=STUDIO)
    await eventually(lambda: called.messages and not answer(called).loading)
    pressed = discord.people.press(answer(called), "🔂", user=CHIEF)
    assert reply("closed", "zh") in await refused(pressed, CHIEF)


async def test_a_forbidden_word_is_named_to_whoever_asked(life, discord):
    assert (
        await admin(life, "words", {"action": "add", "text": "裸体，血"}) == "🧹 已禁用：裸体、血"
    )
    await admin(life, "words", {"action": "allow", "text": "血橙"})
    told = await refused(life.ask("一个裸.體的人"))
    assert told == reply("forbidden_words", "zh", words="裸体")
    told = await refused(life.ask(options={"negative": "血"}))
    assert told == reply("forbidden_words", "zh", words="血")
    tested = await admin(life, "words", {"action": "test", "text": "血橙和血"})
    assert tested == "🚫 会被拒绝：有「血」"
    await life.row(life.ask("血橙"))


async def test_the_form_is_looked_at_too(life, discord):
    message = await life.drawn(life.ask())
    await admin(life, "words", {"action": "add", "text": "裸体"})
    opened = discord.people.press(message, "✏️", user=ANNA)
    await eventually(lambda: opened.modal)
    sent = discord.people.submit_modal(opened, {"words": "裸体"})
    assert await refused(sent) == reply("forbidden_words", "zh", words="裸体")


async def test_a_long_list_turns_its_pages_in_place(life, discord):
    rules = [WordRule(text=f"{'词' * 40}{number}") for number in range(60)]
    await life.store.words.add(HERE, rules, act(scope=HERE.scope, platform="discord"))
    listed = discord.people.slash("admin words", {"action": "list"}, user=CHIEF, channel=CHANNEL)
    assert "🚫" in await words(listed)
    first = answer(listed).content
    discord.people.press(answer(listed), "▶", user=CHIEF)
    await eventually(lambda: answer(listed).content != first)
    assert len(listed.messages) == 1
