"""How waiting times and prompts are put into words, and how long things take."""

import pytest

from bot.core.cards import QUOTED_CHARACTERS, quoted, rounded_wait
from bot.core.draw_syntax import parse_draw
from bot.core.pace import UNMEASURED_SECONDS, Pace
from engine.profiles import PROFILES, UnknownModel, profile_named
from tests.builders import spec


@pytest.mark.parametrize(
    ("seconds", "said"),
    [(0.1, 2), (2, 2), (17.2, 18), (19, 20), (21, 30), (119, 120), (121, 180), (3600, 3600)],
)
def test_a_wait_is_said_no_finer_than_people_count_and_never_as_nothing(
    seconds: float, said: int
) -> None:
    assert rounded_wait(seconds) == said


def test_a_long_prompt_is_quoted_in_part() -> None:
    assert quoted("樱" * QUOTED_CHARACTERS) == "樱" * QUOTED_CHARACTERS
    assert quoted("樱" * (QUOTED_CHARACTERS + 1)) == "樱" * QUOTED_CHARACTERS + "…"


def test_a_pace_that_was_not_measured_is_not_known_but_orders_costs() -> None:
    pace = Pace(profile_named("z-image-turbo"))
    assert not pace.known
    one = pace.seconds(spec(width=1000, height=1000, steps=8))
    assert one == pytest.approx(8 * UNMEASURED_SECONDS)
    assert pace.seconds(spec(width=1000, height=1000, steps=8, count=3)) == pytest.approx(3 * one)
    assert pace.seconds(spec(width=1000, height=1000, steps=8, guidance=1.8)) == pytest.approx(
        2 * one
    )


def test_a_measured_pace_is_taken_over_and_silence_changes_nothing() -> None:
    pace = Pace(profile_named("z-image-turbo"))
    pace.learn(0.5)
    pace.learn(None)
    assert pace.known
    assert pace.seconds(spec(width=1000, height=1000, steps=8)) == pytest.approx(4)


def test_a_model_that_enlarges_costs_what_it_draws() -> None:
    pace = Pace(profile_named("demo"))
    pace.learn(1.0)
    small, large = spec(width=128, height=128), spec(width=1024, height=1024)
    assert pace.seconds(small) == pace.seconds(large)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
def test_a_profile_can_draw_what_it_offers(profile) -> None:
    assert all(side % profile.multiple == 0 for side in profile.default_size)
    for example in profile.examples:
        assert profile.understands(parse_draw(example).prompt)
    for width, height in (profile.default_size, (1024, 512), (512, 1024)):
        drawn = profile.drawn_size(width, height)
        assert all(side % profile.multiple == 0 for side in drawn)
        assert drawn[0] / drawn[1] == pytest.approx(width / height, rel=0.15)


def test_a_model_answers_to_its_names_whatever_their_case() -> None:
    assert profile_named("tongyi-mai/z-image-turbo").name == "z-image-turbo"
    with pytest.raises(UnknownModel, match="known: z-image-turbo, demo"):
        profile_named("sdxl")
