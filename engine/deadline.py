"""How long the GPU thread may be silent before it counts as stuck."""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Limits:
    """Seconds."""

    #: Loading, warming up, and every step of a shape that was never drawn: kernels are built then.
    first: float = 600.0
    #: A step of a known shape, at least.
    step: float = 30.0
    #: A step may take so many times what such steps took before.
    slack: float = 20.0


class Deadline:
    """Set by the GPU thread, looked at by the event loop."""

    def __init__(self, limits: Limits, clock: Callable[[], float]) -> None:
        self._limits = limits
        self._clock = clock
        self._until: float | None = None

    def expect(self, usual_seconds: float | None) -> None:
        """The next sign of life is due; `usual_seconds` is None where nothing is known."""
        allowed = (
            self._limits.first
            if usual_seconds is None
            else max(self._limits.step, self._limits.slack * usual_seconds)
        )
        self._until = self._clock() + allowed

    def lift(self) -> None:
        """The thread rests."""
        self._until = None

    def is_past(self) -> bool:
        """Whether a sign of life is overdue."""
        until = self._until
        return until is not None and self._clock() > until
