"""The controls of the board: what they ask for, and how parameters come back to them."""

from dataclasses import replace

import pytest

from bot.adapters.board.form import Form
from bot.core.draw_options import MAX_SEED
from bot.core.draw_values import check_values, completed
from bot.core.errors import Refusal
from engine.profiles import profile_named
from tests.builders import spec

PROFILE = profile_named("z-image-turbo")
UNTOUCHED = Form("一个圆", 1024, 1024, 1, 8, 0, "", "", enhance=False, source="", strength=0.6)


def test_controls_left_alone_ask_for_what_is_usual() -> None:
    asked = UNTOUCHED.beside(PROFILE)
    assert (asked.size, asked.count, asked.steps) == ((1024, 1024), 1, 8)
    assert (asked.guidance, asked.seed, asked.negative) == (None, None, None)


def test_what_a_picture_was_made_of_asks_for_the_same_picture() -> None:
    made = spec(negative_prompt="模糊", guidance=1.8, seed=MAX_SEED, width=768, count=3)
    asked = Form.of(made).beside(PROFILE)
    check_values(asked)
    assert (asked.prompt, asked.negative, asked.guidance) == (made.prompt, "模糊", 1.8)
    assert (asked.size, asked.count, asked.seed) == ((768, 1024), 3, MAX_SEED)


@pytest.mark.parametrize(("typed", "seed"), [(" 42 ", 42), ("４２", 42), ("随机", None)])
def test_seed_is_read_as_in_a_chat(typed: str, seed: int | None) -> None:
    assert replace(UNTOUCHED, seed=typed).beside(PROFILE).seed == seed


@pytest.mark.parametrize("typed", ["x", "-1", "1.5", str(MAX_SEED + 1)])
def test_what_is_no_seed_is_refused_by_name(typed: str) -> None:
    with pytest.raises(Refusal) as caught:
        replace(UNTOUCHED, seed=typed).beside(PROFILE)
    assert caught.value.data["key"] == "seed"


def test_with_enhancement_guidance_stands_elsewhere() -> None:
    enhanced = replace(UNTOUCHED, enhance=True, guidance=1.8)
    assert (enhanced.beside(PROFILE).enhance, enhanced.beside(PROFILE).guidance) == (True, None)
    assert replace(enhanced, guidance=0).beside(PROFILE).guidance == 0
    words = replace(UNTOUCHED.beside(PROFILE), enhance=False)
    assert completed(words, enhanced.beside(PROFILE)).enhance is False


def test_how_much_may_change_is_said_only_of_a_picture_and_if_it_is_not_usual() -> None:
    begun = replace(UNTOUCHED, source="#k3x", strength=0.3)
    assert begun.beside(PROFILE).strength == 0.3
    assert replace(begun, strength=0.6).beside(PROFILE).strength is None
    assert replace(begun, source="").beside(PROFILE).strength is None
    made = spec(source="pictures/sources/k3x.png", strength=0.8)
    assert (Form.of(made, "k3x").source, Form.of(made).source) == ("#k3x", "")
    words = replace(UNTOUCHED.beside(PROFILE), strength=0.8)
    assert completed(words, begun.beside(PROFILE)).strength == 0.8


def test_spaces_are_no_negative_prompt() -> None:
    assert replace(UNTOUCHED, negative="  ").beside(PROFILE).negative is None


def test_a_negative_prompt_can_turn_on_guidance_that_was_left_alone() -> None:
    asked = completed(UNTOUCHED.beside(PROFILE), replace(UNTOUCHED, negative="雾").beside(PROFILE))
    assert (asked.negative, asked.guidance) == ("雾", None)
