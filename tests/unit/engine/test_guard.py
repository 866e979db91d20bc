import pytest
import torch

from engine.pipelines.guard import are_finite, is_flat


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_one_bad_value_is_noticed_in_its_own_row_only(bad):
    rows = torch.randn(3, 16, 8, 8)
    assert are_finite(rows) == [True, True, True]
    rows[1, 3, 2, 1] = bad
    assert are_finite(rows) == [True, False, True]


def test_large_values_of_a_narrow_dtype_are_finite():
    assert are_finite(torch.full((1, 16, 64, 64), 60_000.0, dtype=torch.float16)) == [True]


@pytest.mark.parametrize("value", [-1.0, 0.0, 0.3, 1.0, float("nan")])
def test_one_colour_everywhere_is_flat(value):
    assert is_flat(torch.full((1, 3, 16, 16), value))


def test_one_bad_value_in_a_picture_makes_it_flat():
    picture = torch.randn(1, 3, 16, 16)
    picture[0, 1, 2, 3] = float("nan")
    assert is_flat(picture)


def test_a_plain_wall_with_the_faintest_shade_is_a_picture():
    wall = torch.full((1, 3, 64, 64), -0.9)
    wall[0, 2, :8, :8] += 0.008  # one step of 8-bit colour in a corner
    assert not is_flat(wall)


def test_a_plain_colour_is_flat_though_its_channels_differ():
    colour = torch.tensor([0.9, -0.9, 0.1]).reshape(1, 3, 1, 1).expand(1, 3, 16, 16)
    assert is_flat(colour)
