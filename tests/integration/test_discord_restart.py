"""Exactly one picture for an interaction, whatever dies or is lost between it and the picture."""

import asyncio
from typing import Any

import pytest

from bot.adapters.discord.render import Look
from bot.core.generation import Delivery, Outcome
from tests.integration.discord_life import (
    ANNA,
    CHANNEL,
    PRIVATE_CHAT,
    Life,
    answer,
    living,
)
from tests.integration.waiting import eventually

CALLBACK = "/interactions/*/*/callback"
ANSWER = "/webhooks/*/*/messages/*"
MESSAGES = "/channels/*/messages"
MESSAGE = "/channels/*/messages/*"


async def test_a_restart_between_the_row_and_the_answer_goes_on_in_the_channel(
    tmp_path, discord, monkeypatch
):
    discord.faults.fail_next("POST", CALLBACK, delay=30.0, close="before")
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        asked = life.ask()
        generation = await life.row(asked)
    assert not asked.answered
    async with living(tmp_path, discord, monkeypatch) as life:
        message = await life.drawn(asked)
        assert message.channel_id == CHANNEL
        assert message.content.startswith(f"<@{ANNA}>\n")
        assert message.pings == set()
    (sent,) = discord.calls_of("POST", MESSAGES)
    assert sent.body.fields["nonce"] == generation.id
    assert sent.body.fields["enforce_nonce"] is True
    assert len(discord.pictures()) == 1


async def test_a_restart_after_the_answer_finds_the_same_message(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        asked = life.ask()
        generation = await life.opened(asked)
        # As if the process had died before it was noted.
        await life.store.sql("UPDATE generations SET status_message = NULL")
    async with living(tmp_path, discord, monkeypatch) as life:
        opened = await life.opened(asked)
        assert opened.status_message == generation.status_message
        assert await life.drawn(asked) is asked.original
    assert len(discord.messages(CHANNEL)) == 1


async def test_a_restart_while_it_is_drawn_edits_with_the_token_alone(
    tmp_path, discord, monkeypatch
):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        asked = life.ask(options={"spoiler": True, "private": True})
        await life.opened(asked)
    async with living(tmp_path, discord, monkeypatch) as life:
        message = await life.drawn(asked)
    assert message is asked.original
    assert message.ephemeral_to == ANNA
    assert message.images[0].filename.startswith("SPOILER_")


async def test_a_deferral_is_answered_after_a_restart(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch, defer_seconds=0.05) as life:
        await life.ready()
        discord.faults.fail_next("PATCH", ANSWER, delay=30.0, close="before")
        monkeypatch.setattr("bot.core.deliver.OPENING_PAUSE_SECONDS", 0.3)
        asked = life.ask()
        await life.row(asked)
        await eventually(lambda: asked.answered)
        assert answer(asked).loading
    discord.faults.clear()
    async with living(tmp_path, discord, monkeypatch) as life:
        assert await life.drawn(asked) is asked.original


def hold_back(life: Life, monkeypatch: pytest.MonkeyPatch, name: str, *, commits: bool) -> None:
    """This call of the core does not come back, before its row is committed or after that."""
    call = getattr(life.core.desk, name)

    async def held(*arguments: Any, **named: Any) -> None:
        if commits:
            await asyncio.sleep(0.2)
            await call(*arguments, **named)
        await asyncio.sleep(30.0)

    monkeypatch.setattr(life.core.desk, name, held)


async def test_a_private_card_comes_after_a_restart_though_the_deferral_is_gone(
    tmp_path, discord, monkeypatch
):
    async with living(tmp_path, discord, monkeypatch, defer_seconds=0.05) as life:
        await life.ready()
        await life.drawn(life.ask(options={"private": True}))
        hold_back(life, monkeypatch, "again", commits=True)
        discord.faults.fail_next("POST", "/webhooks/*", delay=30.0, close="before")
        asked = discord.people.slash("again", {}, user=ANNA, channel=CHANNEL)
        await eventually(lambda: asked.original and asked.original.deleted)
    discord.faults.clear()
    before = len(asked.messages)
    async with living(tmp_path, discord, monkeypatch) as life:
        message = await life.drawn(asked)
    assert message.ephemeral_to == ANNA
    assert before <= 1
    assert all(one.ephemeral_to == ANNA for one in discord.messages(CHANNEL))


@pytest.mark.parametrize("private", [False, True])
async def test_what_is_said_of_a_restart_is_the_place_of_the_card(
    tmp_path, discord, monkeypatch, private
):
    """Also where nothing can be sent to the channel."""
    discord.people.forbid(CHANNEL, "send_messages")
    async with living(tmp_path, discord, monkeypatch, defer_seconds=0.05) as life:
        await life.ready()
        await life.drawn(life.ask(options={"private": private}))
        monkeypatch.setattr("bot.core.deliver.OPENING_PAUSE_SECONDS", 30.0)
        hold_back(life, monkeypatch, "again", commits=True)
        asked = discord.people.slash("again", {}, user=ANNA, channel=CHANNEL)
        generation = await life.row(asked)
        assert (generation.private, generation.status_message) == (private, None)
        assert answer(asked).loading
    assert answer(asked).content.startswith("我正在重启")
    monkeypatch.undo()
    async with living(tmp_path, discord, monkeypatch) as life:
        message = await life.drawn(asked)
    assert (message is asked.original) is not private
    assert message.ephemeral_to == (ANNA if private else None)
    assert asked.messages[-1] is message


async def test_a_lost_answer_to_the_first_answer_is_no_second_message(
    tmp_path, discord, monkeypatch
):
    discord.faults.lose_answer("POST", CALLBACK)
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        asked = life.ask()
        assert await life.drawn(asked) is asked.original
    assert len(discord.messages(CHANNEL)) == 1


@pytest.mark.parametrize("late", [False, True])
async def test_a_lost_answer_to_the_delivery_is_one_picture(
    tmp_path, discord, monkeypatch, clock, late
):
    async with living(tmp_path, discord, monkeypatch, clock=clock) as life:
        await life.ready()
        asked = life.ask()
        generation = await life.opened(asked)
        if late:
            clock.advance(14 * 60_000)
        discord.faults.lose_answer("PATCH", MESSAGE if late else ANSWER)
        await life.finish(generation)
        await life.settled(generation)
    assert len(discord.pictures()) == 1
    assert len(discord.arrivals()) == 2


async def test_a_lost_answer_to_the_late_message_is_no_second_message(
    tmp_path, discord, monkeypatch, clock
):
    async with living(tmp_path, discord, monkeypatch, clock=clock) as life:
        await life.ready()
        asked = life.ask()
        generation = await life.opened(asked)
        clock.advance(14 * 60_000)
        discord.people.delete(asked.original)
        discord.faults.lose_answer("POST", MESSAGES)
        await life.finish(generation)
        await life.settled(generation)
        # The last one is the ping, for which a process that ends does not wait.
        await eventually(lambda: len(discord.calls_of("POST", MESSAGES)) >= 3)
    assert len(discord.calls_of("POST", MESSAGES)) == 3
    assert [bool(m.images) for m in discord.messages(CHANNEL)] == [True, False]


async def test_an_end_without_a_picture_is_told_in_the_same_message(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        asked = life.ask()
        generation = await life.opened(asked)
        started = await life.store.start(generation)
        assert await life.store.outcomes.fail(started.key, "out_of_memory", {})
        life.core.news.moved(generation.id)
        ended = await life.settled(generation)
    assert ended.outcome is Outcome.FAILED
    assert "显存不足" in answer(asked).content


async def test_a_deleted_status_message_comes_anew(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        asked = life.ask()
        await life.opened(asked)
        discord.people.delete(asked.original)
        message = await life.drawn(asked)
    assert discord.messages(CHANNEL) == [message]


async def test_a_late_message_that_is_deleted_comes_anew_under_another_nonce(
    tmp_path, discord, monkeypatch
):
    discord.faults.fail_next("POST", CALLBACK, 404, code=10062, times=9)
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        asked = life.ask()
        generation = await life.opened(asked)
        (first,) = discord.messages(CHANNEL)
        discord.people.delete(first)
        assert await life.drawn(asked) is not first
    nonces = [call.body.fields.get("nonce") for call in discord.calls_of("POST", MESSAGES)]
    assert nonces == [generation.id, generation.id, f"{generation.id}-2"]
    assert len(discord.messages(CHANNEL)) == 1


async def test_a_deleted_channel_is_given_up(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        asked = life.ask()
        generation = await life.opened(asked)
        discord.people.delete_channel(CHANNEL)
        await life.finish(generation)
        await life.settled(generation, Delivery.UNDELIVERABLE)


async def test_thrown_out_the_token_still_delivers(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        asked = life.ask()
        await life.opened(asked)
        discord.people.kick(7)
        assert await life.drawn(asked) is asked.original


async def test_a_message_that_was_to_be_deleted_is_deleted_once(tmp_path, discord, monkeypatch):
    """Where only the token of its request can do that."""
    place: dict[str, Any] = {"channel": PRIVATE_CHAT, "user_install": True}
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        message = await life.drawn(asked := life.ask(**place))
        row = await life.row(asked)
        # As the press of its button is noted, before anything is done about it.
        pressed = [(row.address.chat, f"c:{message.id}")]
        await life.store.removals.remove(row.id, pressed, "press")
    async with living(tmp_path, discord, monkeypatch) as life:
        await eventually(lambda: message.deleted)

        async def settled() -> bool:
            return not await life.store.removals.waiting(["discord"])

        await eventually(settled)
        await nothing_left_to_say(life)
    assert asked.follow_ups == []


async def test_a_file_that_was_brought_is_not_brought_again(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        generation = await life.row(asked := life.ask())
        await life.drawn(asked)
        # As if the process had died before it was noted.
        never = asyncio.Event()
        monkeypatch.setattr(life.core.notifier._notices, "said", lambda _: never.wait())
        shown = discord.people.slash("show", {"id": generation.id}, user=ANNA, channel=CHANNEL)
        await eventually(lambda: shown.original and shown.original.images)
        assert await life.core.notifier._notices.chats()
    monkeypatch.undo()
    async with living(tmp_path, discord, monkeypatch) as life:
        await nothing_left_to_say(life)
    assert len(discord.arrivals(shown)) == 1
    assert discord.calls_of("POST", "/webhooks/*") == []


async def test_a_word_for_one_person_does_not_become_the_answer_for_all(
    tmp_path, discord, monkeypatch
):
    async with living(tmp_path, discord, monkeypatch, defer_seconds=0.05) as life:
        await life.ready()
        show = life.core.desk.show

        async def later(*arguments: Any) -> None:
            await asyncio.sleep(0.3)
            await show(*arguments)

        monkeypatch.setattr(life.core.desk, "show", later)
        discord.faults.fail_next("DELETE", ANSWER, delay=30.0, close="before")
        shown = discord.people.slash("show", {"id": "zzzz"}, user=ANNA, channel=CHANNEL)
        await eventually(lambda: discord.calls_of("DELETE", ANSWER))
        assert answer(shown).loading
    discord.faults.clear()
    async with living(tmp_path, discord, monkeypatch) as life:
        await eventually(lambda: shown.follow_ups)
        await nothing_left_to_say(life)
    (told,) = shown.messages
    assert told.ephemeral_to == ANNA
    assert "找不到编号" in told.content


async def nothing_left_to_say(life: Life) -> None:
    async def nobody() -> bool:
        return not await life.core.notifier._notices.chats()

    await eventually(nobody)


async def test_a_line_that_landed_after_its_process_was_killed_is_withdrawn(
    tmp_path, discord, monkeypatch
):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        asked = life.ask()
        row = await life.opened(asked)
        late_line = asked.original
        assert late_line is not None
        # As if the next process had not found it, and had gone on in the channel.
        calls = life.adapter.messenger._calls
        instead = await calls.open(CHANNEL, Look(text="…"), [row.id])
        await life.store.deliveries.record_status(row.id, f"c:{instead}")
        await life.finish(await life.row(asked))
        await life.settled(row)
        await eventually(lambda: late_line.deleted)
        (shown,) = discord.pictures()
        assert shown.id == instead
