"""`zdraw doctor` against servers that answer as Telegram, Discord and an engine do."""

import asyncio
import logging
import os
import shutil
from collections.abc import Iterator

import pytest

from bot.doctor.checkup import examine
from bot.doctor.finding import Finding, Mark, summary
from bot.store.database import migrate
from engine.demo_model import WEIGHTS
from tests.fakes import discord_api, telegram_api
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.pipeline import FakePipeline
from tests.fakes.telegram_api import FakeTelegram
from tests.integration.test_engine_server import running_engine
from tests.integration.waiting import eventually

SECRETS = (telegram_api.TOKEN, discord_api.TOKEN, "hunter2")


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as server:
        server.world.bot |= {"can_join_groups": True, "can_read_all_group_messages": False}
        yield server


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with FakeDiscord() as server:
        yield server


@pytest.fixture(autouse=True)
def settings(monkeypatch, tmp_path, telegram, discord):
    """Both tokens, and nothing else of this machine."""
    for name in list(os.environ):
        if name.upper().startswith("ZDRAW_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("PATH", "")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ZDRAW_TELEGRAM_TOKEN", telegram_api.TOKEN)
    monkeypatch.setenv("ZDRAW_TELEGRAM_API_BASE", telegram.base_url)
    monkeypatch.setenv("ZDRAW_DISCORD_TOKEN", discord_api.TOKEN)
    monkeypatch.setenv("ZDRAW_DISCORD_API_BASE", discord.api_base)


@pytest.fixture(autouse=True)
def no_secret_is_said(caplog):
    caplog.set_level(logging.DEBUG)
    yield
    assert not any(secret in caplog.text for secret in SECRETS)


async def looked() -> list[Finding]:
    found = [finding async for finding in examine()]
    assert not any(secret in finding.line for finding in found for secret in SECRETS)
    return found


def about(word: str, found: list[Finding]) -> Finding:
    """By its English: the Chinese names folders, and those are named after the test."""
    return next(finding for finding in found if word in finding.en)


def broken(found: list[Finding]) -> list[Finding]:
    return [finding for finding in found if finding.mark is Mark.BROKEN]


async def test_everything_is_well_on_the_demo_model(tmp_path):
    state = tmp_path / "state"
    state.mkdir(mode=0o700)
    await migrate(f"sqlite+aiosqlite:///{state}/zdraw.db")
    async with running_engine(state, FakePipeline()) as (engine, _):
        await eventually(lambda: engine.info().ready)
        found = await looked()
    assert {finding.mark for finding in found} == {Mark.FINE}
    assert summary(found).exit_code == 0
    for said in (
        "settings: read, model demo",
        "state folder is writable",
        "its schema the newest",
        "engine: running, model demo",
        "the weights of demo are complete",
        "the bot is @zdraw_bot",
        "privacy mode is on",
        "no webhook is set",
        "no privileged intent is needed",
        "add it to your own account",
    ):
        about(said, found)


async def test_server_link_names_the_application_and_not_the_bot():
    link = about("add it to a server", await looked()).zh
    assert f"client_id={discord_api.APPLICATION_ID}&" in link
    assert link.endswith("&permissions=274878024704")


async def test_privacy_mode_is_explained(telegram):
    assert "看不到不带斜杠的「画 …」" in about("privacy mode", await looked()).zh
    telegram.world.bot["can_read_all_group_messages"] = True
    assert "看得到所有消息" in about("privacy mode", await looked()).zh


async def test_bot_that_cannot_join_groups_is_a_warning(telegram):
    telegram.world.bot["can_join_groups"] = False
    finding = about("/setjoingroups", await looked())
    assert finding.mark is Mark.WARNING


async def test_webhook_is_a_warning_without_its_secret_path(telegram):
    telegram.account.webhook = "https://example.org/hunter2"
    finding = about("a webhook is set;", await looked())
    assert finding.mark is Mark.WARNING
    assert "example.org" in finding.zh
    assert telegram.account.webhook


async def test_webhook_of_the_settings_is_compared_with_the_one_that_is_set(telegram, monkeypatch):
    monkeypatch.setenv("ZDRAW_TELEGRAM_WEBHOOK_URL", "https://draw.example.org/hunter2")
    assert "will be set" in about("webhook", await looked()).en
    telegram.account.webhook = "https://draw.example.org/hunter2"
    finding = about("webhook", await looked())
    assert (finding.mark, finding.en) == (Mark.FINE, "Telegram: the webhook is set")
    assert "draw.example.org" in finding.zh


@pytest.mark.parametrize("platform", ["TELEGRAM", "DISCORD"])
async def test_without_a_token_the_platform_is_off(monkeypatch, telegram, discord, platform):
    monkeypatch.delenv(f"ZDRAW_{platform}_TOKEN")
    finding = about(f"ZDRAW_{platform}_TOKEN", await looked())
    assert finding.mark is Mark.FINE
    assert not {"TELEGRAM": telegram, "DISCORD": discord}[platform].calls


@pytest.mark.parametrize("platform", ["Telegram", "Discord"])
async def test_refused_token_is_broken(telegram, discord, platform):
    if platform == "Telegram":
        telegram.token = "4242:another-token-than-the-one-that-is-set"
    else:
        discord.token = "another.token.than-the-one-that-is-set"
    (finding,) = broken(await looked())
    assert finding.exit_code == os.EX_CONFIG
    assert finding.en.startswith(f"{platform} refuses the token")
    assert f"ZDRAW_{platform.upper()}_TOKEN" in finding.zh


@pytest.mark.parametrize("platform", ["Telegram", "Discord"])
async def test_platform_that_cannot_be_reached_is_broken(telegram, discord, platform):
    {"Telegram": telegram, "Discord": discord}[platform].stop()
    (finding,) = broken(await looked())
    assert finding.exit_code == os.EX_UNAVAILABLE
    assert finding.en.startswith(f"{platform} cannot be reached")


async def test_proxy_that_cannot_be_reached_is_broken_and_its_password_not_told(monkeypatch):
    monkeypatch.setenv("ZDRAW_PROXY", "http://user:hunter2@127.0.0.1:9")
    findings = broken(await looked())
    assert len(findings) == 2
    assert all("ZDRAW_PROXY" in finding.zh for finding in findings)


@pytest.mark.parametrize(
    "fault", [{"status": 500}, {"impostor": '{"status": "please log in"}'}, {"close": "before"}]
)
async def test_telegram_that_answers_badly_is_broken(telegram, fault):
    telegram.fail("getMe", **fault)
    (finding,) = broken(await looked())
    assert finding.exit_code == os.EX_UNAVAILABLE


async def test_corrupt_database_is_broken(tmp_path):
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "zdraw.db").write_bytes(b"not a database " * 400)
    (finding,) = broken(await looked())
    assert finding.exit_code == os.EX_DATAERR


async def test_missing_weights_are_broken_and_a_missing_card_is_a_warning(monkeypatch):
    monkeypatch.setenv("ZDRAW_MODEL", "z-image-turbo")
    found = await looked()
    (finding,) = broken(found)
    assert finding.exit_code == os.EX_CONFIG
    assert "zdraw model pull z-image-turbo" in finding.en
    assert about("no GPU", found).mark is Mark.WARNING


async def test_truncated_weights_are_broken(monkeypatch, tmp_path):
    shutil.copytree(WEIGHTS, tmp_path / "weights")
    os.truncate(tmp_path / "weights/transformer/diffusion_pytorch_model.safetensors", 100_000)
    monkeypatch.setenv("ZDRAW_WEIGHTS_DIR", str(tmp_path / "weights"))
    (finding,) = broken(await looked())
    assert "diffusion_pytorch_model.safetensors has 100000 bytes" in finding.zh


async def test_something_else_on_the_engines_socket_is_a_warning(tmp_path):
    (tmp_path / "state").mkdir()

    async def babble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}")
        await writer.drain()
        writer.close()

    async with await asyncio.start_unix_server(babble, tmp_path / "state" / "engine.sock"):
        finding = about("no proper answer", await looked())
    assert finding.mark is Mark.WARNING


async def test_doctor_disturbs_nobody(telegram, discord):
    await looked()
    assert {call.method for call in telegram.calls} == {"getme", "getwebhookinfo"}
    assert {call.method for call in discord.calls} == {"GET"}
