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
            await eventually((tmp_path / FILE_NAME).exists)
    assert len(discord.calls_of("PUT", COMMANDS)) == 1
    (tmp_path / FILE_NAME).write_text('{"sha256": "of another version"}')
    async with living(tmp_path, discord, monkeypatch):
        await eventually(lambda: len(discord.calls_of("PUT", COMMANDS)) == 2)


async def test_commands_that_could_not_be_published_are_tried_again(tmp_path, discord, monkeypatch):
    monkeypatch.setattr("bot.adapters.discord.sync.SYNC_PAUSES", (0.05,))
    discord.faults.fail_next("PUT", COMMANDS, 403, times=2)
    async with living(tmp_path, discord, monkeypatch) as life:
        await life.ready()
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
        await eventually(lambda: len(discord.calls_of("PATCH", answer)) >= 5, 10.0)
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
