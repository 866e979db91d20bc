"""Turns of the bot's event loop, each of which keeps everybody else waiting.

A turn takes time by the clock, and of the processor what the loop's own thread computed. Where the
first is long and the second short, the machine is busy, or the disk, and the bot is not the cause.
"""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field

#: In seconds; the last group is of all that took longer.
BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0)
#: The longest turn is remembered for one to two of these: long enough for who asks every minute.
WINDOW_SECONDS = 60.0
#: What one turn may compute before it is told of.
LONG_SECONDS = 0.25


@dataclass
class Lengths:
    """How long many of them were, in seconds."""

    #: As many as were at most as long as each of BOUNDS and longer than the one before it.
    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0
    longest: float = 0.0
    #: Of the window before this one.
    longest_before: float = 0.0

    def add(self, seconds: float) -> None:
        self.counts[bisect_left(BOUNDS, seconds)] += 1
        self.total += seconds
        if seconds > self.longest:
            self.longest = seconds


class LoopTurns:
    """Counts them."""

    def __init__(self, on_long: Callable[[float], None] = lambda _: None) -> None:
        """`on_long` is told once, of the first turn that computed for more than LONG_SECONDS."""
        self.by_clock = Lengths()
        self.computed = Lengths()
        self._on_long = on_long
        self._told = False
        self._window_began = 0.0

    def took(self, now: float, by_clock: float, computed: float) -> None:
        """One more has ended: `now`, in seconds that never go back."""
        if now - self._window_began >= WINDOW_SECONDS:
            self._turn_over(now)
        self.by_clock.add(by_clock)
        self.computed.add(computed)
        if computed > LONG_SECONDS and not self._told:
            self._told = True
            self._on_long(computed)

    def longest(self, now: float) -> dict[str, float]:
        """In the last one to two minutes, in seconds: by the clock, and of the processor."""
        if now - self._window_began >= WINDOW_SECONDS:
            self._turn_over(now)
        return {name: max(one.longest, one.longest_before) for name, one in self.lengths.items()}

    @property
    def lengths(self) -> dict[str, Lengths]:
        """Both, by what they were measured with."""
        return {"clock": self.by_clock, "processor": self.computed}

    def _turn_over(self, now: float) -> None:
        """Begin a new window."""
        lately = now - self._window_began < 2 * WINDOW_SECONDS
        for one in (self.by_clock, self.computed):
            one.longest_before = one.longest if lately else 0.0
            one.longest = 0.0
        self._window_began = now
