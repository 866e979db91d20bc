"""Progress edits: the newest wins, and none arrives after the end of the message."""

import asyncio

import pytest
import structlog

from bot.adapters.telegram.gate import FloodGate
from bot.adapters.telegram.trailing import TrailingEdits
from bot.core.errors import MessageGone
from tests.integration.waiting import eventually

PLACE = ("5", "7")


class Screen:
    """What a message has shown; an edit can be held back in the middle."""

    def __init__(self) -> None:
        self.shown: list[str] = []
        self.let_go = asyncio.Event()
        self.let_go.set()
        self.begun = 0

    def edit(self, text: str):
        async def show() -> None:
            self.begun += 1
            await self.let_go.wait()
            self.shown.append(text)

        return show


@pytest.fixture
def screen() -> Screen:
    return Screen()


@pytest.fixture
def gate() -> FloodGate:
    return FloodGate()


@pytest.fixture
def edits(gate) -> TrailingEdits:
    return TrailingEdits(gate, structlog.get_logger())


async def test_with_room_an_edit_is_sent(edits, screen):
    edits.show(PLACE, screen.edit("1"))
    await eventually(lambda: screen.shown == ["1"])


async def test_while_the_chat_waits_only_the_newest_edit_is_kept(edits, gate, screen):
    gate.pause(PLACE[0], 0.02)
    for text in "1234":
        edits.show(PLACE, screen.edit(text))
    await eventually(lambda: screen.shown)
    assert screen.shown == ["4"]


async def test_an_edit_that_comes_while_another_is_on_its_way_follows_it(edits, screen):
    screen.let_go.clear()
    edits.show(PLACE, screen.edit("1"))
    await eventually(lambda: screen.begun)
    edits.show(PLACE, screen.edit("2"))
    screen.let_go.set()
    await eventually(lambda: screen.shown == ["1", "2"])


async def test_after_stop_nothing_that_waited_is_sent(edits, gate, screen):
    gate.pause(PLACE[0], 0.02)
    edits.show(PLACE, screen.edit("1"))
    await edits.stop(PLACE)
    await asyncio.sleep(0.04)
    assert screen.shown == []


async def test_stop_waits_for_an_edit_that_is_on_its_way(edits, screen):
    screen.let_go.clear()
    edits.show(PLACE, screen.edit("1"))
    await eventually(lambda: screen.begun)
    stopping = asyncio.create_task(edits.stop(PLACE))
    await asyncio.sleep(0)
    assert not stopping.done()
    screen.let_go.set()
    await stopping
    assert screen.shown == ["1"]


async def test_after_stop_nothing_follows_an_edit_that_is_on_its_way(edits, screen):
    screen.let_go.clear()
    edits.show(PLACE, screen.edit("1"))
    await eventually(lambda: screen.begun)
    edits.show(PLACE, screen.edit("2"))
    stopping = asyncio.create_task(edits.stop(PLACE))
    await asyncio.sleep(0)
    screen.let_go.set()
    await stopping
    assert screen.shown == ["1"]


async def test_a_message_can_be_shown_again_after_stop(edits, screen):
    edits.show(PLACE, screen.edit("1"))
    await edits.stop(PLACE)
    edits.show(PLACE, screen.edit("2"))
    await eventually(lambda: screen.shown[-1:] == ["2"])


@pytest.mark.parametrize("trouble", [MessageGone(), RuntimeError("a bug")])
async def test_an_edit_that_fails_does_not_stop_the_next(edits, screen, trouble):
    async def fail() -> None:
        raise trouble

    edits.show(PLACE, fail)
    await asyncio.sleep(0.01)
    edits.show(PLACE, screen.edit("2"))
    await eventually(lambda: screen.shown == ["2"])
