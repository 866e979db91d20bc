"""What 画质增强 adds to a person's words, and how those are found again."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.enhancement import Enhancement, as_typed, enhancement_of, lacks_room
from bot.core.token_counter import TokenCount
from engine.profiles import PROFILES, profile_named
from tests.builders import spec

TURBO, DEMO = profile_named("z-image-turbo"), profile_named("demo")
(ZH, EN), (FLAWS_ZH, FLAWS_EN) = TURBO.quality, TURBO.flaws


class Letters:
    """A TokenCounter for which a letter is a token."""

    def __init__(self, limit: int = 1000) -> None:
        self.limit = limit

    def measure(self, prompt: str) -> TokenCount | None:
        return TokenCount(tokens=len(prompt), limit=self.limit, lost=prompt[self.limit :])


class Unknown:
    """Before the engine has handed over its tokenizer."""

    def measure(self, prompt: str) -> TokenCount | None:
        return None


def added(prompt: str, negative: str = "", **more: Any) -> Enhancement:
    usual: dict[str, Any] = {"guided": True, "profile": TURBO, "tokens": Letters()}
    return enhancement_of(prompt, negative, **(usual | more))


@pytest.mark.parametrize(
    ("prompt", "behind"),
    [
        ("一只猫", f"，{ZH}"),
        ("一只猫。", ZH),
        ("一只 cat", f"，{ZH}"),
        ("a cat", f", {EN}"),
        ("A cat on a mat.", f" {EN}"),
        ("写着「大」", f"，{ZH}"),
    ],
)
def test_words_of_quality_stand_behind_in_the_prompts_language(prompt: str, behind: str) -> None:
    made = added(prompt)
    assert made == Enhancement(quality=behind, negative=FLAWS_ZH if ZH in behind else FLAWS_EN)
    drawn = spec(prompt=prompt, enhancement=made)
    assert (drawn.drawn_prompt, drawn.drawn_negative) == (prompt + behind, made.negative)


def test_what_a_person_does_not_want_to_see_goes_before() -> None:
    made = added("一只猫", "蓝色")
    assert made.negative == ""
    assert spec(negative_prompt="蓝色", enhancement=made).drawn_negative == "蓝色"


def test_without_guidance_nothing_is_unwanted() -> None:
    assert added("一只猫", guided=False) == Enhancement(quality=f"，{ZH}")


def test_words_that_stand_there_are_not_said_twice() -> None:
    assert added(f"一只猫，{ZH}").quality == ""


def test_words_that_the_model_would_not_read_are_left_out_and_that_is_known() -> None:
    short = added("一只猫", tokens=Letters(20))
    assert short == Enhancement(negative=FLAWS_ZH)
    assert lacks_room("一只猫", short, TURBO)
    for made, profile in ((added("一只猫"), TURBO), (added("一只猫", profile=DEMO), DEMO)):
        assert not lacks_room("一只猫", made, profile)
    assert added("一只猫", tokens=Unknown()).quality == f"，{ZH}"


def test_a_model_that_knows_no_such_words_gets_none() -> None:
    assert added("一个红色的圆", profile=DEMO) == Enhancement()
    assert as_typed("一个红色的圆", "", DEMO) == ("一个红色的圆", "")


@pytest.mark.parametrize("profile", PROFILES, ids=lambda profile: profile.name)
@given(st.text(min_size=1).filter(str.strip), st.sampled_from(["", "蓝色", "fog"]))
def test_what_was_typed_is_found_again_and_gives_the_same(profile, prompt, negative) -> None:
    made = added(prompt, negative, profile=profile)
    before = spec(prompt=prompt, negative_prompt=negative, enhancement=made)
    typed = as_typed(before.drawn_prompt, before.drawn_negative, profile)
    again = spec(
        prompt=typed[0],
        negative_prompt=typed[1],
        enhancement=added(*typed, profile=profile),
    )
    assert again.drawn_prompt == before.drawn_prompt
    assert again.drawn_negative == before.drawn_negative


def test_what_stands_in_a_row_holds_whatever_the_profile_says_later() -> None:
    drawn = spec(prompt="一只猫", enhancement=Enhancement(quality="，旧词", negative="旧"))
    assert replace(drawn, seed=7).drawn_prompt == "一只猫，旧词"
