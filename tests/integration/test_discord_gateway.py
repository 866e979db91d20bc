"""What Discord and the network do to a running bot."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.adapters.discord.client import Client
from bot.core.generation import Delivery
from tests.integration.discord_life import ANNA, CHANNEL, Life, living
from tests.integration.waiting import eventually

CALLBACK = "/interactions/*/*/callback"
ANSWER = "/webhooks/*/*/messages/*"


@pytest.fixture(autouse=True)
def _identify_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    async def at_once(*_: object, **__: object) -> None: ...

    monkeypatch.setattr(Client, "before_identify_hook", at_once)


@pytest.fixture
async def life(tmp_path, discord, monkeypatch) -> AsyncIterator[Life]:
    async with living(tmp_path, discord, monkeypatch, resume_seconds=2.0) as one:
        await one.ready()
        yield one


# --- the gateway ----------------------------------------------------------------------------------


async def test_after_a_cut_what_was_asked_meanwhile_is_drawn(life, discord):
    discord.gateway.hold()
    discord.gateway.cut()
    asked = life.ask()
    discord.gateway.release()
    assert await life.drawn(asked) is asked.original
    assert len(discord.gateway.resumed) == 1


async def test_what_comes_too_late_to_be_answered_is_left_alone(life, discord):
    discord.gateway.hold()
    discord.gateway.cut()
    discord.clock.advance(-4)
    asked = life.ask()
    discord.clock.advance(4)
    discord.gateway.release()
    await eventually(lambda: discord.calls_of("POST", CALLBACK))
    await asyncio.sleep(0.1)
    assert not asked.answered
    assert await life.core.records.waiting_in_all() == 0


async def test_a_clock_that_is_ahead_costs_nothing(life, discord):
    discord.clock.advance(-60)
    asked = life.ask()
    message = await life.drawn(asked)
    assert message is asked.original
    assert asked.answer_type == 4
    pressed = discord.people.press(message, "✏️", user=ANNA)
    await eventually(lambda: pressed.modal)


@pytest.mark.parametrize("lost", [False, True])
async def test_what_was_asked_during_a_cut_is_drawn_also_where_the_clock_is_ahead(
    life, discord, lost
):
    discord.clock.advance(-60)
    discord.gateway.hold()
    discord.gateway.cut()
    await eventually(lambda: life.adapter._line._client.is_replaying)
    if lost:
        discord.faults.lose_answer("POST", CALLBACK)
    asked = life.ask()
    discord.gateway.release()
    assert await life.drawn(asked) is asked.original
    assert asked.answer_type == 5


@pytest.mark.parametrize("resumable", [True, False])
async def test_an_invalid_session_is_begun_anew(life, discord, resumable):
    before = len(discord.gateway.identified) + len(discord.gateway.resumed)
    discord.gateway.invalidate(resumable=resumable)
    await eventually(
        lambda: len(discord.gateway.identified) + len(discord.gateway.resumed) > before
    )
    await eventually(life._listens)
    asked = life.ask()
    assert await life.drawn(asked) is asked.original


async def test_a_reconnect_on_request_loses_nothing(life, discord):
    discord.gateway.ask_to_reconnect()
    asked = life.ask()
    assert await life.drawn(asked) is asked.original


async def test_a_gateway_that_stays_away_stops_no_picture_and_is_tried_anew(life, discord, capsys):
    asked = life.ask()
    generation = await life.opened(asked)
    discord.gateway.hold()
    discord.gateway.cut()
    discord.gateway.forget_sessions()
    await life.finish(generation)
    await life.settled(generation)
    assert discord.pictures_seen(asked) == 1
    await asyncio.sleep(2.5)
    discord.gateway.release()
    await eventually(life._listens)
    again = life.ask()
    assert await life.drawn(again) is again.original
    said = capsys.readouterr().out
    assert said.count("discord_unreachable") == 1


async def test_discord_may_be_away_altogether(life, discord, capsys):
    asked = life.ask()
    generation = await life.opened(asked)
    discord.stop()
    await life.finish(generation)
    await asyncio.sleep(3.0)
    discord.start()
    await life.settled(generation)
    assert discord.pictures_seen(asked) == 1
    await eventually(life._listens)
    again = life.ask()
    assert await life.drawn(again) is again.original


@pytest.mark.parametrize("words", ["圆", "圆 --sed 4"])
async def test_what_was_not_answered_before_the_connection_was_lost_holds_up_nothing(
    life, discord, words
):
    # No answer passes, and then nothing does.
    discord.faults.fail_next("*", "/interactions/*", 503, times=99)
    asked = life.ask(words)
    await eventually(lambda: discord.calls_of("POST", CALLBACK))
    discord.stop()
    await asyncio.sleep(3.0)
    discord.faults.clear()
    discord.start()
    await eventually(life._listens)
    if words == "圆":
        message = await life.drawn(asked)
        assert discord.messages(CHANNEL)[0] is message
    again = life.ask()
    assert await life.drawn(again) is again.original


# --- calls ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 429, "retry_after": 0.2},
        {"status": 429, "retry_after": 0.2, "via": False},
        {"status": 500},
        {"status": 502, "html": True},
        {"status": 503},
        {"close": "before"},
        {"status": 401},
    ],
    ids=str,
)
async def test_trouble_with_the_delivery_passes(life, discord, monkeypatch, fault):
    monkeypatch.setattr("bot.adapters.discord.failures.BAD_TOKEN_SECONDS", 0.2)
    asked = life.ask()
    generation = await life.opened(asked)
    discord.faults.fail_next("PATCH", ANSWER, **fault)
    await life.finish(generation)
    await life.settled(generation)
    assert discord.pictures() == [asked.original]


@pytest.mark.parametrize(
    "fault", [{"status": 429, "retry_after": 0.1}, {"status": 500}, {"close": "before"}], ids=str
)
async def test_trouble_with_the_first_answer_passes(life, discord, fault):
    discord.faults.fail_next("POST", CALLBACK, **fault)
    asked = life.ask()
    assert await life.drawn(asked) is asked.original
    assert len(discord.messages(CHANNEL)) == 1


async def test_where_no_answer_passes_it_goes_on_in_the_channel(life, discord):
    discord.faults.fail_next("POST", CALLBACK, 404, code=10062, times=9)
    asked = life.ask()
    message = await life.drawn(asked)
    assert not asked.answered
    assert discord.messages(CHANNEL) == [message]


async def test_a_ban_of_one_person_holds_up_nobody_else(life, discord):
    first, second = life.ask(), life.ask(user=2)
    rows = [await life.opened(first), await life.opened(second)]
    token = discord.world.interactions.all()[0].token
    discord.faults.rate_limit("PATCH", f"/webhooks/*/{token}/messages/*", 30.0, via=False)
    await life.finish(rows[0])
    await life.finish(rows[1])
    await life.settled(rows[1])
    assert discord.pictures() == [second.original]
    assert (await life.core.admissions.get(rows[0].id)).delivery is Delivery.SENDING


async def test_an_answer_that_is_not_discords_is_tried_again(life, discord):
    asked = life.ask()
    generation = await life.opened(asked)
    discord.faults.fail_next("PATCH", ANSWER, 200, html=True)
    await life.finish(generation)
    await life.settled(generation)
    assert discord.pictures() == [asked.original]


async def test_people_who_take_no_messages_still_get_their_answer(life, discord):
    asked = discord.people.slash("draw", {"prompt": "圆"}, user=ANNA)
    await life.opened(asked)
    discord.people.block(ANNA)
    assert await life.drawn(asked) is asked.original
