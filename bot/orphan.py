"""Children whose supervisor is gone, which did not notice and still hold their lock."""

import os
import signal
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import structlog

from bot.instance_lock import InstanceLock
from engine.file_lock import RETRY_SECONDS

#: Only the child of a supervisor is started with it.
PARENT_OPTION = "--parent-fd"
#: Seconds that a child has to notice and to stop by itself.
PATIENCE_SECONDS = 6.0
#: Seconds until a killed process has given up its lock.
DEATH_SECONDS = 5.0

log = structlog.get_logger()


def clear_orphans(state_dir: Path, names: Sequence[str], patience_seconds: float) -> None:
    """Make sure that the locks `names` are free; call it under the supervisor's own lock.

    That lock says that no supervisor lives here, so a holder that one started is an orphan: it
    is waited for, then killed. If one lock has another holder, somebody works here by hand:
    nobody is killed, and StartupError is raised.
    """
    locks = [InstanceLock(state_dir, name) for name in names]
    if _still_held(locks, 0):
        log.warning("waiting_for_orphans", seconds=patience_seconds)
    held = _still_held(locks, patience_seconds)
    orphans = {lock.path: _orphans_at(lock) for lock in held}
    for lock in held:
        if not orphans[lock.path] and lock.held_elsewhere():
            raise lock.refusal()
    for pid in set().union(*orphans.values()):
        log.warning("killing_orphan", pid=pid)
        with suppress(ProcessLookupError):  # it may have noticed at last
            os.kill(pid, signal.SIGKILL)
    for lock in _still_held(held, DEATH_SECONDS):
        raise lock.refusal()


def _still_held(locks: Sequence[InstanceLock], seconds: float) -> list[InstanceLock]:
    """The locks that are still held after at most so many seconds."""
    until = time.monotonic() + seconds
    held = [lock for lock in locks if lock.held_elsewhere()]
    while held and time.monotonic() < until:
        time.sleep(RETRY_SECONDS)
        held = [lock for lock in held if lock.held_elsewhere()]
    return held


def _orphans_at(lock: InstanceLock) -> set[int]:
    """Processes that a supervisor started and that have the lock's file open.

    The processes are asked, not the file: a number read from it may mean another process by
    now, or one in another container.
    """
    processes = Path("/proc").glob("[0-9]*")
    return {int(process.name) for process in processes if _is_orphan(process, lock.path.resolve())}


def _is_orphan(process: Path, lock_file: Path) -> bool:
    try:
        if PARENT_OPTION.encode() not in (process / "cmdline").read_bytes().split(b"\0"):
            return False
        return any(file.resolve() == lock_file for file in (process / "fd").iterdir())
    except OSError:
        return False  # it has ended meanwhile, or is somebody else's
