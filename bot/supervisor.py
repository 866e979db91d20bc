"""`zdraw run`: keeps the engine and the bot alive, and takes them along when it stops.

A child that dies is started again. A child that exits with a configuration code has told the
operator what to change: everything stops, with the same code. Each child inherits a pipe whose
closing tells it that the supervisor is gone (bot/parent.py).
"""

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

import structlog

from bot.instance_lock import InstanceLock
from bot.orphan import PARENT_OPTION, PATIENCE_SECONDS, clear_orphans

#: Exit codes by which a child says that starting it again would not help.
FATAL_CODES = frozenset(
    {os.EX_DATAERR, os.EX_UNAVAILABLE, os.EX_CANTCREAT, os.EX_TEMPFAIL, os.EX_CONFIG}
)
#: Seconds between SIGTERM and SIGKILL; all have ended within 5 s of the supervisor's SIGTERM.
GRACE_SECONDS = 4.0
#: A child that ran this long was well: it had its lock, and what it needs was there.
HEALTHY_SECONDS = 5.0
#: Deaths within so many seconds slow the next start down, all but the first few of them.
REMEMBERED_SECONDS = 60.0
FREE_DEATHS = 3
MAX_DELAY_SECONDS = 30.0

log = structlog.get_logger()


class Backoff:
    """How long to wait before a child is started again."""

    def __init__(self) -> None:
        self._deaths: deque[float] = deque()

    def delay_after_death(self, now: float) -> float:
        """Seconds to wait, by the number of deaths in the last minute: 0, 0, 0, 1, 2, 4 ... 30."""
        self._deaths.append(now)
        while now - self._deaths[0] > REMEMBERED_SECONDS:
            self._deaths.popleft()
        beyond = len(self._deaths) - FREE_DEATHS
        return 0.0 if beyond <= 0 else min(2.0 ** (beyond - 1), MAX_DELAY_SECONDS)


class Supervisor:
    """Runs `commands` by name until it is told to stop or one of them cannot start."""

    def __init__(self, commands: Mapping[str, Sequence[str]]) -> None:
        self._commands = commands
        self._stop = asyncio.Event()
        self._kill = asyncio.Event()
        self._exit_code = os.EX_OK

    async def run(self) -> int:
        """The exit code of the whole: 0 after a signal, else the fatal code of a child."""
        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGTERM, self._stop.set)
        loop.add_signal_handler(signal.SIGINT, self._interrupted)
        async with asyncio.TaskGroup() as group:
            for name, command in self._commands.items():
                group.create_task(self._keep_running(name, command))
        return self._exit_code

    def _interrupted(self) -> None:
        if self._stop.is_set():
            self._kill.set()
        self._stop.set()

    async def _keep_running(self, name: str, command: Sequence[str]) -> None:
        clock = asyncio.get_running_loop().time
        backoff = Backoff()
        was_well = False
        while not self._stop.is_set():
            started = clock()
            try:
                child, pipe = await self._start(command)
            except OSError as error:
                # Out of processes, memory or files: that passes, and the other child goes on.
                delay = backoff.delay_after_death(clock())
                log.error("child_not_started", child=name, error=str(error), restart_in=delay)
                await _first_of(self._stop, seconds=delay)
                continue
            code = await self._end_of(child, pipe)
            if self._stop.is_set():
                return
            # Somebody who took its lock while it was dead is no mistake of the operator's.
            if code in FATAL_CODES and not (code == os.EX_TEMPFAIL and was_well):
                self._exit_code = code
                self._stop.set()
                return
            was_well |= clock() - started >= HEALTHY_SECONDS and code != os.EX_TEMPFAIL
            delay = backoff.delay_after_death(clock())
            log.warning("child_died", child=name, code=code, restart_in=delay)
            await _first_of(self._stop, seconds=delay)

    async def _start(self, command: Sequence[str]) -> tuple[Process, int]:
        """A child, and our end of the pipe that tells it of our end. Raises OSError."""
        reading, writing = os.pipe()
        try:
            # A session of its own: Ctrl-C in a terminal reaches the supervisor alone.
            child = await asyncio.create_subprocess_exec(
                *command, PARENT_OPTION, str(reading), pass_fds=[reading], start_new_session=True
            )
        except BaseException:
            os.close(writing)
            raise
        finally:
            os.close(reading)
        return child, writing

    async def _end_of(self, child: Process, pipe: int) -> int:
        try:
            await self._until_ended(child)
        finally:
            os.close(pipe)
        return child.returncode or 0

    async def _until_ended(self, child: Process) -> None:
        ended = asyncio.create_task(child.wait())
        await _first_of(self._stop, ended)
        if not ended.done():
            child.terminate()
            await _first_of(self._kill, ended, seconds=GRACE_SECONDS)
        if not ended.done():
            child.kill()
        await ended


async def _first_of(
    event: asyncio.Event, task: asyncio.Task[int] | None = None, seconds: float | None = None
) -> None:
    """Wait for the event, for the end of `task`, or for `seconds`."""
    waiting = asyncio.create_task(event.wait())
    await asyncio.wait(
        {waiting, task} if task else {waiting},
        timeout=seconds,
        return_when=asyncio.FIRST_COMPLETED,
    )
    waiting.cancel()


def supervise(
    state_dir: Path,
    commands: Mapping[str, Sequence[str]],
    orphan_patience: float = PATIENCE_SECONDS,
) -> int:
    """Run `commands` as the only supervisor of `state_dir`; each name is that of a lock too."""
    with InstanceLock(state_dir, "run").acquire():
        clear_orphans(state_dir, list(commands), orphan_patience)
        log.info("started", children=",".join(commands), pid=os.getpid())
        return asyncio.run(_run(commands))


async def _run(commands: Mapping[str, Sequence[str]]) -> int:
    return await Supervisor(commands).run()
