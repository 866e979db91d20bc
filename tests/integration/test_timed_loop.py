"""The bot's event loop tells how long its turns are, and nothing else of it changes."""

import asyncio
import selectors
import time
from collections.abc import Iterator

import pytest

from bot.core.loop_turns import LoopTurns
from bot.timed_loop import TimedSelector

PAUSE = 0.1


@pytest.fixture
def turns() -> LoopTurns:
    return LoopTurns()


@pytest.fixture
def runner(turns: LoopTurns) -> Iterator[tuple[asyncio.Runner, TimedSelector]]:
    selector = TimedSelector(turns)
    with asyncio.Runner(loop_factory=lambda: asyncio.SelectorEventLoop(selector)) as runner:
        yield runner, selector


def _compute(seconds: float) -> None:
    until = time.thread_time() + seconds
    while time.thread_time() < until:
        pass


def test_a_turn_that_computes_is_long_by_both_and_waiting_for_events_is_none(
    turns: LoopTurns, runner: tuple[asyncio.Runner, TimedSelector]
) -> None:
    async def life() -> None:
        _compute(0.2)
        runner[1].start()
        began = time.perf_counter()
        await asyncio.sleep(PAUSE)
        _compute(0.02)
        await asyncio.sleep(0)
        assert turns.by_clock.total <= time.perf_counter() - began - PAUSE + 0.01

    runner[0].run(life())
    # Without what was before the start.
    longest = turns.longest(time.perf_counter())
    assert 0.02 <= longest["processor"] < 0.1
    assert longest["clock"] >= 0.02


def test_a_turn_that_waits_is_long_by_the_clock_alone(
    turns: LoopTurns, runner: tuple[asyncio.Runner, TimedSelector]
) -> None:
    async def life() -> None:
        runner[1].start()
        time.sleep(0.03)  # noqa: ASYNC251 - what must not be done, on purpose
        await asyncio.sleep(0)

    runner[0].run(life())
    longest = turns.longest(time.perf_counter())
    assert longest["clock"] >= 0.03
    assert longest["processor"] < 0.03


def test_what_is_ready_is_what_another_selector_would_say(turns: LoopTurns) -> None:
    watched, plain = TimedSelector(turns), selectors.DefaultSelector()
    watched.start()
    with watched, plain:
        assert watched.select(0) == plain.select(0) == []
    assert sum(turns.computed.counts) == 1
