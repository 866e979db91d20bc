"""The state folder: whose turn it is in there, and who may look into it."""

import fcntl
import os
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

pytestmark = pytest.mark.e2e


def environment(state_dir: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ZDRAW_")}
    # Nobody listens on port 9: a bot that has its turn says that Telegram cannot be reached.
    ours = {
        "STATE_DIR": str(state_dir),
        "BOARD_PORT": "0",
        "TELEGRAM_TOKEN": "4242:" + "a" * 35,
        "TELEGRAM_API_BASE": "http://127.0.0.1:9",
    }
    return kept | {"OMP_NUM_THREADS": "1"} | {f"ZDRAW_{name}": ours[name] for name in ours}


class Child:
    """A bot or an engine as a supervisor starts it; this process holds the pipe's other end."""

    def __init__(self, module: str, folder: Path) -> None:
        self.log = folder / f"{module}.log"
        reading, self.pipe = os.pipe()
        with self.log.open("wb") as errors:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", module, "--parent-fd", str(reading)],
                cwd=folder,
                env=environment(folder / "state"),
                stderr=errors,
                pass_fds=[reading],
            )
        os.close(reading)

    def says(self, line: str) -> None:
        until = time.monotonic() + 30
        while line not in self.log.read_text():
            assert time.monotonic() < until, self.log.read_text()
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.02)


@contextmanager
def child(module: str, folder: Path) -> Iterator[Child]:
    started = Child(module, folder)
    try:
        yield started
    finally:
        started.process.kill()
        started.process.wait()
        os.close(started.pipe)


@contextmanager
def lock_held(folder: Path, name: str) -> Iterator[None]:
    (folder / "state").mkdir(mode=0o700)
    with (folder / "state" / f"{name}.lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write("4711")
        file.flush()
        yield


def terminate(child: Child) -> None:
    child.process.send_signal(signal.SIGTERM)


def close_pipe(child: Child) -> None:
    # Another file in its place: what follows may close it once more.
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, child.pipe)
    os.close(nothing)


@pytest.mark.parametrize("name", ["bot", "engine"])
@pytest.mark.parametrize("end", [terminate, close_pipe])
def test_supervised_child_that_waits_for_its_lock_ends_when_it_is_told_to(
    tmp_path: Path, name: str, end: Callable[[Child], None]
) -> None:
    with lock_held(tmp_path, name), child(name, tmp_path) as waiting:
        waiting.says("event=waiting_for_lock")
        end(waiting)
        assert waiting.process.wait(timeout=5) == 0
    said = waiting.log.read_text()
    assert re.findall(r"event=waiting_for_lock .*lock=(\S+) pid=(\d+)", said) == [
        (f"{name}.lock", "4711")
    ]
    assert "Traceback" not in said


def test_supervised_bot_works_once_it_is_its_turn(tmp_path: Path) -> None:
    with ExitStack() as turn:
        turn.enter_context(lock_held(tmp_path, "bot"))
        with child("bot", tmp_path) as bot:
            bot.says("event=waiting_for_lock")
            turn.close()
            bot.says("event=telegram_unreachable")
            terminate(bot)
            assert bot.process.wait(timeout=5) == 0


def test_nobody_else_can_read_what_lies_in_the_state_folder(tmp_path: Path) -> None:
    # As `zdraw model pull` makes it.
    (tmp_path / "state" / "models").mkdir(parents=True)
    (tmp_path / "state").chmod(0o755)
    before = os.umask(0o022)
    try:
        with child("bot", tmp_path) as bot, child("engine", tmp_path) as engine:
            bot.says("event=telegram_unreachable")
            engine.says("event=engine_ready")
            open_to_others = [
                path.name
                for path in (tmp_path / "state").rglob("*")
                if path.name != "models" and path.lstat().st_mode & 0o077
            ]
    finally:
        os.umask(before)
    assert open_to_others == []
    assert stat.S_IMODE((tmp_path / "state").stat().st_mode) == 0o700
    assert {path.name for path in (tmp_path / "state").iterdir()} >= {"zdraw.db", "spool"}
