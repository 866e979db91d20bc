"""The whole bot on Telegram, but for its engine: that is the test."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from bot.core.generation import Generation
from bot.settings import BotSettings
from bot.store.database import Database
from bot.store.job_rows import SqlJobRows
from bot.store.outcomes import SqlOutcomes
from bot.wiring import Core, assemble, now_ms
from tests.fakes.telegram_api import TOKEN, FakeTelegram, Message
from tests.integration.waiting import eventually
from tests.stores import books_of

GROUP = -1001
ANNA, BORIS, CHIEF = 5, 6, 7


@dataclass
class Whole:
    """A bot that people talk to; the test is its engine."""

    telegram: FakeTelegram
    core: Core
    database: Database

    async def asked(self, *, chat: int = GROUP, user: int = ANNA) -> Generation:
        """A request that was just made."""
        latest = await self.latest(chat, user)
        self.telegram.people.say("/draw 一个红色的圆 2张", user=user, chat=chat)

        async def made() -> Generation | None:
            now = await self.latest(chat, user)
            # By its id: an earlier one may just be settled.
            return now if now and (latest is None or now.id != latest.id) else None

        found: Generation = await eventually(made)
        return found

    async def latest(self, chat: int, user: int) -> Generation | None:
        return await self.core.admissions.latest(f"telegram:{user}", str(chat))

    async def shown(self, generation: Generation, chat: int = GROUP) -> Message:
        async def stands() -> Message | None:
            row = await self.core.admissions.get(generation.id)
            if row is None or row.status_message is None or row.address.chat != str(chat):
                return None
            return self.telegram.world.chat(chat).messages.get(int(row.status_message))

        found: Message = await eventually(stands)
        return found

    async def finish(self, generation: Generation, chat: int = GROUP) -> Message:
        """Draw it; the message that shows it."""
        started = await SqlJobRows(self.database, now_ms).start(generation.id, now_ms() + 60_000)
        assert started is not None
        paths, preview = await self.core.pictures.save(started, [b"one", b"two"], b"\xff\xd8 both")
        outcomes = SqlOutcomes(self.database, now_ms, books_of(now_ms))
        await outcomes.finish(started.key, paths, preview)
        self.core.news.moved(generation.id)

        async def became() -> Message | None:
            message = await self.shown(generation, chat)
            return message if message.media is not None else None

        found: Message = await eventually(became)
        return found

    async def drawn(self, *, user: int = ANNA) -> Message:
        return await self.finish(await self.asked(user=user))

    def press(self, message: Message, label: str, *, user: int = ANNA) -> str:
        return self.telegram.people.press_label(
            message.chat_id, message.message_id, label, user=user
        )

    async def new_message(self, chat: int, *, after: int) -> Message:
        def found() -> Message | None:
            later = [m for m in self.telegram.messages(chat) if m.message_id > after]
            return later[-1] if later else None

        message: Message = await eventually(found)
        return message


@asynccontextmanager
async def whole(telegram: FakeTelegram, folder: Path) -> AsyncIterator[Whole]:
    from bot.bootstrap import _telegram

    settings: Any = BotSettings(
        _env_file=None,
        state_dir=folder,
        telegram_token=TOKEN,
        telegram_api_base=telegram.base_url,
    )
    log = structlog.get_logger()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings.database_url))
        core = assemble(settings, database, stack, log)
        adapter = _telegram(settings, settings.telegram_token, core, log)
        tasks = [asyncio.create_task(loop) for loop in (*core.loops(), adapter.run())]
        try:
            yield Whole(telegram, core, database)
            assert [task for task in tasks if task.done()] == []
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
