"""How the Discord adapter starts and stops, and that it keeps its secrets to itself."""

import asyncio
import logging
import time
from collections.abc import Iterator
from pathlib import Path

import discord as library
import pytest
import structlog

from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.discord.sync import FILE_NAME
from bot.core.errors import StartupError
from tests.builders import ManualClock
from tests.fakes.discord_api import TOKEN, FakeDiscord
from tests.fakes.proxy import proxying
from tests.fakes.recording_core import RecordingCore
from tests.integration.discord_life import PROMPT, furnish, living
from tests.integration.waiting import eventually

COMMANDS = "/applications/*/commands"


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with FakeDiscord() as server:
        furnish(server)
        yield server


def adapter(discord: FakeDiscord, folder: Path, token: str = TOKEN) -> DiscordAdapter:
    return DiscordAdapter(
        token=token,
        api_base=discord.api_base,
        gateway_url=discord.gateway_url,
        proxy=None,
        core=RecordingCore(),  # type: ignore[arg-type]  # nothing is asked of it
        waiting=None,  # type: ignore[arg-type]  # nor of this
        find=Path,
        state_dir=folder,
        clock=ManualClock(),
        log=structlog.get_logger(),
        connect_pauses=(0.05,),
    )


async def test_a_wrong_token_stops_the_start_with_one_line(discord, tmp_path):
    with pytest.raises(StartupError) as refused:
        await adapter(discord, tmp_path, "wrong.token.indeed").run()
    assert refused.value.exit_code == 78
    assert "ZDRAW_DISCORD_TOKEN" in str(refused.value)
    assert "wrong.token.indeed" not in str(refused.value)


@pytest.mark.parametrize("code", [4010, 4011, 4012, 4013, 4014])
async def test_a_gateway_that_will_not_have_it_stops_the_start_with_one_line(
    discord, tmp_path, code
):
    discord.gateway.refuse = code
    with pytest.raises(StartupError) as refused:
        await adapter(discord, tmp_path).run()
    assert refused.value.exit_code == 78
    assert "\n" not in str(refused.value)


async def test_later_it_is_tried_again_after_a_long_pause(tmp_path, discord, monkeypatch, capsys):
    monkeypatch.setattr("bot.adapters.discord.adapter.REFUSED_PAUSE_SECONDS", 0.5)
    async with living(tmp_path, discord, monkeypatch) as life:
        await eventually(lambda: life.adapter._was_ready)
        signed_in = len(discord.gateway.identified)
        discord.gateway.refuse = 4014
        discord.gateway.forget_sessions()
        discord.gateway.close(4014)
        await asyncio.sleep(0.3)
        discord.gateway.refuse = None
        await asyncio.sleep(0.1)
        assert len(discord.gateway.identified) == signed_in
        await eventually(life._listens)
    assert capsys.readouterr().out.count("discord_gateway_refuses") == 1


async def test_a_start_without_discord_waits_for_it(tmp_path, discord, monkeypatch):
    discord.stop()
    async with living(tmp_path, discord, monkeypatch) as life:
        await asyncio.sleep(0.3)
        assert not any(task.done() for task in life.tasks)
        discord.start()
        await life.ready()
        asked = life.ask()
        assert await life.drawn(asked) is asked.original


async def test_a_start_without_the_gateway_waits_for_it(tmp_path, discord, monkeypatch):
    discord.gateway.hold()
    async with living(tmp_path, discord, monkeypatch, resume_seconds=0.5) as life:
        await asyncio.sleep(1.5)
        discord.gateway.release()
        await life.ready()
        asked = life.ask()
        assert await life.drawn(asked) is asked.original


@pytest.mark.parametrize("scheme", ["socks5", "http"])
async def test_all_goes_through_the_proxy(tmp_path, discord, monkeypatch, scheme):
    async with proxying() as proxy:
        address = f"{scheme}://127.0.0.1:{proxy.port}"
        known_there = {
            "api_base": discord.api_base.replace("127.0.0.1", "discord.test"),
            "gateway_url": discord.gateway_url.replace("127.0.0.1", "discord.test"),
        }
        async with living(tmp_path, discord, monkeypatch, proxy=address, **known_there) as life:
            await life.ready()
            asked = life.ask()
            assert await life.drawn(asked) is asked.original
            refused = life.ask("圆 --sed 4")
            await eventually(lambda: refused.answered)
    assert set(proxy.passed) == {f"discord.test:{discord.port}"}


async def test_commands_are_published_when_they_have_changed(tmp_path, discord, monkeypatch):
    for _ in range(2):
        async with living(tmp_path, discord, monkeypatch) as life:
            await life.ready()
            await eventually(lambda: life.adapter._sync._done)
    assert len(discord.calls_of("PUT", COMMANDS)) == 1
    (tmp_path / FILE_NAME).write_text('{"sha256": "of another version"}')
    async with living(tmp_path, discord, monkeypatch):
        await eventually(lambda: len(discord.calls_of("PUT", COMMANDS)) == 2)


async def test_commands_that_somebody_else_has_changed_are_published_anew(
    tmp_path, discord, monkeypatch
):
    async with living(tmp_path, discord, monkeypatch) as life:
        await eventually(lambda: life.adapter._sync._done)
    commands = discord.world.commands
    ours = commands.listed()
    # Another installation of the same application: the same names, and one less.
    commands.overwrite(None, [{"name": "draw", "description": "else"}])
    async with living(tmp_path, discord, monkeypatch) as life:
        await eventually(lambda: life.adapter._sync._done)
    assert [one["name"] for one in commands.listed()] == [one["name"] for one in ours]
    assert commands.find("draw", 1, None)["description"] == "Draw a picture"


async def test_a_connection_that_is_made_anew_does_not_look_at_them_again(
    tmp_path, discord, monkeypatch
):
    async with living(tmp_path, discord, monkeypatch, resume_seconds=0.3) as life:
        await eventually(lambda: life.adapter._sync._done)
        looks = len(discord.calls_of("GET", COMMANDS))
        discord.gateway.hold()
        discord.gateway.cut()
        await eventually(lambda: len(discord.calls_of("GET", "/users/@me")) > 1)
        discord.gateway.release()
        await eventually(life._listens)
        assert len(discord.calls_of("GET", COMMANDS)) == looks


async def test_commands_that_could_not_be_published_are_tried_again(tmp_path, discord, monkeypatch):
    monkeypatch.setattr("bot.adapters.discord.sync.SYNC_PAUSES", (0.05,))
    discord.faults.fail_next("PUT", COMMANDS, 403, times=2)
    discord.faults.fail_next("GET", COMMANDS, 200, html=True)
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        await eventually(lambda: life.adapter._sync._done)
    assert len(discord.calls_of("PUT", COMMANDS)) == 3


async def test_no_privileged_intent_is_asked_for(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        (session,) = discord.world.sessions.live()
    assert session.intents == library.Intents(guilds=True).value == 1


async def test_it_stops_at_once_even_if_nobody_says_goodbye(tmp_path, discord, monkeypatch):
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        discord.gateway.hold()
        discord.stop()
        before = time.monotonic()
        for task in life.tasks:
            task.cancel()
        await asyncio.gather(*life.tasks, return_exceptions=True)
    assert time.monotonic() - before < 3.0


async def test_secrets_and_prompts_are_never_logged(tmp_path, discord, monkeypatch, caplog, capsys):
    caplog.set_level(logging.WARNING)
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
        answer = "/webhooks/*/*/messages/*"
        for fault in (
            {"status": 429, "retry_after": 0.1},
            {"status": 429, "retry_after": 0.1, "via": False},
            {"status": 500},
            {"close": "before"},
            {"status": 400, "code": 50035},
        ):
            discord.faults.fail_next("PATCH", answer, **fault)
        discord.faults.fail_next("POST", "/interactions/*/*/callback", 429, retry_after=0.1)
        asked = life.ask()
        await life.finish(await life.opened(asked))
        await eventually(lambda: len(discord.calls_of("PATCH", answer)) >= 5)
        discord.gateway.cut()
        await asyncio.sleep(0.1)
        discord.stop()
        await asyncio.sleep(0.3)
        discord.start()
    said = capsys.readouterr()
    everything = said.out + said.err + caplog.text
    assert "rate limited" in everything
    assert TOKEN not in everything
    assert asked.token not in everything
    assert PROMPT not in everything


async def test_what_nobody_expected_of_the_commands_is_logged(
    tmp_path, discord, monkeypatch, capsys
):
    async def fail(*_: object) -> str:
        raise AttributeError(PROMPT)

    monkeypatch.setattr("bot.adapters.discord.sync.digest", fail)
    async with living(tmp_path, discord, monkeypatch) as life:
        await eventually(life._listens)
        said = ""
        async with asyncio.timeout(5):
            while "commands_failed" not in said:
                said += capsys.readouterr().out
                await asyncio.sleep(0.02)
    assert PROMPT not in said
