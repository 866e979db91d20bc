"""A stage's time: its budget, how much of it is used, and what it tells the person who waits."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

LOG_EVERY_S: Final = 20.0
LONGEST_STEP_S: Final = 10.0
"""A longer pause between two steps is a machine that slept, not work."""


class Clock:
    """Counts steps within a budget of seconds, of which an earlier run may have used `used_s`."""

    def __init__(self, stage: str, budget_s: float, used_s: float = 0.0, step: int = 0) -> None:
        self.stage = stage
        self.budget_s = budget_s
        self.step = step
        self._note = ""
        self._used_s = used_s
        self._seen = time.monotonic()

    @property
    def used_s(self) -> float:
        now = time.monotonic()
        self._used_s += min(now - self._seen, LONGEST_STEP_S)
        self._seen = now
        return self._used_s

    @property
    def done(self) -> float:
        """How much of the budget is used, 0 to 1."""
        return min(1.0, self.used_s / self.budget_s)

    def note(self, text: str) -> None:
        """What the next progress line says."""
        self._note = text

    def steps(self) -> Iterator[int]:
        """Step numbers until the budget is used up, telling progress on the way."""
        console = Console(file=sys.stderr)
        bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[note]}"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
        )
        task = bar.add_task(self.stage, total=self.budget_s, note="")
        told = self.used_s
        with bar:
            while self.done < 1.0:
                yield self.step
                self.step += 1
                bar.update(task, completed=self.used_s, note=f"step {self.step} {self._note}")
                if not console.is_terminal and self.used_s - told > LOG_EVERY_S:
                    told = self.used_s
                    time_used = f"{told:.0f}/{self.budget_s:.0f} s"
                    line = f"{self.stage}: {time_used}, step {self.step}, {self._note}"
                    console.print(line, highlight=False, soft_wrap=True)
