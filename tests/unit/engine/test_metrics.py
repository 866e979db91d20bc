"""What is counted of jobs, as Prometheus reads it."""

from prometheus_client.parser import text_string_to_metric_families

from engine.contract import Cancelled, ErrorCode, Failed, Finished, Result
from engine.metrics import Metrics
from engine.open_job import OpenJob
from engine.record import Record
from tests.unit.engine.jobs import job, key


def values(metrics: Metrics) -> dict[str, float]:
    """By name, with the labels' values behind it."""
    return {
        "/".join((sample.name.removeprefix("zdraw_engine_"), *sample.labels.values())): sample.value
        for family in text_string_to_metric_families(metrics.exposed().decode())
        for sample in family.samples
    }


def finished() -> Result:
    return Finished(
        key=key(),
        pictures=1,
        drawn_width=128,
        drawn_height=128,
        seconds=1.0,
    )


def ended(result: Result, **record: float) -> Metrics:
    metrics = Metrics()
    metrics.note(OpenJob(job(steps=4), record=Record(**record)), result)  # type: ignore[arg-type]
    return metrics


def test_a_job_is_counted_with_its_phases():
    found = values(
        ended(
            finished(),
            batch=3,
            wait_seconds=2.0,
            denoise_seconds=8.0,
            batch_steps=4,
            decode_seconds=0.5,
            encodings_kept=1,
            encodings_made=2,
        )
    )
    assert found["jobs_total/finished"] == 1
    assert (found["encodings_total/kept"], found["encodings_total/made"]) == (1, 2)
    assert found["wait_seconds_sum"] == 2.0
    assert found["step_seconds_sum"] == 2.0
    assert found["phase_seconds_sum/decode"] == 0.5
    assert found["batch_pictures_bucket/2.0"] == 0
    assert found["batch_pictures_bucket/3.0"] == 1


def test_what_went_wrong_is_counted_also_of_jobs_that_failed():
    failed = Failed(key=key(), code=ErrorCode.BAD_PICTURE)
    found = values(ended(failed, batch=1, bad_steps=3, bad_decodes=2, out_of_memory=1))
    assert found["failures_total/bad_picture"] == 1
    assert (found["bad_total/step"], found["bad_total/decode"]) == (3, 2)
    assert found["out_of_memory_total"] == 1


def test_a_job_that_was_not_begun_says_nothing_of_how_long_things_take():
    found = values(ended(Cancelled(key=key())))
    assert found["jobs_total/cancelled"] == 1
    assert found["wait_seconds_count"] == 0


def test_pictures_drawn_one_after_the_other_make_a_step_no_longer():
    """Three batches of four steps."""
    found = values(ended(finished(), batch=1, denoise_seconds=24.0, batch_steps=12))
    assert (found["step_seconds_sum"], found["step_seconds_count"]) == (2.0, 1)


def test_a_job_without_a_step_says_nothing_of_their_length():
    failed = Failed(key=key(), code=ErrorCode.OUT_OF_MEMORY)
    assert values(ended(failed, batch=1, out_of_memory=2))["step_seconds_count"] == 0


def test_a_gauge_is_read_when_it_is_asked_for():
    metrics, depth = Metrics(), [3.0]
    metrics.watch("queue_depth", lambda: depth[0])
    assert values(metrics)["queue_depth"] == 3
    depth[0] = 5.0
    assert values(metrics)["queue_depth"] == 5
