"""Measuring prompts with the tokenizer that the engine hands over."""

from pathlib import Path

import pytest

from bot.links.tokenizer import CachedTokenizer
from engine.demo_model import WEIGHTS

TOKENIZER = (WEIGHTS / "tokenizer" / "tokenizer.json").read_bytes()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "tokenizer.json"


def test_before_the_first_engine_nothing_is_known(cache: Path) -> None:
    assert CachedTokenizer(cache, limit=10).measure("一只猫") is None


def test_a_prompt_that_fits_loses_nothing(cache: Path) -> None:
    tokenizer = CachedTokenizer(cache, limit=10)
    tokenizer.take(TOKENIZER)
    count = tokenizer.measure("一个红色的圆")
    assert count is not None
    assert (count.tokens, count.lost) == (6, "")


def test_the_part_over_the_limit_is_named(cache: Path) -> None:
    tokenizer = CachedTokenizer(cache, limit=4)
    tokenizer.take(TOKENIZER)
    count = tokenizer.measure("一个红色的圆")
    assert count is not None
    assert count.lost == "的圆"


def test_it_is_there_again_after_a_restart(cache: Path) -> None:
    CachedTokenizer(cache, limit=4).take(TOKENIZER)
    assert CachedTokenizer(cache, limit=4).measure("一个红色的圆") is not None


def test_a_copy_that_was_cut_off_is_as_good_as_none(cache: Path) -> None:
    cache.write_bytes(TOKENIZER[:1000])
    tokenizer = CachedTokenizer(cache, limit=4)
    assert tokenizer.measure("一个红色的圆") is None
    tokenizer.take(TOKENIZER)
    assert tokenizer.measure("一个红色的圆") is not None
