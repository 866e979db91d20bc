"""How many of the steps are made of a picture that is given."""

import pytest

from engine.contract import passes


@pytest.mark.parametrize(
    ("steps", "strength", "made"),
    [
        (8, None, 8),
        (8, 1.0, 8),
        (8, 0.9, 8),
        (8, 0.8, 7),
        (8, 0.6, 5),
        (8, 0.3, 3),
        (8, 0.1, 1),
        (8, 0.01, 1),
        (1, 0.3, 1),
        (50, 0.5, 25),
    ],
)
def test_the_share_of_the_steps_that_the_strength_says(steps, strength, made):
    assert passes(steps, strength) == made


def test_there_is_always_one_and_never_more_than_all():
    for steps in range(1, 51):
        for hundredths in range(1, 101):
            assert 1 <= passes(steps, hundredths / 100) <= steps
