"""How often one user of the API may ask."""

from collections.abc import Callable

MINUTE = 60.0


class Rate:
    """So many requests a minute for each: what is not used is saved up for a minute."""

    def __init__(self, per_minute: int, clock: Callable[[], float]) -> None:
        """`clock`: seconds that never go back."""
        self.per_minute = per_minute
        self._clock = clock
        #: What each had left, and when. As many as there are names of tokens.
        self._left: dict[str, tuple[float, float]] = {}

    def take(self, name: str) -> float:
        """0 if one more may be asked now; else the seconds until it may."""
        now, pace = self._clock(), self.per_minute / MINUTE
        left, then = self._left.get(name, (float(self.per_minute), now))
        left = min(self.per_minute, left + (now - then) * pace)
        if left >= 1:
            self._left[name] = (left - 1, now)
            return 0.0
        self._left[name] = (left, now)
        return (1 - left) / pace
