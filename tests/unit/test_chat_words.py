"""What every chat platform reads in the same way."""

import pytest

from bot.adapters.shared.language import locale_of
from bot.adapters.shared.named_id import MAX_QUOTE, named_id


@pytest.mark.parametrize("language", [None, "zh", "zh-hans", "zh-CN", "ZH-TW"])
def test_people_are_spoken_to_in_chinese(language):
    assert locale_of(language) == "zh"


@pytest.mark.parametrize("language", ["en", "en-US", "de"])
def test_people_whose_app_speaks_something_else_are_spoken_to_in_english(language):
    assert locale_of(language) == "en"


@pytest.mark.parametrize("words", ["k3v9x2ab", "#k3v9x2ab", " #K3V9X2AB\n"])
def test_an_id_is_understood_with_its_sign_and_in_any_case(words):
    assert named_id(words) == "k3v9x2ab"


@pytest.mark.parametrize("words", [None, "", "  ", "#"])
def test_nothing_said_names_no_generation(words):
    assert named_id(words) is None


def test_what_cannot_be_an_id_is_not_quoted_back_in_full():
    assert named_id("x" * 4000) == "x" * MAX_QUOTE
