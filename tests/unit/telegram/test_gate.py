"""The gate on a real event loop with a clock that the test moves."""

import asyncio

import pytest

from bot.adapters.telegram.flood import Priority
from bot.adapters.telegram.gate import FloodGate

PERSON = "5"


class Seconds:
    """A monotonic clock that stands still."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Seconds:
    return Seconds()


@pytest.fixture
def gate(clock: Seconds) -> FloodGate:
    return FloodGate(clock)


async def settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_an_idle_gate_lets_a_call_through_without_giving_up_control(gate):
    turn = gate.turn(PERSON, Priority.STATUS)
    with pytest.raises(StopIteration):
        turn.send(None)


async def test_a_paused_chat_waits_until_its_time_and_others_do_not(gate, clock):
    gate.pause(PERSON, 0.02)
    waiting = asyncio.create_task(gate.turn(PERSON, Priority.PICTURE))
    await gate.turn("6", Priority.PROGRESS)
    assert not waiting.done()
    clock.now += 0.03
    async with asyncio.timeout(1):
        await waiting


async def test_a_cancelled_wait_gives_its_place_to_the_next(gate, clock):
    gate.pause(PERSON, 0.02)
    first = asyncio.create_task(gate.turn(PERSON, Priority.PICTURE))
    second = asyncio.create_task(gate.turn(PERSON, Priority.PROGRESS))
    await settle()
    first.cancel()
    clock.now += 0.03
    async with asyncio.timeout(1):
        await second
    assert first.cancelled()
