"""A Telegram and a Discord on loopback, and what stands between them and the core. Modules whose
platform needs more of its groups furnish their own."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from bot.adapters.telegram.messenger import TelegramMessenger
from bot.core.messages import Card
from tests.builders import ManualClock
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.recording_core import RecordingCore
from tests.fakes.telegram_api import FakeTelegram
from tests.integration.api_life import Api, api_in
from tests.integration.discord_life import furnish
from tests.integration.front_desk_life import Desk, desk_in
from tests.integration.messenger_life import finished_card, messenger_over
from tests.integration.served_api import ServedApi
from tests.integration.telegram_whole import Whole, whole


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        yield running


@pytest.fixture
def discord() -> Iterator[FakeDiscord]:
    with FakeDiscord() as running:
        furnish(running)
        yield running


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path) as made:
        yield made


@pytest.fixture
def core() -> RecordingCore:
    return RecordingCore()


@pytest.fixture
async def bot(telegram: FakeTelegram, tmp_path: Path) -> AsyncIterator[Whole]:
    async with whole(telegram, tmp_path) as running:
        yield running


@pytest.fixture
async def messenger(telegram: FakeTelegram) -> AsyncIterator[TelegramMessenger]:
    async with messenger_over(telegram) as made:
        yield made


@pytest.fixture
def finished(tmp_path: Path) -> Card:
    return finished_card(tmp_path)


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with api_in(tmp_path) as made:
        yield made


@pytest.fixture
async def program(api: Api) -> httpx.AsyncClient:
    return await api.program()


@pytest.fixture(scope="module")
def served_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Its address; one for all of a module, which generate what they ask for."""
    with ServedApi(tmp_path_factory.mktemp("api")) as url:
        yield url


@pytest.fixture
def far_host(monkeypatch: pytest.MonkeyPatch) -> None:
    """A block that is not loaded has weights that spoil whatever is computed from them, as main
    memory does for a card."""
    # Here, so that tests without a model do not load torch.
    import torch

    from engine.memory.block_swap import _Block

    lie_in = _Block.lie_in

    def lie_in_nan(block: _Block, buffer: torch.Tensor) -> None:
        lie_in(block, torch.full_like(buffer, 255) if buffer is block.host else buffer)

    monkeypatch.setattr(_Block, "lie_in", lie_in_nan)
