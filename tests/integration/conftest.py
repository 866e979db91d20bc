"""A Telegram on loopback, and what stands between it and the core. Modules whose Telegram needs
more of its groups furnish their own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from bot.adapters.telegram.messenger import TelegramMessenger
from bot.core.messages import Card
from tests.fakes.recording_core import RecordingCore
from tests.fakes.telegram_api import FakeTelegram
from tests.integration.messenger_life import finished_card, messenger_over


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        yield running


@pytest.fixture
def core() -> RecordingCore:
    return RecordingCore()


@pytest.fixture
async def messenger(telegram: FakeTelegram) -> AsyncIterator[TelegramMessenger]:
    async with messenger_over(telegram) as made:
        yield made


@pytest.fixture
def finished(tmp_path: Path) -> Card:
    return finished_card(tmp_path)
