"""What jobs are predicted to take, and what is learned from those that were drawn."""

import random
import statistics

import pytest

from bot.core.pace import UNMEASURED_SECONDS, Pace
from bot.core.workload import Workload
from engine.profiles import profile_named
from tests.builders import spec

TURBO = profile_named("z-image-turbo")
USUAL = Workload(1024, 1024, 8, guided=False, count=1)
#: Megapixel-steps of the usual job.
AMOUNT = 1.024**2 * 8


def pace_of(seconds_per_megapixel_step: float, profile=TURBO) -> Pace:
    pace = Pace(profile)
    pace.learn(seconds_per_megapixel_step)
    return pace


def test_a_pace_that_was_not_measured_is_not_known_but_orders_costs() -> None:
    pace = Pace(TURBO)
    assert not pace.known
    one = pace.seconds(spec(width=1000, height=1000, steps=8).workload)
    assert one == pytest.approx(8 * UNMEASURED_SECONDS)
    for changes, times in (({"count": 3}, 3), ({"guidance": 1.8}, 2), ({"steps": 16}, 2)):
        more = pace.seconds(spec(width=1000, height=1000, **{"steps": 8, **changes}).workload)
        assert more == pytest.approx(times * one)


def test_a_job_teaches_nothing_before_the_engine_has_said_anything() -> None:
    pace = Pace(TURBO)
    pace.took(USUAL, 3.0)
    assert not pace.known


def test_the_usual_job_takes_what_the_engine_says() -> None:
    pace = pace_of(0.5)
    assert pace.known
    assert pace.seconds(USUAL) == pytest.approx(0.5 * AMOUNT)
    assert pace.seconds(Workload(1024, 1024, 8, guided=False, count=4)) == pytest.approx(2 * AMOUNT)


def test_an_engine_is_heard_once_and_silence_changes_nothing() -> None:
    pace = Pace(TURBO)
    for figure, launch in ((None, "a"), (0.5, "a"), (9.0, "a"), (None, "b")):
        pace.learn(figure, launch=launch)
    assert pace.seconds(USUAL) == pytest.approx(0.5 * AMOUNT)
    pace.learn(1.0, launch="b")
    assert pace.seconds(USUAL) == pytest.approx(AMOUNT)


def test_a_model_that_enlarges_costs_what_it_draws() -> None:
    pace = pace_of(1.0, profile_named("demo"))
    small, large = spec(width=128, height=128), spec(width=1024, height=1024)
    assert pace.seconds(small.workload) == pace.seconds(large.workload)


def seconds_on_a_small_model(workload: Workload) -> float:
    """As on the demo model, where each pass has its price and pixels cost little."""
    passes = workload.steps * workload.count * (2 if workload.guided else 1)
    return (
        0.05 * workload.count
        + 0.007 * passes
        + 0.034e-6 * workload.width * workload.height * passes
    )


def by_pixels_alone(workload: Workload) -> float:
    """As on a large one."""
    passes = workload.steps * workload.count * (2 if workload.guided else 1)
    return 1e-6 * workload.width * workload.height * passes


def some_workload(chance: random.Random) -> Workload:
    width, height = chance.choice([(512, 512), (512, 384), (1024, 512), (1024, 1024)])
    return Workload(
        width, height, chance.choice([4, 8, 16, 30]), chance.random() < 0.3, chance.randint(1, 4)
    )


def learned(pace: Pace, truth, jobs: int = 150) -> list[float]:
    """How far off the prediction of each job was, in parts of what it took."""
    chance, errors = random.Random(7), []
    for _ in range(jobs):
        workload = some_workload(chance)
        errors.append(abs(pace.seconds(workload) / truth(workload) - 1))
        noise = 6 if chance.random() < 0.04 else chance.uniform(0.9, 1.1)
        pace.took(workload, truth(workload) * noise)
    return errors


@pytest.mark.parametrize(
    "truth",
    [
        seconds_on_a_small_model,
        lambda workload: 10 * seconds_on_a_small_model(workload),
        by_pixels_alone,
    ],
)
def test_jobs_of_different_kinds_are_told_apart(truth) -> None:
    errors = learned(pace_of(0.3), truth)
    assert statistics.median(errors[-50:]) < 0.15
    assert max(errors[-50:]) < 0.6


@pytest.mark.parametrize("seconds", [1000 * AMOUNT, 0.001 * AMOUNT])
def test_one_outlier_moves_it_by_no_more_than_a_third(seconds: float) -> None:
    pace = pace_of(1.0)
    pace.took(USUAL, seconds)
    assert pace.seconds(USUAL) == pytest.approx(AMOUNT, rel=0.34)


def test_a_job_that_took_no_time_says_nothing() -> None:
    pace = pace_of(1.0)
    pace.took(USUAL, 0.0)
    assert pace.seconds(USUAL) == pytest.approx(AMOUNT)


def test_a_card_that_somebody_else_uses_too_is_followed_within_a_few_jobs() -> None:
    pace = pace_of(1.0)
    for _ in range(8):
        pace.took(USUAL, 3 * AMOUNT)
    assert pace.seconds(USUAL) == pytest.approx(3 * AMOUNT, rel=0.15)


def test_one_kind_alone_says_as_much_of_all_kinds() -> None:
    pace = pace_of(1.0)
    other = Workload(512, 512, 30, guided=True, count=2)
    before = pace.seconds(other)
    for _ in range(20):
        pace.took(USUAL, 2 * AMOUNT)
    assert pace.seconds(other) == pytest.approx(2 * before, rel=0.35)
