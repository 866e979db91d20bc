"""Who is an admin, asked of Telegram over real HTTP."""

import asyncio
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog

from bot.adapters.telegram import admins
from bot.adapters.telegram.acknowledge import BACKLOG
from bot.adapters.telegram.admins import Admins
from bot.adapters.telegram.client import make_bot, make_requests
from bot.adapters.telegram.flood import Priority
from bot.adapters.telegram.gate import FloodGate
from tests.fakes.telegram_api import TOKEN, FakeTelegram

GROUP = -1001


@pytest.fixture
def telegram() -> Iterator[FakeTelegram]:
    with FakeTelegram() as running:
        running.people.group(GROUP)
        running.people.promote(GROUP, 5)
        yield running


@pytest.fixture
def gate() -> FloodGate:
    return FloodGate()


@pytest.fixture
async def is_admin(telegram: FakeTelegram) -> AsyncIterator[Admins]:
    requests = make_requests(None)
    bot = make_bot(TOKEN, telegram.base_url, *requests)
    yield Admins(bot, structlog.get_logger())
    for request in requests:
        await request.shutdown()


def lookups(telegram: FakeTelegram) -> int:
    return len(telegram.calls_of("getChatAdministrators"))


async def test_admins_are_told_from_members(is_admin):
    assert await is_admin(str(GROUP), 5)
    assert not await is_admin(str(GROUP), 6)


async def test_rights_that_were_taken_or_given_count_at_once(telegram, is_admin):
    assert await is_admin(str(GROUP), 5)
    telegram.people.demote(GROUP, 5)
    telegram.people.promote(GROUP, 6)
    assert not await is_admin(str(GROUP), 5)
    assert await is_admin(str(GROUP), 6)


@pytest.mark.parametrize("trouble", [{"status": 500}, {"status": 429, "retry_after": 30}])
async def test_what_telegram_does_not_say_is_not_known_and_asked_again(telegram, is_admin, trouble):
    telegram.fail("getChatAdministrators", **trouble)
    assert await is_admin(str(GROUP), 5) is None
    assert await is_admin(str(GROUP), 5) is True
    assert lookups(telegram) == 2


async def test_a_lookup_holds_nobody_up_for_long(telegram, is_admin, monkeypatch):
    monkeypatch.setattr(admins, "LOOKUP_SECONDS", 0.05)
    telegram.fail("getChatAdministrators", delay=2.0)
    assert await is_admin(str(GROUP), 5) is None


async def test_a_flood_of_presses_hides_nobodys_rights(is_admin, gate):
    """All of them are to be answered, ten a second."""
    answers = [
        asyncio.create_task(gate.turn(None, Priority.ACKNOWLEDGEMENT)) for _ in range(BACKLOG)
    ]
    await asyncio.sleep(0)
    assert await is_admin(str(GROUP), 5)
    for answer in answers:
        answer.cancel()
