"""Turns of the event loop as Prometheus reads them: counted elsewhere, in no time at all."""

from collections.abc import Iterable
from itertools import accumulate

from prometheus_client.core import HistogramMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from bot.core.loop_turns import BOUNDS, LoopTurns


class TurnLengths(Collector):
    """A histogram."""

    def __init__(self, turns: LoopTurns) -> None:
        self._turns = turns

    def describe(self) -> Iterable[Metric]:
        return [_family()]

    def collect(self) -> Iterable[Metric]:
        family = _family()
        bounds = [*(f"{bound:g}" for bound in BOUNDS), "+Inf"]
        for by, lengths in self._turns.lengths.items():
            reached = list(accumulate(lengths.counts))
            buckets = list(zip(bounds, reached, strict=True))
            family.add_metric([by], buckets, lengths.total)
        return [family]


def _family() -> HistogramMetricFamily:
    return HistogramMetricFamily(
        "zdraw_event_loop_turn_seconds",
        "Turns of the bot's event loop, each of which keeps everybody else waiting.",
        labels=["by"],
    )
