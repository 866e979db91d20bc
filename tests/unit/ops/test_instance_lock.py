"""One process of a kind per state folder."""

import os
import subprocess
import sys
from collections.abc import Callable

import pytest

from bot.core.errors import StartupError
from bot.instance_lock import InstanceLock

HOLD = """
import sys, time
from pathlib import Path
from bot.instance_lock import InstanceLock
with InstanceLock(Path(sys.argv[1]), "bot").acquire():
    print("held", flush=True)
    sys.stdin.read()
"""


class Time:
    """A clock that moves when somebody sleeps, and does `then` the first time."""

    def __init__(self, then: Callable[[], None] = lambda: None) -> None:
        self.now = 0.0
        self.then = then

    def clock(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        self.then()


def test_second_holder_is_refused_with_folder_and_process(tmp_path):
    with InstanceLock(tmp_path, "bot").acquire(), pytest.raises(StartupError) as refused:
        InstanceLock(tmp_path, "bot").acquire()
    assert str(refused.value) == (
        f"zdraw is already running in state folder {tmp_path} (pid {os.getpid()})"
    )
    assert refused.value.exit_code == 75


def test_locks_of_other_names_and_folders_do_not_meet(tmp_path):
    with (
        InstanceLock(tmp_path, "bot").acquire(),
        InstanceLock(tmp_path, "engine").acquire(),
        InstanceLock(tmp_path / "other", "bot").acquire(),
    ):
        pass


def test_released_lock_can_be_taken_again(tmp_path):
    InstanceLock(tmp_path, "bot").acquire().release()
    with InstanceLock(tmp_path, "bot").acquire() as lock:
        assert lock.holder() == os.getpid()


def test_waiting_takes_the_lock_once_it_is_free(tmp_path):
    first = InstanceLock(tmp_path, "bot").acquire()
    time = Time(then=first.release)
    InstanceLock(tmp_path, "bot", clock=time.clock, sleep=time.sleep).acquire(5).release()
    assert time.now < 1


def test_waiting_ends_after_the_time_given(tmp_path):
    time = Time()
    lock = InstanceLock(tmp_path, "bot", clock=time.clock, sleep=time.sleep)
    with InstanceLock(tmp_path, "bot").acquire(), pytest.raises(StartupError):
        lock.acquire(5)
    assert time.now == pytest.approx(5, abs=0.2)


def test_lock_of_a_killed_process_is_free(tmp_path):
    command = [sys.executable, "-c", HOLD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        lock = InstanceLock(tmp_path, "bot")
        assert (lock.held_elsewhere(), lock.holder()) == (True, holder.pid)
        holder.kill()
        holder.wait()
        assert not lock.held_elsewhere()


def test_folder_that_cannot_be_made_is_refused_with_the_setting_to_change(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(StartupError) as refused:
        InstanceLock(tmp_path / "file" / "state", "bot").acquire()
    line = str(refused.value)
    assert line.startswith(f"cannot write to state folder {tmp_path}/file/state (")
    assert "ZDRAW_STATE_DIR" in line
    assert refused.value.exit_code == 73


def test_state_folder_and_lock_are_for_their_owner_only(tmp_path):
    folder = tmp_path / "deep" / "state"
    with InstanceLock(folder, "bot").acquire() as lock:
        assert oct(folder.stat().st_mode & 0o777) == "0o700"
        assert oct(lock.path.stat().st_mode & 0o777) == "0o600"
