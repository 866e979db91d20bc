"""Requests made of values: what a program may ask for, and when two are the same."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.draw_options import MAX_SEED
from bot.core.draw_syntax import MAX_CHARACTERS, DrawRequest
from bot.core.draw_values import RANGES, check_values, completed, is_the_same
from bot.core.errors import Refusal
from engine.profiles import Profile
from tests.builders import spec

PLAIN = DrawRequest(prompt="一个圆")


def with_value(key: str, value: Any) -> DrawRequest:
    return replace(PLAIN, **{key: value})


def refused(request: DrawRequest) -> Refusal:
    with pytest.raises(Refusal) as caught:
        check_values(request)
    return caught.value


@pytest.mark.parametrize(("key", "low", "high"), [(k, *r) for k, r in RANGES.items()])
def test_both_ends_of_a_range_are_allowed_and_nothing_beyond(
    key: str, low: float, high: float
) -> None:
    for value in (low, high):
        check_values(with_value(key, value))
    for value in (low - 1, high + 1):
        error = refused(with_value(key, value))
        assert (error.code, error.data["key"], error.data["value"]) == (
            "bad_value",
            key,
            f"{value}",
        )


def test_ranges_are_those_of_words() -> None:
    assert RANGES["seed"] == (0, MAX_SEED)
    assert RANGES["steps"] == (Profile.min_steps, Profile.max_steps)


def test_guidance_that_is_no_number_is_refused() -> None:
    assert refused(replace(PLAIN, guidance=float("nan"))).code == "bad_value"


@pytest.mark.parametrize(
    ("prompt", "code"),
    [
        ("", "empty_prompt"),
        (" \n", "empty_prompt"),
        ("x" * (MAX_CHARACTERS + 1), "too_long"),
        ("a\0b", "control_characters"),
    ],
)
def test_a_prompt_is_checked_like_typed_words(prompt: str, code: str) -> None:
    assert refused(replace(PLAIN, prompt=prompt)).code == code


def test_a_negative_prompt_is_checked_too() -> None:
    assert refused(replace(PLAIN, negative="a\0b")).code == "control_characters"


def asked(**changes: Any) -> DrawRequest:
    """What became `spec()`, said in full."""
    drawn = spec()
    said = DrawRequest(
        prompt=drawn.prompt,
        size=(drawn.width, drawn.height),
        seed=drawn.seed,
        steps=drawn.steps,
        guidance=drawn.guidance,
        count=drawn.count,
    )
    return replace(said, **changes)


@given(st.sets(st.sampled_from(["size", "seed", "steps", "guidance", "count"])))
def test_what_is_not_said_makes_no_difference(unsaid: set[str]) -> None:
    assert is_the_same(asked(**dict.fromkeys(unsaid)), spec())


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": "另一个"},
        {"size": (512, 1024)},
        {"seed": 43},
        {"steps": 9},
        {"guidance": 1.5},
        {"count": 2},
        {"negative": "蓝色"},
        {"enhance": True},
    ],
)
def test_what_is_said_otherwise_makes_another_request(change: dict[str, Any]) -> None:
    assert not is_the_same(asked(**change), spec())


def test_one_picture_is_another_request_than_two() -> None:
    assert not is_the_same(asked(count=None), spec(count=2))


def test_a_form_fills_in_what_the_words_leave_open() -> None:
    said = DrawRequest(prompt="雪山", ratio=(16, 9), seed=7)
    form = DrawRequest(prompt="-", size=(512, 512), seed=1, steps=4, count=2, negative="雾")
    assert completed(said, form) == DrawRequest(
        prompt="雪山", ratio=(16, 9), seed=7, steps=4, count=2, negative="雾"
    )


def test_a_size_of_the_form_holds_where_the_words_name_no_shape() -> None:
    form = DrawRequest(prompt="-", size=(512, 256))
    assert completed(PLAIN, form).size == (512, 256)
    assert completed(replace(PLAIN, size=(64, 64)), form).size == (64, 64)
