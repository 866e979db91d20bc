"""One process of a kind per state folder, by flock: the kernel lets go when its holder dies."""

import fcntl
import os
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.core.errors import StartupError
from engine.private_folder import keep_private

#: Seconds between two tries while waiting.
RETRY_SECONDS = 0.1


class InstanceLock:
    """The lock `<state_dir>/<name>.lock`; the file holds its holder's process id."""

    def __init__(
        self,
        state_dir: Path,
        name: str,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.path = state_dir / f"{name}.lock"
        self._clock = clock
        self._sleep = sleep
        self._fd: int | None = None

    def acquire(self, wait_seconds: float = 0.0) -> Self:
        """Take the lock, making the state folder if need be, and closing it to other users.
        Blocks: call it before any loop.

        Raises StartupError if another process has it, or if the folder cannot be written.
        """
        until = self._clock() + wait_seconds
        while not self._try():
            if self._clock() >= until:
                raise self.refusal()
            self._sleep(RETRY_SECONDS)
        self._sign()
        keep_private(self.path.parent)
        return self

    def refusal(self) -> StartupError:
        """What the operator is told when somebody else has the lock."""
        return StartupError(
            f"zdraw is already running in state folder {self.path.parent.resolve()} "
            f"(pid {self.holder() or 'unknown'})",
            os.EX_TEMPFAIL,
        )

    def release(self) -> None:
        """Let go. The file stays: removing it would let two processes lock two files."""
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None

    def held_elsewhere(self) -> bool:
        """Whether a living process has the lock now."""
        if self._try():
            self.release()
            return False
        return True

    def holder(self) -> int | None:
        """The process id in the file; only of use while the lock is held."""
        try:
            return int(self.path.read_text())
        except (OSError, ValueError):
            return None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self.release()

    def _try(self) -> bool:
        fd = self._open()
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        self._fd = fd
        return True

    def _sign(self) -> None:
        assert self._fd is not None
        # One write of a fixed length: a reader never finds the file empty, or half an old number.
        signature = f"{os.getpid():<10}\n".encode()
        os.pwrite(self._fd, signature, 0)
        os.ftruncate(self._fd, len(signature))

    def _open(self) -> int:
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            return os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StartupError(
                f"cannot write to state folder {folder.resolve()} ({error.strerror}); "
                "set ZDRAW_STATE_DIR to a folder that zdraw may write to",
                os.EX_CANTCREAT,
            ) from None
