"""How waiting times and prompts are put into words."""

import pytest

from bot.core.cards import QUOTED_CHARACTERS, quoted, rounded_wait
from bot.core.draw_syntax import parse_draw
from engine.profiles import PROFILES, UnknownModel, profile_named


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        *[(0.1, 1), (1.4, 1), (8.6, 9), (9.9, 10), (17.2, 18), (19.5, 20), (22, 20), (58, 60)],
        *[(64, 60), (114, 110), (119, 120), (130, 120), (3570, 3600)],
    ],
)
def test_a_wait_is_said_no_finer_than_people_count_and_never_as_nothing(
    seconds: float, said: int
) -> None:
    assert rounded_wait(seconds) == said


def test_a_long_prompt_is_quoted_in_part() -> None:
    assert quoted("樱" * QUOTED_CHARACTERS) == "樱" * QUOTED_CHARACTERS
    assert quoted("樱" * (QUOTED_CHARACTERS + 1)) == "樱" * QUOTED_CHARACTERS + "…"


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
