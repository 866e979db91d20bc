"""zdraw between a Telegram, a Discord and real rows, as one process has them; nothing is drawn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import wiring
from bot.adapters.discord.adapter import DiscordAdapter
from bot.adapters.telegram.adapter import TelegramAdapter
from bot.core.generation import Generation
from bot.settings import BotSettings
from bot.store.database import Database
from bot.wiring import Core, assemble
from tests.builders import ManualClock
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.telegram_api import TOKEN, FakeTelegram
from tests.integration.waiting import eventually
from tests.stores import Store, sqlite_url, store_over

PAUSES = (0.05,)


@dataclass(frozen=True)
class BothLife:
    telegram: FakeTelegram
    discord: FakeDiscord
    clock: ManualClock
    core: Core
    store: Store

    async def written(self, chat: int, text: str, *, user: int) -> str:
        """What the bot answers in Telegram's group, without the answers before."""
        messages = self.telegram.world.chat(chat).messages
        before = set(messages)
        self.telegram.people.say(text, user=user, chat=chat)

        def look() -> str:
            new = [one for number, one in messages.items() if number not in before]
            return next((str(one.text) for one in new if (one.sender or {}).get("is_bot")), "")

        answer: str = await eventually(look)
        return answer

    async def called(
        self, name: str, options: dict[str, Any], *, user: int, channel: int | None = None
    ) -> str:
        """What the bot answers in Discord: in the chat with it, if no channel is named."""
        called = self.discord.people.slash(name, options, user=user, channel=channel)

        def look() -> str:
            return next((m.content for m in called.messages if not m.loading), "")

        answer: str = await eventually(look)
        # As people see it.
        return answer.replace("\\_", "_")

    async def shown(self, requester: str) -> Generation:
        """What somebody asked for, as soon as a message says that it waits."""

        async def look() -> Generation | None:
            rows = await self.core.records.waiting(requester)
            return next((row for row in rows if row.status_message), None)

        found: Generation = await eventually(look)
        return found


@asynccontextmanager
async def living_on_both(
    folder: Path,
    telegram: FakeTelegram,
    discord: FakeDiscord,
    monkeypatch: pytest.MonkeyPatch,
    **chosen: Any,
) -> AsyncIterator[BothLife]:
    """`chosen`: settings of the operator."""
    clock, log = ManualClock(), structlog.get_logger()
    monkeypatch.setattr(wiring, "now_ms", clock)
    url = sqlite_url(folder / "zdraw.db")
    settings = BotSettings(_env_file=None, state_dir=folder, database_url=url, **chosen)
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(url))
        core = assemble(settings, database, stack, log)
        chats = TelegramAdapter(
            token=TOKEN,
            api_base=telegram.base_url,
            proxy=None,
            core=core.desk,
            files=core.pictures.path,
            webhook=None,
            log=log,
        )
        guilds = DiscordAdapter(
            token=discord.token,
            core=core.desk,
            waiting=core.records,
            find=core.pictures.path,
            state_dir=folder,
            clock=clock,
            log=log,
            proxy=None,
            connect_pauses=PAUSES,
            api_base=discord.api_base,
            gateway_url=discord.gateway_url,
        )
        core.platforms.messengers.update(telegram=chats.messenger, discord=guilds.messenger)
        loops = [core.deliverer.run(), core.notifier.run(), chats.run(), guilds.run()]
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            await eventually(lambda: discord.world.commands.syncs.get(None))
            await eventually(lambda: any(c.session for c in discord.gateway.connections))
            yield BothLife(telegram, discord, clock, core, store_over(database))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
