"""The bot's event loop, with a watch on its turns.

asyncio asks its selector once in each turn, whether there is something to do or not: from one
answer to the next question is a turn.
"""

import selectors
import time
from typing import Any

from bot.core.loop_turns import LoopTurns


class TimedSelector(selectors.DefaultSelector):
    """Tells `turns` of each, from `start` on: before it nothing is served that could wait."""

    def __init__(self, turns: LoopTurns) -> None:
        super().__init__()
        self._turns = turns
        #: When this turn began, by the clock and of the thread's time.
        self._began: tuple[float, float] | None = None

    def start(self) -> None:
        """Count from here on. In the loop's own thread."""
        self._began = _now()

    def select(self, timeout: float | None = None) -> Any:
        """What is ready."""
        if self._began is not None:
            clock, computed = _now()
            self._turns.took(clock, clock - self._began[0], computed - self._began[1])
        ready = super().select(timeout)
        if self._began is not None:
            self._began = _now()
        return ready


def _now() -> tuple[float, float]:
    return time.perf_counter(), time.thread_time()
