"""`/metrics`, for Prometheus: what the bot knows of the queue and of what came of it, and behind
it what the engine counts."""

import asyncio
import time
from collections import OrderedDict

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

from bot.adapters.http_api.turn_lengths import TurnLengths
from bot.core.figures import EngineMetrics
from bot.core.generation import TERMINAL, Outcome
from bot.core.loop_turns import LoopTurns
from bot.core.news import News
from bot.core.pace import Pace
from bot.core.ports import Admissions, Records

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
#: Ended rows are told of more than once; so many are remembered.
_REMEMBERED = 10_000


class Meter:
    """Counts what ends while it runs; the rest is looked up when it is asked for."""

    def __init__(
        self,
        *,
        admissions: Admissions,
        records: Records,
        news: News,
        pace: Pace,
        engine: EngineMetrics,
        turns: LoopTurns,
    ) -> None:
        self._admissions = admissions
        self._records = records
        self._news = news
        self._pace = pace
        self._engine = engine
        self._turns = turns
        self._moved: set[str] = set()
        self._wake = asyncio.Event()
        self._counted: OrderedDict[str, None] = OrderedDict()
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._ended = Counter(
            "zdraw_generations",
            "Requests that have ended since the bot started.",
            ["platform", "outcome"],
            registry=self._registry,
        )
        self._pictures = Counter(
            "zdraw_pictures", "Pictures drawn since the bot started.", registry=self._registry
        )
        self._seconds = Histogram(
            "zdraw_generation_seconds",
            "From a request to its picture.",
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._wait = Histogram(
            "zdraw_wait_seconds",
            "From a request until it was drawn, of those that were.",
            buckets=_BUCKETS,
            registry=self._registry,
        )
        self._live = Gauge(
            "zdraw_queue_depth", "Requests that have not ended.", registry=self._registry
        )
        self._ready = Gauge(
            "zdraw_engine_ready", "1 while the engine takes jobs.", registry=self._registry
        )
        self._per_step = Gauge(
            "zdraw_seconds_per_megapixel_step",
            "Of the usual job, by what jobs took; 0 before.",
            registry=self._registry,
        )
        self._registry.register(TurnLengths(turns))
        self._longest = Gauge(
            "zdraw_event_loop_longest_seconds",
            "The longest turn of the event loop in the last one to two minutes.",
            ["by"],
            registry=self._registry,
        )

    async def run(self) -> None:
        """Count until cancelled."""
        stop_listening = self._news.listen(self._hear)
        try:
            while True:
                await self._wake.wait()
                self._wake.clear()
                moved, self._moved = self._moved, set()
                for generation_id in moved:
                    await self._count(generation_id)
        finally:
            stop_listening()

    async def text(self) -> bytes:
        """In Prometheus' format."""
        self._live.set(await self._records.waiting_in_all())
        self._ready.set(self._news.engine_ready)
        self._per_step.set(self._pace.measured or 0)
        for by, seconds in self._turns.longest(time.perf_counter()).items():
            self._longest.labels(by).set(seconds)
        return generate_latest(self._registry) + (await self._engine.metrics() or b"")

    def _hear(self, generation_id: str) -> None:
        if generation_id not in self._counted:
            self._moved.add(generation_id)
            self._wake.set()

    async def _count(self, generation_id: str) -> None:
        generation = await self._admissions.get(generation_id)
        if generation is None or generation.outcome not in TERMINAL:
            return
        self._counted[generation_id] = None
        if len(self._counted) > _REMEMBERED:
            self._counted.popitem(last=False)
        self._ended.labels(generation.address.platform, generation.outcome).inc()
        if generation.outcome is Outcome.FINISHED and generation.finished_ms is not None:
            self._pictures.inc(len(generation.pictures))
            self._seconds.observe((generation.finished_ms - generation.created_ms) / 1000)
            if generation.begun_ms is not None:
                self._wait.observe((generation.begun_ms - generation.created_ms) / 1000)
