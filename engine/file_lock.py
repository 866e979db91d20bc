"""A file that one process has at a time, by flock: the kernel lets go when its holder dies."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path

#: Seconds between two tries while waiting.
RETRY_SECONDS = 0.1


def take_lock(
    path: Path,
    patience: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
) -> int | None:
    """A descriptor that holds the lock until it is closed; None where another process still has
    it after `patience` seconds. Raises OSError where the file cannot be made."""
    until = clock() + patience
    while (descriptor := _try(path)) is None and clock() < until:
        sleep(RETRY_SECONDS)
    return descriptor


def sign_lock(descriptor: int) -> None:
    """Write down who holds it."""
    # One write of a fixed length: a reader never finds the file empty, or half an old number.
    signature = f"{os.getpid():<10}\n".encode()
    os.pwrite(descriptor, signature, 0)
    os.ftruncate(descriptor, len(signature))


def _try(path: Path) -> int | None:
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except OSError:
        os.close(descriptor)
        raise
    return descriptor
