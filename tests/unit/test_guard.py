"""Platforms side by side."""

import asyncio
import itertools
from collections.abc import Callable, Iterator
from contextlib import asynccontextmanager

import pytest
import structlog

from bot.core.errors import StartupError
from bot.guard import Guard
from tests.integration.waiting import eventually


class Platform:
    """Runs until it is cancelled, after the troubles it was given."""

    def __init__(self, *troubles: Exception) -> None:
        self.troubles = list(troubles)
        self.runs = 0

    async def run(self) -> None:
        self.runs += 1
        if self.troubles:
            raise self.troubles.pop(0)
        await asyncio.Event().wait()


@asynccontextmanager
async def guarded(**platforms: Platform):
    log, off = structlog.get_logger(), list[str]()
    guard = Guard(platforms, log, off.append, pauses=(0.01,))
    tasks = [asyncio.create_task(loop) for loop in guard.loops()]
    try:
        yield tasks, off
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def refused(name: str) -> StartupError:
    return StartupError(f"{name} refuses the token", 78)


async def test_a_platform_that_fails_is_started_again(capsys):
    broken, sound = Platform(ValueError("a prompt"), ExceptionGroup("", [OSError()])), Platform()
    async with guarded(discord=broken, telegram=sound) as (tasks, off):
        await eventually(lambda: broken.runs == 3)
        assert off == []
        assert not any(task.done() for task in tasks)
    assert sound.runs == 1
    said = capsys.readouterr().out
    assert said.count("platform_failed") == 2
    assert "a prompt" not in said


@pytest.fixture
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """How long was slept."""
    slept: list[float] = []

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    monkeypatch.setattr("bot.guard.asyncio.sleep", sleep)
    return slept


async def kept(platform: Platform, clock: Callable[[], float]) -> None:
    """Until it has had all its troubles."""
    guard = Guard(
        {"discord": platform}, structlog.get_logger(), list[str]().append, (1, 5, 30), clock
    )
    (loop,) = guard.loops()
    with pytest.raises(StartupError):
        await loop


async def test_pauses_grow_while_it_fails_and_begin_anew_after_a_minute_that_was_well(pauses):
    troubles = [OSError() for _ in range(5)]
    #: When each run begins and ends.
    times: Iterator[float] = iter([0, 1, 2, 3, 10, 12, 50, 109, 200, 260, 261])
    await kept(Platform(*troubles, refused("Discord")), lambda: next(times))
    assert pauses == [1, 5, 30, 30, 1]


async def test_one_that_ends_by_itself_is_started_again_and_said_to_have(pauses, capsys):
    class Brief(Platform):
        async def run(self) -> None:
            if self.runs == 1:
                raise refused("Discord")
            self.runs += 1

    await kept(Brief(), itertools.count().__next__)
    assert pauses == [1]
    assert capsys.readouterr().out.count("platform_ended") == 1


async def test_a_token_that_is_refused_stops_only_its_platform(capsys):
    broken, sound = Platform(refused("Discord")), Platform()
    async with guarded(discord=broken, telegram=sound) as (tasks, off):
        await asyncio.sleep(0.05)
        assert not any(task.done() for task in tasks)
    assert (broken.runs, off) == (1, ["discord"])
    assert capsys.readouterr().out.count("Discord refuses the token") == 1


@pytest.mark.parametrize("names", [("discord",), ("discord", "telegram")])
async def test_without_any_platform_left_the_process_ends(names):
    platforms = {name: Platform(refused(name)) for name in names}
    async with guarded(**platforms) as (tasks, _off):
        await eventually(lambda: any(task.done() for task in tasks))
        (last,) = [task for task in tasks if task.done()]
        with pytest.raises(StartupError) as error:
            last.result()
    assert error.value.exit_code == 78
    assert names[-1] in str(error.value)
