"""`/draw` in Discord, from the command to the picture, over real HTTP and a real gateway."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.core.generation import Delivery
from tests.fakes.discord_api import Interaction
from tests.integration.discord_life import (
    ANNA,
    BORIS,
    CHANNEL,
    GUILD,
    PRIVATE_CHAT,
    PROMPT,
    Life,
    living,
)
from tests.integration.waiting import eventually


@pytest.fixture
async def life(tmp_path, discord, monkeypatch) -> AsyncIterator[Life]:
    async with living(tmp_path, discord, monkeypatch, defer_seconds=0.3) as one:
        await one.ready()
        yield one


def slow(life: Life, seconds: float) -> None:
    """Admission takes this long."""
    draw = life.core.desk.draw

    async def later(*arguments: Any, **named: Any) -> Any:
        await asyncio.sleep(seconds)
        return await draw(*arguments, **named)

    setattr(life.core.desk, "draw", later)  # noqa: B010 - a method


async def answered(life: Life, interaction: Interaction) -> str:
    """What it was answered with, once that is more than a deferral."""

    def words() -> str:
        return next((m.content for m in interaction.messages if not m.loading), "")

    found: str = await eventually(words)
    return found


async def test_a_command_is_answered_with_the_card_which_becomes_the_picture(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    assert generation.spec.prompt == PROMPT
    assert [label for label, _ in asked.original.buttons] == ["❌ 取消"]
    message = await life.drawn(asked)
    assert message is asked.original
    assert message.content.startswith(f"{PROMPT}\n512×512 · 种子")
    assert [label for label, _ in message.buttons] == ["🔁 再来", "✏️ 改词", "📄 原图", "🗑 删除"]
    assert discord.pictures_seen(asked) == 1
    assert discord.messages(CHANNEL) == [message]


async def test_a_row_keeps_who_asked_where_and_in_which_language(life, discord):
    generation = await life.row(life.ask(user=BORIS, guild=GUILD, channel=CHANNEL, locale="en-GB"))
    assert generation.requester == f"discord:{BORIS}"
    assert generation.address.chat == str(CHANNEL)
    assert (generation.address.thread, generation.address.request_message) == (None, None)
    assert generation.locale == "en"


async def test_options_are_options_and_the_prompt_stays_as_it_was_typed(life, discord):
    options = {"ratio": "16:9", "count": 4, "seed": 42, "steps": 5, "guidance": 1.8}
    asked = life.ask("4张椅子，圆 ", options={**options, "negative": "模糊，种子"})
    spec = (await life.row(asked)).spec
    assert spec.prompt == "4张椅子，圆"
    assert (spec.count, spec.seed, spec.steps, spec.guidance) == (4, 42, 5, 1.8)
    assert spec.width > spec.height
    assert spec.negative_prompt == "模糊，种子"


async def test_options_may_also_be_written_behind_the_prompt(life, discord):
    spec = (await life.row(life.ask("圆 竖图", options={"seed": 3}))).spec
    assert (spec.prompt, spec.seed, spec.height > spec.width) == ("圆", 3, True)


async def test_a_refusal_is_seen_by_whoever_asked_and_nobody_else(life, discord):
    asked = life.ask("圆 --sed 4")
    assert await answered(life, asked) == "不认识参数「--sed」，是想写「--seed」吗？"
    assert asked.original.ephemeral_to == ANNA


async def test_refusals_of_many_at_once_reach_each_of_them(life, discord):
    asked = [life.ask("圆 --sed 4", user=100 + n) for n in range(12)]
    for one in asked:
        assert "--seed" in await answered(life, one)


async def test_what_takes_long_is_deferred_and_then_answered(life, discord):
    slow(life, 0.8)
    asked = life.ask()
    await eventually(lambda: asked.answered)
    assert asked.original.loading
    assert asked.original.ephemeral_to is None
    assert (await life.drawn(asked)) is asked.original
    assert len(discord.messages(CHANNEL)) == 1


async def test_what_is_refused_after_a_deferral_leaves_nothing_in_the_channel(life, discord):
    slow(life, 0.6)
    asked = life.ask("圆 --sed 4")
    await eventually(lambda: asked.follow_ups)
    assert asked.original.deleted
    (told,) = discord.messages(CHANNEL)
    assert told.ephemeral_to == ANNA
    assert "--seed" in told.content


async def test_a_private_request_is_answered_privately_to_the_end(life, discord):
    asked = life.ask(options={"private": True})
    message = await life.drawn(asked)
    assert message.ephemeral_to == ANNA
    assert discord.messages(CHANNEL, seen_by=BORIS) == []


async def test_a_spoiler_is_hidden(life, discord):
    message = await life.drawn(life.ask(options={"spoiler": True}))
    assert message.images[0].filename.startswith("SPOILER_")


async def test_what_is_refused_leaves_nothing_in_the_channel_also_if_discord_is_busy(life, discord):
    slow(life, 0.6)
    discord.faults.rate_limit("DELETE", "/webhooks/*", 0.3, via=False)
    asked = life.ask("圆 --sed 4")
    await eventually(lambda: asked.follow_ups)
    assert asked.original.deleted


@pytest.mark.parametrize("private", [False, True])
async def test_who_was_deferred_is_told_of_a_restart(life, discord, private):
    slow(life, 30.0)
    asked = life.ask(options={"private": private})
    await eventually(lambda: asked.answered)
    for task in life.tasks:
        task.cancel()
    assert (await answered(life, asked)).startswith("我正在重启")
    # What is said stands where it was said that the bot is thinking.
    assert asked.messages == [asked.original]
    assert asked.original.ephemeral_to == (ANNA if private else None)


async def test_who_was_about_to_be_told_of_trouble_is_told_of_a_restart(life, discord, monkeypatch):
    async def fail(*_: Any, **__: Any) -> str:
        await asyncio.sleep(0.6)
        raise ValueError(PROMPT)

    monkeypatch.setattr(life.core.desk, "draw", fail)
    hanging = discord.faults.fail_next("DELETE", "/webhooks/*", delay=30.0, close="before")
    asked = life.ask()
    await eventually(lambda: not hanging.times)
    for task in life.tasks:
        task.cancel()
    assert (await answered(life, asked)).startswith("我正在重启")


async def test_a_private_card_that_did_not_pass_at_once_comes_all_the_same(
    life, discord, monkeypatch
):
    await life.drawn(life.ask(options={"private": True}))
    again = life.core.desk.again

    async def later(*arguments: Any, **named: Any) -> Any:
        await asyncio.sleep(0.6)
        return await again(*arguments, **named)

    monkeypatch.setattr(life.core.desk, "again", later)
    # By then nobody is told any more that the bot is thinking.
    discord.faults.rate_limit("POST", "/webhooks/*", 0.1, via=False)
    asked = discord.people.slash("again", {}, user=ANNA, channel=CHANNEL)
    message = await life.drawn(asked)
    assert asked.original.deleted
    assert discord.messages(CHANNEL, seen_by=BORIS) == []
    assert message.ephemeral_to == ANNA


async def test_a_private_card_that_was_deleted_comes_anew_for_the_same_person(life, discord):
    asked = life.ask(options={"private": True})
    await life.opened(asked)
    with discord.world.lock:
        discord.world.delete(asked.original)
    message = await life.drawn(asked)
    assert message.ephemeral_to == ANNA


async def test_a_link_in_a_prompt_is_none(life, discord):
    message = await life.drawn(life.ask("圆 https://evil.example"))
    assert r"https\://" in message.content
    assert message.images


async def test_nothing_of_a_prompt_pings_or_is_formatted(life, discord):
    message = await life.drawn(life.ask("@everyone <@2> **圆** # 大 `x`"))
    assert message.pings == set()
    assert r"\*\*圆\*\*" in message.content
    assert r"\`x\`" in message.content


@pytest.mark.parametrize("where", [{}, {"channel": PRIVATE_CHAT, "user_install": True}])
async def test_it_draws_in_private_chats(life, discord, where):
    asked = discord.people.slash("draw", {"prompt": PROMPT}, user=ANNA, **where)
    assert (await life.drawn(asked)) is asked.original


async def test_without_the_right_to_send_files_nothing_is_drawn(life, discord):
    discord.people.forbid(CHANNEL, "attach_files")
    asked = life.ask()
    assert "Attach Files" in await answered(life, asked)
    assert asked.original.ephemeral_to == ANNA
    assert await life.core.records.waiting_in_all() == 0


async def test_other_rights_that_are_missing_are_told_once_and_it_draws(life, discord):
    discord.people.forbid(CHANNEL, "send_messages")
    first = life.ask()
    await life.drawn(first)
    (hint,) = first.follow_ups
    assert "Send Messages" in hint.content
    assert hint.ephemeral_to == ANNA
    second = life.ask()
    await life.drawn(second)
    assert second.follow_ups == []


async def test_a_hint_that_did_not_pass_is_given_again(life, discord):
    discord.people.forbid(CHANNEL, "view_channel", "send_messages")
    discord.faults.fail_next("POST", "/webhooks/*", 400)
    first = life.ask()
    await life.drawn(first)
    await eventually(lambda: discord.calls_of("POST", "/webhooks/*"))
    second = life.ask(locale="en-US", channel=CHANNEL)
    await life.drawn(second)
    (hint,) = await eventually(lambda: second.follow_ups)
    assert "View Channel, Send Messages." in hint.content


async def test_a_picture_that_is_too_large_becomes_a_sentence(life, discord):
    discord.world.upload_bytes = 3
    asked = life.ask()
    generation = await life.opened(asked)
    await life.finish(generation)
    await life.settled(generation, Delivery.UNDELIVERABLE)
    assert "没能在这里显示" in asked.original.content
    assert [label for label, _ in asked.original.buttons] == ["🔁 再来"]


async def test_whatever_goes_wrong_it_is_answered(life, discord, capsys):
    async def fail(*_: Any, **__: Any) -> str:
        raise ValueError(PROMPT)

    setattr(life.core.desk, "draw", fail)  # noqa: B010 - a method
    assert "出了点意外" in await answered(life, life.ask())
    said = capsys.readouterr()
    assert "interaction_failed" in said.out + said.err
    assert PROMPT not in said.out + said.err


async def test_several_pictures_come_as_one_with_a_button_for_each(life, discord):
    asked = life.ask(options={"count": 2})
    message = await life.drawn(asked, pictures=(b"\x89PNG one", b"\x89PNG two"))
    assert [label for label, _ in message.buttons][4:] == ["1", "2"]
    assert len(message.images) == 1
