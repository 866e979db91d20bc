"""Runs of the Telegram adapter against a Bot API server, as a process would have them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.adapters.telegram.adapter import TelegramAdapter
from bot.adapters.telegram.webhook import WebhookAddress
from tests.fakes.recording_core import RecordingCore
from tests.fakes.telegram_api import TOKEN, FakeTelegram

PAUSES = (0.01,)


@dataclass(frozen=True)
class Life:
    """One run of an adapter."""

    adapter: TelegramAdapter
    task: asyncio.Task[None]


def make(
    telegram: FakeTelegram,
    core: RecordingCore,
    token: str = TOKEN,
    webhook: WebhookAddress | None = None,
) -> TelegramAdapter:
    return TelegramAdapter(
        token=token,
        api_base=telegram.base_url,
        proxy=None,
        core=core,
        files=Path,
        webhook=webhook,
        log=structlog.get_logger(),
        poll_pauses=PAUSES,
        handler_pauses=(*PAUSES, *PAUSES, *PAUSES),
    )


@asynccontextmanager
async def running(
    telegram: FakeTelegram, core: RecordingCore, webhook: WebhookAddress | None = None
) -> AsyncIterator[Life]:
    """An adapter that is stopped like a process at SIGTERM."""
    adapter = make(telegram, core, webhook=webhook)
    life = Life(adapter, asyncio.create_task(adapter.run()))
    try:
        yield life
    finally:
        life.task.cancel()
        await asyncio.gather(life.task, return_exceptions=True)


def press(telegram: FakeTelegram) -> str:
    world = telegram.world
    picture = world.add(world.chat(5), world.bot, text="图")
    return telegram.people.press(5, picture.message_id, "v1:again:k3v9x2ab", user=5)
