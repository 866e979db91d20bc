"""The panel on both platforms: a press changes it, and what it decides holds at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.core.press import parse_press
from bot.settings import BotSettings
from bot.store.database import Database
from bot.wiring import Core, assemble
from tests.fakes.discord_api import FakeDiscord, Interaction
from tests.fakes.telegram_api import TOKEN, FakeTelegram
from tests.fakes.telegram_api.chats import Message
from tests.integration.discord_life import (
    ANNA,
    BORIS,
    CHANNEL,
    GUILD,
    Life,
    answer,
    furnish,
    living,
)
from tests.integration.waiting import eventually
from tests.stores import sqlite_url

GROUP, ADMIN, MEMBER = -1001, 6, 7
PROMPT = "一个红色的圆"


# --- Telegram -------------------------------------------------------------------------------------


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        running.people.group(GROUP)
        running.people.promote(GROUP, ADMIN)
        yield running


@pytest.fixture
async def core(tmp_path: Path, telegram: FakeTelegram) -> AsyncIterator[Core]:
    """zdraw in Telegram, without its engine."""
    settings = BotSettings(
        _env_file=None, state_dir=tmp_path, database_url=sqlite_url(tmp_path / "zdraw.db")
    )
    log = structlog.get_logger()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings.database_url))
        core = assemble(settings, database, stack, log)
        adapter = TelegramAdapter(
            token=TOKEN,
            api_base=telegram.base_url,
            proxy=None,
            core=core.desk,
            files=core.pictures.path,
            log=log,
        )
        core.platforms.messengers["telegram"] = adapter.messenger
        core.platforms.reactors["telegram"] = adapter.messenger
        loops = (core.deliverer.run(), core.notifier.run(), adapter.run())
        tasks = [asyncio.create_task(loop) for loop in loops]
        yield core
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def said(telegram: FakeTelegram) -> list[Message]:
    return [m for m in telegram.messages(GROUP) if m.sender == telegram.world.bot]


async def panel(telegram: FakeTelegram, words: str = "", user: int = ADMIN) -> Message:
    telegram.people.say(f"/group {words}", chat=GROUP, user=user)
    message: Message = await eventually(
        lambda: next((m for m in said(telegram) if (m.text or "").startswith("⚙️")), None)
    )
    return message


async def pressed(telegram: FakeTelegram, message: Message, label: str, user: int) -> str:
    """What whoever pressed is told."""
    query = telegram.people.press_label(GROUP, message.message_id, label, user=user)
    told = await eventually(lambda: telegram.answer(query))
    return told.text or ""


async def test_in_telegram_an_admins_press_changes_the_panel(telegram, core):
    shown = await panel(telegram)
    assert "⏳ 冷却：无（默认）" in str(shown.text)
    assert await pressed(telegram, shown, "冷却 ↑10", ADMIN) == "好了"
    await eventually(lambda: "⏳ 冷却：10 秒" in str(shown.text))
    await pressed(telegram, shown, "冷却 ↑30", ADMIN)
    await eventually(lambda: "⏳ 冷却：30 秒" in str(shown.text))
    assert len(said(telegram)) == 1


async def test_pressing_what_holds_already_does_no_harm(telegram, core):
    shown = await panel(telegram, "语言 中文")
    for _ in range(2):
        assert await pressed(telegram, shown, "✓ 中文", ADMIN) == "好了"
    assert "🌐 语言：中文" in str(shown.text)
    assert len(said(telegram)) == 1


async def test_members_see_it_and_change_nothing(telegram, core):
    shown = await panel(telegram, user=MEMBER)
    before = shown.text
    assert "管理员" in await pressed(telegram, shown, "每天 ↓20", MEMBER)
    assert (shown.text, len(said(telegram))) == (before, 1)
    await pressed(telegram, shown, "每天 ↓20", ADMIN)
    await eventually(lambda: "🎟 每人每天：20" in str(shown.text))


async def test_a_language_is_spoken_from_then_on_and_the_price_is_told(telegram, core):
    shown = await panel(telegram)
    await pressed(telegram, shown, "每天 ↓20", ADMIN)
    await eventually(lambda: "20" in str(shown.text))
    await pressed(telegram, shown, "English", ADMIN)
    await eventually(lambda: "What holds in this group" in str(shown.text))
    telegram.people.say(f"/draw {PROMPT} 2张", chat=GROUP, user=MEMBER, language_code="zh-hans")
    await eventually(lambda: len(said(telegram)) == 2)
    status = said(telegram)[-1].text or ""
    assert status.startswith("⏳ Got it")
    assert status.endswith(" 🎟 2")


async def test_every_row_fits_into_what_telegram_takes(telegram, core):
    shown = await panel(telegram)
    rows = (shown.reply_markup or {})["inline_keyboard"]
    assert [len(row) for row in rows] == [2, 2, 3, 4, 4]
    for _, data in shown.buttons:
        assert parse_press(data.removeprefix("v1:")) is not None


# --- Discord --------------------------------------------------------------------------------------


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with FakeDiscord() as server:
        furnish(server)
        server.people.guild(GUILD, admins=(ADMIN,))
        yield server


@pytest.fixture
async def life(
    tmp_path: Path, discord: FakeDiscord, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Life]:
    async with living(tmp_path, discord, monkeypatch) as one:
        await one.ready()
        yield one


async def told(interaction: Interaction) -> str:
    def look() -> str:
        return next((m.content for m in interaction.messages if not m.loading), "")

    found: str = await eventually(look)
    return found


async def decided(life: Life, **options: Any) -> Interaction:
    called = life.discord.people.slash("admin group", options, user=ADMIN, channel=CHANNEL)
    await told(called)
    return called


async def test_in_discord_a_press_changes_the_panel(life, discord):
    opened = await decided(life)
    shown = answer(opened)
    assert shown.ephemeral_to == ADMIN
    assert "🔔" not in shown.content
    discord.people.press(shown, "冷却 ↑10", user=ADMIN)
    await eventually(lambda: "⏳ 冷却：10 秒" in shown.content)
    discord.people.press(shown, "冷却 ↑30", user=ADMIN)
    await eventually(lambda: "⏳ 冷却：30 秒" in shown.content)
    assert await life.store.sql("SELECT scope, cooldown_s FROM groups") == [(f"guild:{GUILD}", 30)]


async def test_a_setting_and_its_value_are_options(life, discord):
    called = await decided(life, setting="ratio", value="16:9")
    assert "🖼 画幅：16:9" in (await told(called)).replace("\\", "")
    refused = await decided(life, setting="queue", value="99")
    assert "1 – 10" in await told(refused)
    missing = await decided(life, setting="zone")
    assert "UTC" in await told(missing)
    with pytest.raises(ValueError, match="admin"):
        discord.people.slash("admin group", {}, user=ANNA, channel=CHANNEL)
    row = await life.row(life.ask())
    assert (row.spec.width, row.spec.height) == (688, 384)


async def test_a_guild_speaks_one_language_and_hides_its_pictures(life, discord):
    await decided(life, setting="language", value="en")
    await decided(life, setting="spoiler", value="on")
    refused = life.ask(options={"prompt": f"{PROMPT} 步数 999"})
    assert "--steps" in await told(refused)
    asked = life.ask()
    message = await life.drawn(asked)
    assert message.images[0].filename.startswith("SPOILER_")
    assert (await life.row(asked)).locale == "en"
    again = discord.people.press(message, "Again", user=BORIS)
    assert (await life.row(again)).spoiler
    shown = discord.people.slash("show", {}, user=ANNA, channel=CHANNEL)
    await told(shown)
    assert answer(shown).images[0].filename.startswith("SPOILER_")


async def test_who_comes_too_soon_is_told_alone_for_how_long(life, discord):
    await decided(life, setting="cooldown", value="30")
    await life.row(life.ask())
    soon = life.ask()
    assert "再等 30 秒" in await told(soon)
    assert answer(soon).ephemeral_to == ANNA
