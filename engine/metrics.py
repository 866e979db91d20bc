"""What the engine counts, for Prometheus to fetch."""

from collections.abc import Callable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.exposition import generate_latest

from engine.contract import Failed, Result
from engine.open_job import OpenJob

MEDIA_TYPE = CONTENT_TYPE_LATEST
_SECONDS = (0.001, 0.005, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300)
_IDLE_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1)
_PICTURES = (1, 2, 3, 4, 6, 8, 12, 16, 32)


#: What is looked up when it is asked for: name -> meaning.
WATCHED = {
    "queue_depth": "Jobs that wait.",
    "device_free_bytes": "Memory of the card that is free.",
}


class Metrics:
    """Counters of one engine. Names begin with `zdraw_engine_`; safe from any thread."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._jobs = self._counter("jobs", "Jobs that ended.", "outcome")
        self._failures = self._counter("failures", "Jobs that failed.", "code")
        self._encodings = self._counter("encodings", "Text encodings of prompts.", "found")
        self._bad = self._counter("bad", "Steps and decodings that had to be made again.", "what")
        self._out_of_memory = self._counter("out_of_memory", "Times memory did not suffice.")
        self._wait = self._histogram("wait_seconds", "Acceptance to turn.", _SECONDS)
        self._idle = self._histogram(
            "idle_seconds", "Of that, the GPU thread had nothing to do.", _IDLE_SECONDS
        )
        self._step = self._histogram("step_seconds", "One step of a batch.", _SECONDS)
        self._batch = self._histogram("batch_pictures", "Pictures drawn together.", _PICTURES)
        self._phase = self._histogram(
            "phase_seconds", "Phases; a batch's count for each of its jobs.", _SECONDS, "phase"
        )

    def watch(self, name: str, read: Callable[[], float]) -> None:
        """One of WATCHED is to be had from `read`."""
        gauge = Gauge(name, WATCHED[name], namespace="zdraw_engine", registry=self._registry)
        gauge.set_function(read)

    def note(self, opened: OpenJob, result: Result) -> None:
        """A job has ended so."""
        record = opened.record
        self._jobs.labels(result.kind).inc()
        if isinstance(result, Failed):
            self._failures.labels(result.code).inc()
        self._encodings.labels("kept").inc(record.encodings_kept)
        self._encodings.labels("made").inc(record.encodings_made)
        self._bad.labels("step").inc(record.bad_steps)
        self._bad.labels("decode").inc(record.bad_decodes)
        self._out_of_memory.inc(record.out_of_memory)
        if record.batch == 0:
            return  # nothing was drawn
        self._wait.observe(record.wait_seconds)
        self._idle.observe(record.idle_seconds)
        self._batch.observe(record.batch)
        if record.batch_steps:
            self._step.observe(record.step_seconds)
        for phase in ("encode", "denoise", "decode", "png"):
            self._phase.labels(phase).observe(getattr(record, f"{phase}_seconds"))

    def exposed(self) -> bytes:
        """All of it in Prometheus' text format, MEDIA_TYPE."""
        return generate_latest(self._registry)

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(name, meaning, labels, namespace="zdraw_engine", registry=self._registry)

    def _histogram(
        self, name: str, meaning: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(
            name,
            meaning,
            labels,
            namespace="zdraw_engine",
            registry=self._registry,
            buckets=buckets,
        )
