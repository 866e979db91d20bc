"""How long to wait for a platform that does not answer properly."""

import time
from collections.abc import Callable

#: The first and the longest wait.
MIN_PATIENCE, MAX_PATIENCE = 1.0, 15.0


class Patience:
    """Waits grow with the time for which nothing has worked."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._trouble_since: float | None = None

    def __call__(self) -> float:
        """Seconds to wait after one more call that did not work."""
        now = self._clock()
        self._trouble_since = self._trouble_since or now
        return min(MAX_PATIENCE, max(MIN_PATIENCE, now - self._trouble_since))

    def restored(self) -> None:
        """A call has worked."""
        self._trouble_since = None
