"""What reads the same is spelled the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.moderation.spelling import spelled

SAME = [
    ("裸体", "裸 体"),
    ("裸体", "裸.体"),
    ("裸体", "裸，。！\n\t体"),
    ("裸体", "裸\u200b体"),
    ("裸体", "裸\u0301体\ufe0f"),
    ("裸体", "裸★😀体"),
    ("裸体", "裸\u0345体"),
    ("裸体", "裸\u3164体"),
    ("裸体", "裸體"),
    ("人", "⼈"),
    ("皇后", "皇後"),
    ("naked girl", "Naked — GIRL"),
    ("naked girl", "ｎａｋｅｄ　ｇｉｒｌ"),
    ("naked", "na\u200bk\u0301ed"),
    ("strasse", "Straße"),
    ("av女优", "ＡＶ 女優"),
    ("r18", "Ⓡ⑱"),
    ("かみ", "か・み"),
    ("がく", "か\u3099く"),
    ("나무", "나 무"),
]
APART = [
    ("naked girl", "nakedgirl"),
    ("か", "が"),
    ("裸体", "裸a体"),
    ("나", "난"),
]
#: What may stand between two Chinese characters without parting them.
BETWEEN = st.characters(categories=("Cf", "Mn", "Me", "Zs", "Zl", "Zp", "Po", "Pd", "Ps", "Pe"))
HAN = st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF)


def is_part_of_nothing(character: str) -> bool:
    """Some signs stand for letters: № is No, ㈱ is 株."""
    return not any(map(str.isalnum, unicodedata.normalize("NFKD", character)))


@pytest.mark.parametrize(("one", "other"), SAME)
def test_what_reads_the_same_is_spelled_the_same(one, other):
    assert spelled(one) == spelled(other)


@pytest.mark.parametrize(("one", "other"), APART)
def test_what_reads_differently_stays_apart(one, other):
    assert spelled(one) != spelled(other)


@pytest.mark.parametrize("text", ["", " ", "。，！", "\u200b\u200d", "🎨★"])
def test_what_has_no_letters_has_no_spelling(text):
    assert spelled(text) == ""


@given(st.lists(HAN, min_size=2, max_size=6), st.text(BETWEEN.filter(is_part_of_nothing)))
def test_nothing_between_two_chinese_characters_parts_them(characters, between):
    assert spelled(between.join(characters)) == spelled("".join(characters))


@given(st.text(), st.integers(0, 200), st.sampled_from("\u200b\u200d\u2060\ufeff\u00ad\u202e"))
def test_what_has_no_width_changes_nothing_anywhere(text, at, invisible):
    assert spelled(text[:at] + invisible + text[at:]) == spelled(text)


@given(st.text())
def test_any_text_is_spelled_without_gaps_at_its_ends(text):
    assert spelled(text) == spelled(text).strip()
    assert "  " not in spelled(text)
