"""At most one engine works in a state folder."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.file_lock import sign_lock, take_lock

#: A predecessor that was told to end may hold the lock for as long as it is allowed to take.
PATIENCE_SECONDS = 10.0


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
    descriptor = take_lock(lock_file(state_dir), patience, sleep=sleep)
    if descriptor is None:
        raise AlreadyRunning
    try:
        sign_lock(descriptor)
        yield
    finally:
        os.close(descriptor)
