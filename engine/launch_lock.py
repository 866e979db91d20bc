"""At most one engine works in a state folder."""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

#: A predecessor that was told to end may hold the lock for as long as it is allowed to take.
PATIENCE_SECONDS = 10.0
_RETRY_SECONDS = 0.1


class AlreadyRunning(Exception):
    """Another engine works in this state folder."""


def lock_file(state_dir: Path) -> Path:
    """It says which process holds the lock."""
    return state_dir / "engine.lock"


@contextmanager
def launch_lock(
    state_dir: Path,
    patience: float = PATIENCE_SECONDS,
    sleep: Callable[[float], None] = time.sleep,
) -> Iterator[None]:
    """Holds the folder's lock; it falls with the process, however that ends.

    Raises AlreadyRunning after `patience` seconds, OSError where the folder cannot be written.
    """
    descriptor = os.open(lock_file(state_dir), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        _wait(descriptor, time.monotonic() + patience, sleep)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _wait(descriptor: int, until: float, sleep: Callable[[float], None]) -> None:
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= until:
                raise AlreadyRunning from None
            sleep(_RETRY_SECONDS)
        else:
            return
