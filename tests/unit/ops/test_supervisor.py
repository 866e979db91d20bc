"""What the supervisor makes of a child's end. Its processes are in tests/e2e/test_supervisor.py."""

import asyncio
import errno
import os
from collections.abc import Sequence

import pytest

from bot import supervisor as module
from bot.supervisor import Supervisor

#: How a start goes: what the kernel says to it, or the exit code after so many seconds.
Run = OSError | tuple[int, float]


class Child:
    returncode: int | None = None

    def __init__(self, code: int, seconds: float) -> None:
        self._end = (code, seconds)

    async def wait(self) -> int:
        self.returncode, seconds = self._end
        await asyncio.sleep(seconds)
        return self.returncode


async def supervised(monkeypatch: pytest.MonkeyPatch, runs: Sequence[Run]) -> tuple[int, int]:
    """The supervisor's exit code, and how many of the `runs` there were."""
    left = list(runs)

    async def start(*_command: str, **_options: object) -> Child:
        run = left.pop(0)
        if isinstance(run, OSError):
            raise run
        return Child(*run)

    monkeypatch.setattr(asyncio, "create_subprocess_exec", start)
    monkeypatch.setattr(module, "HEALTHY_SECONDS", 0.05)
    async with asyncio.timeout(10):
        code = await Supervisor({"bot": ["bot"]}).run()
    return code, len(runs) - len(left)


@pytest.mark.parametrize("number", [errno.EAGAIN, errno.ENOMEM])
async def test_child_that_cannot_be_started_now_is_started_later(monkeypatch, number):
    before = len(os.listdir("/proc/self/fd"))
    runs: list[Run] = [OSError(number, "no"), OSError(number, "no"), (os.EX_CONFIG, 0)]
    assert await supervised(monkeypatch, runs) == (os.EX_CONFIG, 3)
    assert len(os.listdir("/proc/self/fd")) == before


async def test_another_instance_stops_a_start(monkeypatch):
    assert await supervised(monkeypatch, [(os.EX_TEMPFAIL, 0.1)]) == (os.EX_TEMPFAIL, 1)


async def test_another_instance_does_not_stop_what_has_run_well(monkeypatch):
    runs: list[Run] = [(-9, 0.1), (os.EX_TEMPFAIL, 0), (os.EX_TEMPFAIL, 0.1), (os.EX_CONFIG, 0)]
    assert await supervised(monkeypatch, runs[:2] + runs[3:]) == (os.EX_CONFIG, 3)
    assert await supervised(monkeypatch, [(-9, 0), *runs[1:]]) == (os.EX_TEMPFAIL, 2)


async def test_locked_database_does_not_stop_the_supervisor(monkeypatch):
    assert await supervised(monkeypatch, [(os.EX_OSERR, 0), (os.EX_CONFIG, 0)]) == (
        os.EX_CONFIG,
        2,
    )
