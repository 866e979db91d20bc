"""`zdraw run` keeps its children alive and takes them along, whoever is killed.

The children are small programs that lock, stop and notice their supervisor's death as the bot
and the engine do.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bot.instance_lock import InstanceLock

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).parents[2]
SUPERVISOR = """
import sys
from pathlib import Path
from bot.cli import _say
from bot.core.errors import StartupError
from bot.log import set_up_log
from bot.settings import LogFormat, LogLevel
from bot.supervisor import supervise

state, child, engine, bot = sys.argv[1:]
set_up_log(LogLevel.INFO, LogFormat.CONSOLE)
commands = {
    name: [sys.executable, child, state, name, manner]
    for name, manner in (("engine", engine), ("bot", bot))
}
try:
    sys.exit(supervise(Path(state), commands, orphan_patience=0.5))
except StartupError as error:
    sys.exit(_say(str(error), error.exit_code))
"""
CHILD = """
import asyncio, signal, sys
from pathlib import Path
from bot.instance_lock import InstanceLock
from bot.parent import watch_parent

state, name, manner, _, fd = sys.argv[1:]
if manner.isdigit():
    sys.exit(int(manner))

async def obey():
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    watch = asyncio.create_task(watch_parent(int(fd), stop))
    await stop.wait()

if manner == "deaf":
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
with InstanceLock(Path(state), name).acquire(3):
    (Path(state) / f"{name}.up").touch()
    while manner == "deaf":
        signal.pause()
    asyncio.run(obey())
"""


def eventually(true: Callable[[], bool], seconds: float = 10) -> None:
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "did not happen"
        time.sleep(0.02)


def alive(pid: int) -> bool:
    try:
        # A killed child of a killed supervisor may stay a zombie where no init reaps.
        return "\nState:\tZ" not in (Path("/proc") / str(pid) / "status").read_text()
    except OSError:
        return False


class Run:
    """A supervisor with its two children, each behaving in its `manner`."""

    def __init__(self, folder: Path, engine: str = "good", bot: str = "good") -> None:
        self.state = folder / "state"
        child = folder / "child.py"
        child.write_text(CHILD)
        self.process = subprocess.Popen(
            [sys.executable, "-c", SUPERVISOR, str(self.state), str(child), engine, bot],
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )

    def pid_of(self, name: str) -> int:
        """Process id of the child once it is up."""
        up = self.state / f"{name}.up"
        eventually(up.exists)
        pid = InstanceLock(self.state, name).holder()
        assert pid is not None
        return pid

    def next_pid_of(self, name: str, before: int) -> int:
        eventually(lambda: self.pid_of(name) != before)
        return self.pid_of(name)

    def ended(self, seconds: float = 10) -> tuple[int, str]:
        """Exit code, and what was written to standard error."""
        _, errors = self.process.communicate(timeout=seconds)
        return self.process.returncode, errors

    def said_until(self, end: str) -> list[str]:
        """Its lines on standard error, up to the one that ends so."""
        assert self.process.stderr is not None
        lines = []
        for line in self.process.stderr:
            lines.append(line.rstrip())
            if lines[-1].endswith(end):
                break
        return lines

    def clear_away(self) -> None:
        self.process.kill()
        self.process.wait()
        assert self.process.stderr is not None
        self.process.stderr.close()
        for name in ("engine", "bot"):
            lock = InstanceLock(self.state, name)
            pid = lock.holder()
            if lock.held_elsewhere() and pid not in (None, os.getpid()):
                os.kill(pid, signal.SIGKILL)


@contextmanager
def running(folder: Path, engine: str = "good", bot: str = "good") -> Iterator[Run]:
    run = Run(folder, engine, bot)
    try:
        yield run
    finally:
        run.clear_away()


def test_child_killed_with_signal_9_is_started_again_with_one_line(tmp_path):
    with running(tmp_path) as run:
        engine, bot = run.pid_of("engine"), run.pid_of("bot")
        os.kill(bot, signal.SIGKILL)
        assert alive(run.next_pid_of("bot", before=bot))
        assert run.pid_of("engine") == engine
        run.process.terminate()
        code, errors = run.ended()
    assert code == 0
    deaths = [line for line in errors.splitlines() if "event=child_died" in line]
    assert len(deaths) == 1
    assert deaths[0].endswith("child=bot code=-9 restart_in=0.0")


def test_child_that_crashes_by_itself_is_started_again(tmp_path):
    with running(tmp_path, engine="70") as run:
        said = run.said_until("restart_in=1.0")
        run.process.terminate()
        assert run.ended()[0] == 0
    assert [line.partition("child=engine ")[2] for line in said] == [
        "",
        *["code=70 restart_in=0.0"] * 3,
        "code=70 restart_in=1.0",
    ]


@pytest.mark.parametrize("code", [65, 69, 73, 75, 78])
def test_configuration_code_of_one_child_stops_all_with_the_same_code(tmp_path, code):
    with running(tmp_path, engine=str(code)) as run:
        assert run.ended()[0] == code
        assert not InstanceLock(run.state, "bot").held_elsewhere()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_stops_everything_with_code_0(tmp_path, number):
    with running(tmp_path) as run:
        children = [run.pid_of("engine"), run.pid_of("bot")]
        run.process.send_signal(number)
        assert run.ended(seconds=5)[0] == 0
        assert not any(map(alive, children))


def test_child_that_ignores_sigterm_does_not_hold_up_the_stop_beyond_5_seconds(tmp_path):
    with running(tmp_path, engine="deaf") as run:
        engine = run.pid_of("engine")
        run.process.terminate()
        assert run.ended(seconds=5)[0] == 0
        assert not alive(engine)


def test_second_ctrl_c_kills_at_once(tmp_path):
    with running(tmp_path, engine="deaf") as run:
        engine, bot = run.pid_of("engine"), run.pid_of("bot")
        run.process.send_signal(signal.SIGINT)
        eventually(lambda: not alive(bot))
        run.process.send_signal(signal.SIGINT)
        assert run.ended(seconds=1.5)[0] == 0
        assert not alive(engine)


def test_children_end_when_the_supervisor_is_killed(tmp_path):
    with running(tmp_path) as run:
        children = [run.pid_of("engine"), run.pid_of("bot")]
        run.process.kill()
        eventually(lambda: not any(map(alive, children)), seconds=5)


def test_orphan_that_does_not_notice_is_killed_by_the_next_start(tmp_path):
    with running(tmp_path, engine="deaf") as run:
        orphan = run.pid_of("engine")
        run.process.kill()
        run.process.wait()
        assert alive(orphan)
        with running(tmp_path) as again:
            assert alive(again.next_pid_of("engine", before=orphan))
            assert not alive(orphan)
            again.process.terminate()
            code, errors = again.ended()
    assert code == 0
    assert "event=killing_orphan" in errors
    assert f"pid={orphan}\n" in errors


def test_nobody_is_killed_where_somebody_works_by_hand(tmp_path):
    with running(tmp_path, engine="deaf") as run:
        engine = run.pid_of("engine")
        run.process.kill()
        run.process.wait()
        with InstanceLock(run.state, "bot").acquire(5), running(tmp_path) as again:
            assert again.ended()[0] == 75
            assert alive(engine)


def test_child_that_somebody_started_by_hand_is_left_alone(tmp_path):
    state = tmp_path / "state"
    with InstanceLock(state, "bot").acquire(), running(tmp_path) as run:
        code, errors = run.ended()
    assert code == 75
    assert errors.splitlines()[-1] == (
        f"zdraw: zdraw is already running in state folder {state} (pid {os.getpid()})"
    )


def test_second_supervisor_is_refused_with_one_line(tmp_path):
    with running(tmp_path) as run:
        run.pid_of("engine")
        second = Run(tmp_path)
        code, errors = second.ended()
        assert alive(run.process.pid)
    assert code == 75
    assert errors == (
        f"zdraw: zdraw is already running in state folder {run.state} (pid {run.process.pid})\n"
    )
