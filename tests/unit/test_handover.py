"""How many jobs an engine is given ahead of their turn."""

import pytest

from bot.core.generation import Generation
from bot.core.handover import AHEAD_SECONDS, ALWAYS, fits
from bot.core.pace import Pace
from engine.profiles import profile_named
from tests.builders import generation, spec

MODEL = profile_named("z-image-turbo")


def pace(seconds_per_picture: float | None) -> Pace:
    """By which a picture of the usual size takes so long."""
    made = Pace(MODEL)
    if seconds_per_picture is not None:
        made.learn(seconds_per_picture / (1024 * 1024 / 1e6 * MODEL.steps))
    return made


def given(how_fast: Pace, **changes: object) -> int:
    """How many are handed over when any number wait."""
    held: list[Generation] = []
    while len(held) < 100 and fits(generation(spec=spec(**changes)), held, how_fast):
        held.append(generation(spec=spec(**changes)))
    return len(held)


@pytest.mark.parametrize("seconds", [None, 1.0, 20.0])
def test_slow_ones_and_those_of_unknown_pace_are_three(seconds):
    assert given(pace(seconds)) == ALWAYS


def test_quick_ones_are_so_many_that_somebody_new_waits_for_seconds_only():
    assert given(pace(0.5)) == AHEAD_SECONDS / 0.5
    quick = pace(0.45)
    small = quick.seconds(spec(width=512, height=512).workload)
    assert given(quick, width=512, height=512) == int(AHEAD_SECONDS / small) > given(quick)


def test_a_large_one_waits_until_the_quick_ones_before_it_are_drawn():
    held = [generation(spec=spec(width=256, height=256)) for _ in range(5)]
    assert fits(generation(spec=spec(width=256, height=256)), held, pace(1.0))
    assert not fits(generation(spec=spec(count=4)), held, pace(1.0))
