"""What the storms need of the fake: time that passes for a part of it, and choosy faults."""

import pytest

from tests.fakes.discord_api import FakeDiscord
from tests.fakes.discord_api.channels import _sent_before
from tests.fakes.discord_api.errors import ApiError
from tests.fakes.discord_api.interactions import COMMAND, TOKEN_SECONDS, Interaction
from tests.fakes.discord_api.messages import Look


@pytest.fixture
def discord() -> FakeDiscord:
    discord = FakeDiscord()
    discord.people.guild(7)
    discord.people.channel(70, guild=7)
    return discord


def asked(discord: FakeDiscord) -> Interaction:
    channel = discord.world.channels[70]
    interaction = discord.world.interactions.add(COMMAND, 1, channel, {}, {}, "zh-CN")
    interaction.answered_at = 1.0
    return interaction


def test_one_token_ends_and_another_does_not(discord):
    old, young = asked(discord), asked(discord)
    discord.age(TOKEN_SECONDS, old)
    with pytest.raises(ApiError, match="50027"):
        discord.world.interactions.to_go_on(old.token)
    assert discord.world.interactions.to_go_on(young.token) is young


def test_a_night_ends_tokens_nonces_and_sessions(discord):
    one = asked(discord)
    world = discord.world
    world.create(world.channels[70], world.bot, Look("soon"), nonce="job-1")
    sink = Sink()
    world.sessions.leave(world.sessions.begin(0, sink), sink)
    assert _sent_before(world, "job-1")
    assert world.sessions.live()
    discord.age_everything(20 * 60)
    assert _sent_before(world, "job-1") is None
    assert world.sessions.live() == []
    with pytest.raises(ApiError):
        world.interactions.to_go_on(one.token)


def test_a_fault_may_wait_for_a_call_with_a_file(discord):
    fault = discord.faults.lose_answer("PATCH", "/webhooks/*", with_file=True)
    assert discord.faults.take("PATCH", "/webhooks/1") is None
    assert discord.faults.take("PATCH", "/webhooks/1", with_file=True) is fault
    assert discord.faults.take("PATCH", "/webhooks/1", with_file=True) is None


class Sink:
    """A socket to nobody."""

    def send(self, payload, sent=None) -> None: ...

    def abort(self) -> None: ...
