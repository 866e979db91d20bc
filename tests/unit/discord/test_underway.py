"""Calls that go on when nobody waits for them any more."""

import asyncio
import gc
from typing import Any

import pytest

from bot.adapters.discord.underway import Underway
from tests.integration.waiting import eventually


class Slow:
    """A call that ends when it is told to."""

    def __init__(self) -> None:
        self.may_end = asyncio.Event()
        self.begun = 0
        self.error: Exception | None = None

    async def __call__(self) -> int:
        self.begun += 1
        await self.may_end.wait()
        if self.error is not None:
            raise self.error
        return self.begun


async def test_it_is_not_broken_off_and_its_repetition_takes_up_with_it():
    underway, slow = Underway(), Slow()
    with pytest.raises(TimeoutError):
        await underway.result("message", "edit", slow, 0)
    assert len(underway.at("message")) == 1
    assert underway.at("another") == set()
    slow.may_end.set()
    assert await underway.result("message", "edit", slow, 1) == 1
    assert slow.begun == 1
    assert underway.at("message") == set()
    assert await underway.result("message", "edit", slow, 1) == 2


async def test_a_waiter_that_is_cancelled_breaks_nothing_off():
    underway, slow = Underway(), Slow()
    waiter = asyncio.create_task(underway.result("message", "edit", slow, 9))
    await asyncio.sleep(0)
    waiter.cancel()
    await asyncio.gather(waiter, return_exceptions=True)
    (call,) = underway.at("message")
    slow.may_end.set()
    assert await call == 1


async def test_an_error_that_nobody_waits_for_is_no_complaint():
    complaints: list[dict[str, Any]] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: complaints.append(context))
    underway, slow = Underway(), Slow()
    slow.error = OSError()
    with pytest.raises(TimeoutError):
        await underway.result("message", "edit", slow, 0)
    slow.may_end.set()
    await eventually(lambda: not underway.at("message"))
    gc.collect()
    assert complaints == []


async def test_at_the_end_nothing_is_left():
    underway, slow = Underway(), Slow()
    with pytest.raises(TimeoutError):
        await underway.result("message", "edit", slow, 0)
    (call,) = underway.at("message")
    await underway.close()
    assert call.cancelled()
    assert underway.at("message") == set()


async def test_who_waits_for_what_is_broken_off_is_not_broken_off():
    underway, slow = Underway(), Slow()
    waiter = asyncio.create_task(underway.result("message", "edit", slow, 9))
    await eventually(lambda: slow.begun)
    await underway.close()
    with pytest.raises(OSError, match="broken off"):
        await waiter
