"""How much was drawn and how long people waited, over time."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.contract import EngineCondition


@dataclass(frozen=True, kw_only=True)
class Span:
    """What ended within a stretch of time. Without what was forgotten."""

    begin_ms: int
    #: That were drawn.
    pictures: int = 0
    #: Requests that failed.
    failed: int = 0
    #: Seconds from a request until drawing began, of those that were drawn: the mean and the
    #: longest. None where there were none.
    wait_s: float | None = None
    longest_wait_s: float | None = None


class Figures(Protocol):
    """Counted when it is asked for."""

    async def spans(self, begin_ms: int, length_ms: int, count: int) -> Sequence[Span]:
        """`count` stretches of `length_ms` one after the other, the first of them at `begin_ms`,
        also those in which nothing ended."""
        ...


class EngineMetrics(Protocol):
    """What an engine counts."""

    async def metrics(self) -> bytes | None:
        """In Prometheus' text format, every name with `zdraw_engine_` before it; None while the
        engine is away."""
        ...


class EngineGauge(Protocol):
    """What an engine tells of itself."""

    async def condition(self) -> EngineCondition | None:
        """None while it is away."""
        ...
