"""One process of a kind per state folder."""

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from bot.core.errors import StartupError
from engine.file_lock import sign_lock, take_lock
from engine.private_folder import keep_private


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
        if not self._take(wait_seconds):
            raise self.refusal()
        assert self._fd is not None
        sign_lock(self._fd)
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
        if self._take(0.0):
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

    def __exit__(self, *_error: object) -> None:
        self.release()

    def _take(self, patience: float) -> bool:
        folder = self.path.parent
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            taken = take_lock(self.path, patience, clock=self._clock, sleep=self._sleep)
        except OSError as error:
            raise StartupError(
                f"cannot write to state folder {folder.resolve()} ({error.strerror}); "
                "set ZDRAW_STATE_DIR to a folder that zdraw may write to",
                os.EX_CANTCREAT,
            ) from None
        if taken is None:
            return False
        self._fd = taken
        return True
