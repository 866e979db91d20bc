import pytest
import torch

from engine.pipeline import BadPicture
from engine.pipelines.guard import NotFinite, check_finite, is_flat, never_black

PICTURE = torch.linspace(-1, 1, 3 * 16 * 16).reshape(1, 3, 16, 16)


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), float("-inf")])
def test_one_bad_value_in_the_latents_is_noticed(bad):
    latents = torch.randn(1, 16, 8, 8)
    check_finite(latents)
    latents[0, 3, 2, 1] = bad
    with pytest.raises(NotFinite):
        check_finite(latents)


@pytest.mark.parametrize("value", [-1.0, 0.0, 0.3, 1.0, float("nan")])
def test_one_colour_everywhere_is_flat(value):
    assert is_flat(torch.full((1, 3, 16, 16), value))


def test_a_plain_wall_with_the_faintest_shade_is_a_picture():
    wall = torch.full((1, 3, 64, 64), -0.9)
    wall[0, 2, :8, :8] += 0.008  # one step of 8-bit colour in a corner
    assert not is_flat(wall)


def test_a_plain_colour_is_flat_though_its_channels_differ():
    colour = torch.tensor([0.9, -0.9, 0.1]).reshape(1, 3, 1, 1).expand(1, 3, 16, 16)
    assert is_flat(colour)


def test_a_good_picture_is_drawn_once():
    tries = []

    def draw(careful):
        tries.append(careful)
        return PICTURE

    assert never_black(draw) is PICTURE
    assert tries == [False]


def test_a_flat_picture_is_redone_with_care():
    drawn = {False: torch.zeros(1, 3, 16, 16), True: PICTURE}
    assert never_black(drawn.__getitem__) is PICTURE


def test_bad_latents_are_redone_and_then_refused():
    tries = []

    def draw(careful):
        tries.append(careful)
        raise NotFinite

    with pytest.raises(BadPicture):
        never_black(draw)
    assert tries == [False, True]
