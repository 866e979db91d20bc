"""docs/operations.md lists every metric and every field of a job's log line, and no other."""

import re
from pathlib import Path
from typing import Any

from prometheus_client import ProcessCollector

from bot.adapters.http_api.meter import Meter
from engine.contract import Source
from engine.metrics import WATCHED, Metrics
from engine.open_job import OpenJob
from engine.record import Record
from tests.unit.engine.jobs import job

DOC = Path(__file__).parents[2] / "docs" / "operations.md"


def section() -> str:
    return DOC.read_text().partition("\n## Figures\n")[2].partition("\n## ")[0]


def rows() -> list[list[str]]:
    """Cells of the lines of its tables."""
    lines = [line for line in section().splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def codes(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def told() -> dict[str, set[str]]:
    """Labels of each metric, by the name that Prometheus has for it."""
    nobody: Any = None
    meter = Meter(
        admissions=nobody, records=nobody, news=nobody, pace=nobody, engine=nobody, turns=nobody
    )
    engine = Metrics()
    for name in WATCHED:
        engine.watch(name, lambda: 0.0)
    found = {}
    for registry in (meter._registry, engine._registry):
        collectors: list[Any] = list(registry._collector_to_names)
        for collector in collectors:
            if isinstance(collector, ProcessCollector):
                continue
            family: Any
            (family,) = collector.describe()
            name = family.name + ("_total" if family.type == "counter" else "")
            # One that is counted elsewhere has its labels with what it tells.
            labelled = collector if hasattr(collector, "_labelnames") else family
            found[name] = set(labelled._labelnames)
    return found


def test_every_metric_is_listed_with_its_labels() -> None:
    listed = {
        codes(name)[0]: set(codes(labels))
        for name, labels, *_ in (r for r in rows() if len(r) == 3)
    }
    assert listed == told()


def test_every_field_of_a_job_s_log_line_is_listed() -> None:
    source = Source(sha256="0" * 64, strength=0.5)
    fields = OpenJob(job(source=source), record=Record(device_free_bytes=1)).told()
    listed = [name for row in rows() if len(row) == 2 for name in codes(row[0])]
    assert len(listed) == len(set(listed))
    sentence = section().partition("`job_ended`, beside its id")[2].partition("\n\n")[0]
    beside = {"generation_id", "attempt", *codes(sentence)} - {"outcome"}
    assert {*listed, *beside} == set(fields)
