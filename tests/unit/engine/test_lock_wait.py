"""A supervised process waits for its lock without end, and ends when it is told to."""

import os
import signal

import pytest
from structlog.testing import capture_logs

from bot import bootstrap
from bot.bootstrap import run_bot
from bot.instance_lock import InstanceLock
from bot.settings import BotSettings
from engine.lock_wait import Stopped, listening_sleep


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    yield reading, writing
    os.close(reading)


def test_the_first_sleep_tells_for_whom_it_waits(tmp_path, pipe):
    (tmp_path / "bot.lock").write_text("4711      \n")
    with listening_sleep(pipe[0], tmp_path / "bot.lock") as sleep, capture_logs() as logged:
        sleep(0)
        sleep(0)
    os.close(pipe[1])
    assert [(entry["event"], entry["lock"], entry["pid"]) for entry in logged] == [
        ("waiting_for_lock", "bot.lock", "4711")
    ]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
@pytest.mark.parametrize("slept", [True, False])
def test_a_signal_ends_it_also_when_it_has_just_got_the_lock(tmp_path, pipe, number, slept):
    def wait() -> None:
        with listening_sleep(pipe[0], tmp_path / "bot.lock") as sleep:
            os.kill(os.getpid(), number)
            if slept:
                sleep(0.01)

    before = signal.getsignal(number)
    with pytest.raises(Stopped):
        wait()
    os.close(pipe[1])
    assert signal.getsignal(number) is before


def test_the_end_of_the_supervisor_ends_a_bot_that_waits_beyond_all_patience(
    tmp_path, pipe, monkeypatch
):
    monkeypatch.setattr(bootstrap, "PREDECESSOR_SECONDS", 0.0)
    monkeypatch.setattr(bootstrap, "set_up_log", lambda *_: None)
    os.close(pipe[1])
    with InstanceLock(tmp_path, "bot").acquire():
        assert run_bot(BotSettings(state_dir=tmp_path), parent_fd=pipe[0]) == 0
