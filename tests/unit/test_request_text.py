"""✏️: what is offered for editing asks for the same picture when it is sent as it is."""

from dataclasses import replace

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.core.draw_size import resolve_size
from bot.core.draw_syntax import DrawRequest, parse_draw
from bot.core.errors import Refusal
from bot.core.grammar.patterns import DASHES
from bot.core.group_rules import GroupRules
from bot.core.request_text import request_text
from engine.profiles import profile_named
from tests.unit.test_draw_syntax_laws import FRAGMENTS, SPELLINGS

PROFILE = profile_named("z-image-turbo")
USUAL = GroupRules()


def understood(text: str) -> DrawRequest:
    """What the text asks for, resolved as a row holds it, without the seed."""
    request = parse_draw(text)
    return replace(
        request,
        size=resolve_size(request, PROFILE),
        ratio=None,
        seed=None,
        steps=request.steps or PROFILE.steps,
        count=request.count or 1,
        enhance=bool(request.enhance),
    )


@pytest.mark.parametrize(
    ("asked", "zh", "en"),
    [
        ("一只猫", "一只猫", "一只猫"),
        ("一只猫 横图 种子 42", "一只猫\n横图", "一只猫\n--wide"),
        ("一只猫 画幅 4:3", "一只猫\n画幅 4:3", "一只猫\n--ar 4:3"),
        ("a cat --size 768x512", "a cat\n尺寸 768x512", "a cat\n--size 768x512"),
        ("一只猫 3张 步数 9", "一只猫\n张数 3 步数 9", "一只猫\n--n 3 --steps 9"),
        ("一只猫 增强 横图", "一只猫\n横图 增强", "一只猫\n--wide --enhance"),
        ("一只猫 不增强", "一只猫", "一只猫"),
        (
            "一只猫 负面 模糊，水印 引导 2",
            "一只猫\n引导 2 负面：模糊，水印",
            "一只猫\n--cfg 2 --no 模糊，水印",
        ),
    ],
)
def test_only_what_is_not_as_usual_is_said(asked: str, zh: str, en: str) -> None:
    request = understood(asked)
    assert request_text(request, PROFILE, USUAL, "zh") == zh
    assert request_text(request, PROFILE, USUAL, "en") == en


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=8), st.sampled_from(["zh", "en"]))
@settings(max_examples=400, derandomize=True)
def test_sent_as_it_is_it_asks_for_the_same(pieces: list[str], locale: str) -> None:
    try:
        request = understood("".join(pieces))
    except Refusal:
        return
    # Dashes are read by what stands around them, which an option behind them changes.
    assume(not set(request.prompt + (request.negative or "")) & set(DASHES))
    assume(_without_edges(request).prompt)
    assume(_is_plain(request.negative or "x"))
    again = understood(request_text(request, PROFILE, USUAL, locale))
    assert _without_edges(again) == _without_edges(request)


def _is_plain(negative: str) -> bool:
    named = any(name in negative for name in SPELLINGS)
    return not named and (negative[0] + negative[-1]).isalnum()


def _without_edges(request: DrawRequest) -> DrawRequest:
    """Marks at the very end of a prompt separate it from the options, and may go with them."""
    return replace(request, prompt=request.prompt.rstrip(" \n,，、;|｜。\u200d"))
