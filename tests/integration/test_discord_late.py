"""What takes longer than an interaction's token lives."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from bot.adapters.discord.render import Look
from bot.core.errors import Unreachable
from bot.core.generation import Delivery, Outcome
from bot.core.messages import Card, Notice
from tests.fakes.discord_api import FakeDiscord, Interaction, Message
from tests.fakes.discord_api.messages import SUPPRESS_EMBEDS
from tests.integration.discord_life import (
    ANNA,
    BORIS,
    CHANNEL,
    GUILD,
    MINUTE,
    PRIVATE_CHAT,
    PROMPT,
    Life,
    answer,
    living,
)
from tests.integration.waiting import eventually

ANSWER = "/webhooks/*/*/messages/*"
MESSAGES = "/channels/*/messages"
MESSAGE = "/channels/*/messages/*"


@pytest.fixture
async def life(tmp_path, discord, monkeypatch, clock) -> AsyncIterator[Life]:
    monkeypatch.setattr("bot.adapters.discord.deadlines.LOOK_SECONDS", 0.02)
    monkeypatch.setattr("bot.core.deliver.REFRESH_SECONDS", 0.05)
    async with living(tmp_path, discord, monkeypatch, clock=clock) as one:
        await one.ready()
        yield one


def wait(life: Life, minutes: float) -> None:
    """Time passes, for everybody."""
    life.clock.advance(round(minutes * MINUTE))
    life.discord.clock.advance(minutes * 60)


def abroad(life: Life) -> Interaction:
    """Asked for in a chat that the bot is no member of."""
    return life.discord.people.slash(
        "draw", {"prompt": PROMPT}, user=ANNA, channel=PRIVATE_CHAT, user_install=True
    )


async def picture_and_ping(discord: FakeDiscord) -> list[Message]:
    await eventually(lambda: len(discord.messages(CHANNEL)) == 2)
    return discord.messages(CHANNEL)


async def test_from_minute_14_the_bot_edits_its_answer_by_itself(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 14)
    await life.finish(generation)
    await life.settled(generation)
    picture, ping = await picture_and_ping(discord)
    assert picture is asked.original
    assert picture.images
    assert picture.look.flags & SUPPRESS_EMBEDS
    assert picture.pings == set()
    assert ping.content.startswith(f"<@{ANNA}>")
    assert (ping.reference, ping.pings) == (picture.id, {str(ANNA)})
    assert len(discord.calls_of("PATCH", MESSAGE)) == 1


async def test_a_token_that_ends_early_is_noticed(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    # This machine's clock is behind.
    discord.clock.advance(16 * 60)
    await life.finish(generation)
    await life.settled(generation)
    assert discord.pictures() == [asked.original]


async def test_a_token_that_ends_early_keeps_nothing_from_being_deleted(life, discord):
    asked = life.ask()
    message = await life.drawn(asked)
    discord.clock.advance(16 * 60)
    await life.store.removals.remove((await life.row(asked)).id, [], "press")
    life.core.erasures.look()
    await eventually(lambda: message.deleted)


async def test_an_answer_that_is_gone_by_then_comes_anew(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 14)
    discord.people.delete(asked.original)
    await life.finish(generation)
    await life.settled(generation)
    picture, ping = await picture_and_ping(discord)
    assert all(one.look.flags & SUPPRESS_EMBEDS for one in (picture, ping))
    assert (picture.nonce, picture.pings) == (generation.id, set())
    assert picture.content.startswith(f"<@{ANNA}>")
    assert ping.pings == {str(ANNA)}
    now = await life.core.admissions.get(generation.id)
    assert now.status_message == f"c:{picture.id}"


async def test_an_answer_that_can_no_longer_be_edited_is_left_for_another(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 14)
    # As in a thread that is archived: it opens when something is sent.
    discord.faults.fail_next("PATCH", MESSAGE, 400, code=50083)
    await life.finish(generation)
    await life.settled(generation)
    assert asked.original.deleted
    assert len(discord.pictures(channel=CHANNEL)) == 1


async def test_where_nothing_can_follow_the_warning_stays(life, discord):
    """As in a thread that is locked."""
    discord.people.forbid(CHANNEL, "send_messages")
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 13)
    await eventually(lambda: "/show" in asked.original.content)
    wait(life, 2)
    discord.faults.fail_next("PATCH", MESSAGE, 400, code=50083, times=9)
    await life.finish(generation)
    await life.settled(generation, Delivery.UNDELIVERABLE)
    assert "/show" in asked.original.content
    assert discord.calls_of("DELETE", MESSAGE) == []


async def test_where_the_old_answer_cannot_be_deleted_yet_nothing_new_is_sent(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 14)
    discord.faults.fail_next("PATCH", MESSAGE, 400, code=50083)
    discord.faults.rate_limit("DELETE", MESSAGE, 0.2, via=False)
    await life.finish(generation)
    await life.settled(generation)
    # By then the first one could be edited.
    assert discord.pictures() == [asked.original]


async def test_a_delivery_at_the_last_moment_whose_answer_is_lost_is_one_picture(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 13.9)
    discord.faults.lose_answer("PATCH", ANSWER)
    await life.finish(generation)
    await eventually(discord.arrivals)
    wait(life, 1)
    await life.settled(generation)
    assert discord.pictures_seen() == 1
    assert not asked.original.deleted


async def test_before_that_an_edit_brings_it_and_a_message_tells_of_it(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 13)
    await life.finish(generation)
    await life.settled(generation)
    picture, ping = await picture_and_ping(discord)
    assert picture is asked.original
    assert ping.reference == picture.id
    assert ping.pings == {str(ANNA)}


async def test_a_private_answer_tells_nobody_else(life, discord):
    asked = life.ask(options={"private": True})
    generation = await life.opened(asked)
    wait(life, 12)
    await life.finish(generation)
    await life.settled(generation)
    # Whoever it is for is told after it is settled.
    await eventually(lambda: not life.core.deliverer._busy)
    assert discord.messages(CHANNEL) == [asked.original]


async def test_who_waits_on_is_kept_up_to_date(life, discord):
    first = life.ask(user=BORIS)
    ahead = await life.opened(first)
    asked = life.ask()
    await life.opened(asked)
    assert "前面 1 张" in asked.original.content
    wait(life, 15)
    await life.finish(ahead)
    await eventually(lambda: "前面 1 张" not in asked.original.content)
    assert not asked.original.deleted


async def test_a_message_older_than_an_hour_is_left_alone_until_the_end(life, discord):
    """Discord lets such a one be edited a few times only."""
    first = life.ask(user=BORIS)
    ahead = await life.opened(first)
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 61)
    before = asked.original.content
    await life.finish(ahead)
    await life.settled(ahead)
    await asyncio.sleep(0.3)
    assert asked.original.content == before
    await life.finish(generation)
    await life.settled(generation)
    assert discord.pictures_seen(asked) == 1


async def test_a_page_of_a_proxy_costs_no_picture(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    discord.faults.fail_next("PATCH", ANSWER, 403, html=True, via=False)
    await life.finish(generation)
    await life.settled(generation)
    assert discord.pictures() == [asked.original]


async def test_what_ended_unheard_of_is_not_remembered_for_ever(life, monkeypatch):
    monkeypatch.setattr("bot.adapters.discord.deadlines.MANY", 3)
    deadlines = life.adapter.messenger.deadlines
    for number in range(9):
        deadlines.silence(f"{number}")
    assert [n for n in range(9) if deadlines.is_silent(f"{n}")] == [6, 7, 8]


async def test_where_the_bot_is_no_member_it_is_said_in_time_that_nothing_will_come(life, discord):
    asked = abroad(life)
    generation = await life.opened(asked)
    wait(life, 13)
    await eventually(lambda: f"/show {generation.id}" in answer(asked).content)
    wait(life, 7)
    await life.finish(generation)
    ended = await life.settled(generation, Delivery.UNDELIVERABLE)
    assert ended.outcome is Outcome.FINISHED
    shown = discord.people.slash(
        "show", {"id": generation.id}, user=ANNA, channel=PRIVATE_CHAT, user_install=True
    )
    await eventually(lambda: discord.pictures_seen(shown) == 1)
    assert len(discord.pictures()) == 1


async def test_it_is_also_said_after_a_restart(tmp_path, life, discord, monkeypatch, clock):
    asked = abroad(life)
    generation = await life.opened(asked)
    for task in life.tasks:
        task.cancel()
    async with living(tmp_path, discord, monkeypatch, clock=clock) as again:
        wait(again, 13)
        await eventually(lambda: f"/show {generation.id}" in answer(asked).content)


async def test_where_it_may_write_nothing_of_the_kind_is_said(life, discord):
    asked = life.ask()
    await life.opened(asked)
    dm = discord.people.slash("draw", {"prompt": PROMPT}, user=BORIS)
    await life.opened(dm)
    wait(life, 13)
    await eventually(lambda: not life.adapter.messenger.deadlines._watched)
    assert "/show" not in asked.original.content + dm.original.content


async def test_what_is_private_does_not_go_into_the_channel(life, discord):
    asked = life.ask(options={"private": True})
    generation = await life.opened(asked)
    wait(life, 13)
    await eventually(lambda: "/show" in asked.original.content)
    wait(life, 2)
    await life.finish(generation)
    await life.settled(generation, Delivery.UNDELIVERABLE)
    assert discord.pictures() == []
    assert discord.calls_of("*", MESSAGES) + discord.calls_of("*", MESSAGE) == []


async def test_what_is_private_stays_out_of_the_channel_whatever_is_stored(life, discord):
    row = await life.opened(life.ask(options={"private": True}))
    unknown = replace(row.address, reply_token="written by another version")
    broken = replace(row, address=unknown, status_message=None)
    with pytest.raises(Unreachable):
        await life.adapter.messenger.open(broken, Card(text="圆"))
    said = Notice(event_key="1", address=unknown, text="圆", private=True)
    with pytest.raises(Unreachable):
        await life.adapter.messenger.say(said)
    assert discord.calls_of("POST", MESSAGES) == []


async def test_where_the_bot_sees_nothing_any_more_it_is_said_in_time(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    discord.people.forbid(CHANNEL, "view_channel")
    wait(life, 13)
    await eventually(lambda: "/show" in asked.original.content)
    wait(life, 2)
    await life.finish(generation)
    await life.settled(generation, Delivery.UNDELIVERABLE)
    assert discord.pictures() == []


async def test_where_it_may_only_edit_it_warns_and_tries_all_the_same(life, discord):
    discord.people.forbid(CHANNEL, "send_messages")
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 13)
    await eventually(lambda: "/show" in asked.original.content)
    wait(life, 2)
    await life.finish(generation)
    await life.settled(generation)
    assert discord.pictures() == [asked.original]


async def test_a_global_limit_that_is_longer_than_an_edit_is_waited_out(life, discord, monkeypatch):
    monkeypatch.setattr("bot.adapters.discord.calls.PASSING_SECONDS", 0.1)
    first = life.ask(user=BORIS)
    ahead = await life.opened(first)
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 15)
    limit = discord.faults.rate_limit("PATCH", MESSAGE, 0.6, scope="global")
    await life.finish(ahead)
    await eventually(lambda: not limit.times)
    await asyncio.sleep(0.2)
    await life.finish(generation)
    await life.settled(generation)
    assert discord.pictures_seen(asked) == 1


async def test_a_picture_in_the_last_minute_takes_the_place_of_the_warning(life, discord):
    asked = abroad(life)
    generation = await life.opened(asked)
    wait(life, 13)
    await eventually(lambda: "/show" in answer(asked).content)
    await life.finish(generation)
    await life.settled(generation)
    assert discord.pictures() == [asked.original]


async def test_thrown_out_meanwhile_it_is_given_up(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    discord.people.kick(GUILD)
    wait(life, 15)
    await life.finish(generation)
    await life.settled(generation, Delivery.UNDELIVERABLE)


# --- what is overtaken ----------------------------------------------------------------------------


def ends(message: Message) -> list[bool]:
    """Of each look that it had since it showed a picture: whether caption and buttons are those
    of the end."""
    looks = [change.look for change in message.history if change.look.images]
    return ["种子" in look.content and "cancel" not in str(look.components) for look in looks]


@pytest.mark.parametrize("minutes", [0, 15])
async def test_a_picture_does_not_wait_for_a_progress_edit_and_stays_as_it_is(
    life, discord, monkeypatch, minutes
):
    monkeypatch.setattr("bot.adapters.discord.messenger.LANDING_SECONDS", 0.1)
    first = life.ask(user=BORIS)
    ahead = await life.opened(first)
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, minutes)
    # discord.py lets one call pass at a time until it knows how many may.
    await life.adapter._calls.edit(CHANNEL, first.original.id, Look(text="圆"))
    path = (
        f"/channels/*/messages/{asked.original.id}" if minutes else f"/webhooks/*/{asked.token}/*"
    )
    slow = discord.faults.fail_next("PATCH", path, delay=1.5)
    await life.finish(ahead)
    await eventually(lambda: not slow.times)
    await life.finish(generation)
    await life.settled(generation)
    # The picture first, then what was on its way, then what mends that.
    await eventually(lambda: ends(asked.original) == [True, False, True])
    assert discord.pictures_seen(asked) == 1
    assert len(discord.arrivals(asked)) == 1


async def test_a_warning_that_is_overtaken_does_not_stay(life, discord, monkeypatch):
    asked = abroad(life)
    generation = await life.opened(asked)
    slow = discord.faults.fail_next("PATCH", ANSWER, delay=0.7)
    wait(life, 13)
    await eventually(lambda: not slow.times)
    await life.finish(generation)
    await life.settled(generation)
    await eventually(lambda: ends(answer(asked)) == [True, False, True])


async def test_one_that_cannot_be_judged_keeps_nobody_from_being_warned(
    life, discord, monkeypatch, capsys
):
    judge = life.adapter._calls.can_send

    async def can_send(channel: int) -> Any:
        if channel == CHANNEL:
            raise ValueError("no such guild")
        return await judge(channel)

    monkeypatch.setattr(life.adapter._calls, "can_send", can_send)
    here, there = life.ask(), abroad(life)
    for asked in (here, there):
        await life.opened(asked)
    wait(life, 13)
    await eventually(lambda: "/show" in answer(there).content)
    said: list[str] = []

    def told() -> bool:
        said.append(capsys.readouterr().out)
        return "not_judged" in "".join(said)

    await eventually(told)
    assert "".join(said).count("not_judged") == 1


async def test_sent_by_the_bot_itself_a_file_must_be_one_for_the_place(life, discord, monkeypatch):
    assert life.adapter._calls.upload_bytes(CHANNEL) == 10 * 1024 * 1024
    # What the person may send is more.
    monkeypatch.setattr(life.adapter._calls, "upload_bytes", lambda _: 3)
    asked = life.ask()
    generation = await life.opened(asked)
    wait(life, 15)
    await life.finish(generation)
    await life.settled(generation, Delivery.UNDELIVERABLE)
    assert "没能在这里显示" in answer(asked).content


async def test_what_is_mended_is_never_taken_away(life, discord, monkeypatch):
    monkeypatch.setattr("bot.adapters.discord.messenger.LANDING_SECONDS", 0.1)
    first = life.ask(user=BORIS)
    ahead = await life.opened(first)
    asked = life.ask()
    generation = await life.opened(asked)
    await life.adapter._calls.edit(CHANNEL, first.original.id, Look(text="圆"))
    slow = discord.faults.fail_next("PATCH", f"/webhooks/*/{asked.token}/*", delay=1.0)
    await life.finish(ahead)
    await eventually(lambda: not slow.times)
    await life.finish(generation)
    await life.settled(generation)
    # Its token ends before that edit does, and the bot is not let in any more.
    wait(life, 15)
    shut = discord.faults.fail_next("PATCH", MESSAGE, 400, code=50083, times=9)
    await eventually(lambda: shut.times < 9 or asked.original.deleted)
    await asyncio.sleep(0.2)
    assert asked.original in discord.pictures()
