"""How a process that a supervisor started waits for its lock: as long as it takes.

Whoever holds the lock does the work meanwhile, such as `zdraw draw` after the bot was killed. To
give up would be told to the supervisor as a mistake of the operator's.
"""

import select
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import structlog

_log = structlog.get_logger()


class Stopped(Exception):
    """The process was told to end while it waited."""


@contextmanager
def listening_sleep(parent_fd: int, lock_file: Path) -> Iterator[Callable[[float], None]]:
    """A time.sleep for a process that has no event loop yet.

    It raises Stopped after SIGTERM or SIGINT, or once the other end of the pipe `parent_fd` is
    closed; so does the end of the block. The first sleep tells for whom it waits.
    """
    told: list[int] = []
    slept = False

    def sleep(seconds: float) -> None:
        nonlocal slept
        if not slept:
            _log.warning("waiting_for_lock", lock=lock_file.name, pid=_holder(lock_file))
        slept = True
        # Nothing is ever written: readable means closed.
        closed, _, _ = select.select([parent_fd], [], [], seconds)
        if closed or told:
            raise Stopped

    handlers = {
        number: signal.signal(number, lambda number, _: told.append(number))
        for number in (signal.SIGTERM, signal.SIGINT)
    }
    try:
        yield sleep
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    if told:
        raise Stopped


def _holder(lock_file: Path) -> str:
    try:
        return lock_file.read_text().strip() or "unknown"
    except OSError:
        return "unknown"
