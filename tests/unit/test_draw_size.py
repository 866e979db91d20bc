"""Sizes where a group has decided what is usual and what is largest."""

import re

import pytest

from bot.core.draw_options import MAX_RATIO
from bot.core.draw_size import as_size, least_largest, resolve_size, size_here, usual_size
from bot.core.draw_syntax import DrawRequest, parse_draw
from bot.core.errors import Refusal
from bot.core.group_rules import GroupRules
from bot.core.quota import price
from bot.core.request_text import request_text
from bot.core.room import LEAST_SHARE
from engine.profiles import PROFILES, Profile, profile_named
from tests.builders import spec

TURBO = profile_named("z-image-turbo")


@pytest.mark.parametrize(
    ("said", "rules", "size"),
    [
        ("", GroupRules(ratio=(16, 9)), (1360, 768)),
        ("方图", GroupRules(ratio=(16, 9)), (1024, 1024)),
        ("尺寸 768x768", GroupRules(ratio=(16, 9)), (768, 768)),
        ("", GroupRules(max_pixels=768 * 768), (768, 768)),
        ("横图", GroupRules(max_pixels=768 * 768), (1024, 576)),
        ("", GroupRules(max_pixels=768 * 768, ratio=(9, 16)), (576, 1024)),
        ("--ar 21:9", GroupRules(max_pixels=1024 * 1024), (1552, 672)),
        ("", GroupRules(max_pixels=2048 * 2048), (1024, 1024)),
        ("尺寸 768x768", GroupRules(max_pixels=768 * 768), (768, 768)),
        # The model was another one when this was decided.
        ("", GroupRules(max_pixels=128 * 128), (512, 512)),
    ],
)
def test_what_is_not_said_is_as_the_group_decided(said, rules, size):
    assert size_here(parse_draw(f"猫 {said}"), TURBO, rules) == size


def test_what_is_larger_is_refused_with_what_is_allowed():
    rules = GroupRules(max_pixels=1344 * 768)
    with pytest.raises(Refusal) as refused:
        size_here(parse_draw("猫 尺寸 1024x1024"), TURBO, rules)
    assert refused.value.code == "too_large_here"
    assert refused.value.data == {"value": "1024×1024", "limit": "1024×1008"}


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_every_ratio_fits_under_every_limit(profile):
    for side in range(2 * profile.min_side, profile.max_side + 1, 16):
        rules = GroupRules(max_pixels=side * side)
        for wide in range(1, 17):
            for tall in range(max(1, -(-wide // 4)), min(16, 4 * wide) + 1):
                width, height = size_here(
                    DrawRequest(prompt="", ratio=(wide, tall)), profile, rules
                )
                assert width * height <= side * side
                assert min(width, height) >= profile.min_side


@pytest.mark.parametrize("sides", [(1024, 1024), (1344, 768), (512, 512), (2048, 256), (1024, 720)])
def test_an_area_is_told_as_a_size_of_that_area(sides):
    shown = as_size(sides[0] * sides[1])
    width, height = map(int, re.findall(r"\d+", shown))
    assert width * height == sides[0] * sides[1]
    assert 1 <= width / height <= max(sides) / min(sides)


def test_the_least_of_largest_sizes_is_a_square():
    assert as_size(least_largest(TURBO)) == "512×512"


@pytest.mark.parametrize("said", ["", "方图", "横图", "画幅 4:3", "尺寸 768x512"])
@pytest.mark.parametrize("rules", [GroupRules(), GroupRules(ratio=(16, 9), max_pixels=768 * 768)])
def test_what_is_offered_for_editing_asks_for_the_same_there(said, rules):
    size = size_here(parse_draw(f"猫 {said}"), TURBO, rules)
    text = request_text(DrawRequest(prompt="猫", size=size), TURBO, rules, "zh")
    assert size_here(parse_draw(text), TURBO, rules) == size
    assert ("\n" in text) == (size != usual_size(TURBO, rules))


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_no_shape_costs_less_than_the_least_share_of_the_usual_one(profile: Profile) -> None:
    width, height = profile.default_size
    usual = price(spec(width=width, height=height, count=4), profile)
    for ratio in ((one, other) for one in range(1, 17) for other in range(1, 17)):
        if not 1 / MAX_RATIO <= ratio[0] / ratio[1] <= MAX_RATIO:
            continue
        width, height = resolve_size(DrawRequest(prompt="x", ratio=ratio), profile)
        assert price(spec(width=width, height=height, count=4), profile) >= LEAST_SHARE * usual
