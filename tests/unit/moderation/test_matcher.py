"""Which rules a text meets, and what exceptions save."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.moderation.matcher import Found, Matcher, WordRule
from bot.core.moderation.spelling import spelled

#: Few, so that rules, exceptions and texts meet often.
LETTERS = "鸡蛋糕裸體体 ab1.，\u200b"
PHRASES = st.text(LETTERS, min_size=1, max_size=4).filter(spelled)
TEXTS = st.text(LETTERS, max_size=30)


def matcher(*forbidden: str, allowed: tuple[str, ...] = ()) -> Matcher:
    rules = [WordRule(text=text) for text in forbidden]
    return Matcher(rules + [WordRule(text=text, allowed=True) for text in allowed])


@pytest.mark.parametrize(
    "text",
    [
        "一个裸体的人",
        "裸 体",
        "裸.体",
        "裸\u200b体",
        "裸體",
        "裸，体",
        "裸\n体",
        "a裸体b",
    ],
)
def test_chinese_is_found_wherever_it_stands(text):
    assert matcher("裸体").hits(text) == ("裸体",)


@pytest.mark.parametrize("text", ["裸", "体裸", "裸露的身体", "裸a体"])
def test_other_chinese_is_not(text):
    assert matcher("裸体").hits(text) == ()


@pytest.mark.parametrize(
    "text", ["ass", "an ASS!", "big-ass", "_ass_", "画ass吧", "ａｓｓ", "a\u200bss"]
)
def test_a_word_is_found_as_a_whole(text):
    assert matcher("ass").hits(text) == ("ass",)


@pytest.mark.parametrize("text", ["grass", "class", "asses", "ass1", "a s s", "assé"])
def test_and_never_within_another(text):
    assert matcher("ass").hits(text) == ()


def test_a_mixed_rule_keeps_its_word_whole():
    both = matcher("AV女优", "18禁")
    assert both.hits("看 av 女优") == ("AV女优",)
    assert both.hits("java女优，2018禁") == ()


def test_several_words_are_found_however_they_are_parted():
    assert matcher("naked girl").hits("a Naked,  girl.") == ("naked girl",)
    assert matcher("naked girl").hits("naked as a girl") == ()


def test_every_rule_is_named_once_as_it_was_written():
    assert matcher("裸體", "血", "裸").hits("血，裸体，裸体") == ("血", "裸體", "裸")


def test_an_exception_saves_what_it_covers_and_nothing_else():
    rules = matcher("鸡", allowed=("鸡蛋",))
    assert rules.hits("一个鸡蛋") == ()
    assert rules.found("一个鸡 蛋") == [Found(word="鸡", saved_by=("鸡蛋",))]
    assert rules.found("鸡蛋和鸡") == [Found(word="鸡")]


def test_a_hit_that_goes_beyond_an_exception_stays_one():
    assert matcher("蛋糕", allowed=("鸡蛋",)).hits("鸡蛋糕") == ("蛋糕",)
    both = matcher("鸡蛋糕", allowed=("鸡蛋", "蛋糕"))
    assert both.found("鸡蛋糕") == [Found(word="鸡蛋糕", saved_by=("鸡蛋", "蛋糕"))]


def test_an_exception_that_is_a_word_covers_it_as_a_whole_only():
    rules = matcher("鸡", allowed=("kfc鸡",))
    assert rules.hits("KFC鸡") == ()
    assert rules.hits("xkfc鸡") == ("鸡",)


def test_without_rules_nothing_is_found():
    assert Matcher().hits("裸体") == ()
    assert matcher(allowed=("鸡蛋",)).found("鸡蛋") == []


def test_rules_that_mean_the_same_are_found_by_each_other():
    rules = matcher("裸體", "裸 体", allowed=("ASS",))
    assert rules.same_as("裸体") == ("裸體", "裸 体")
    assert rules.same_as("ass") == ("ASS",)
    assert rules.same_as("体") == ()


def as_regex(phrase: str) -> re.Pattern[str]:
    """The same law, said in another way: a letter or digit at its edge has none beside it."""
    spelling = spelled(phrase)
    before = r"(?<![ab1])" if spelling[0] in "ab1" else ""
    behind = r"(?![ab1])" if spelling[-1] in "ab1" else ""
    return re.compile(f"(?={before}({re.escape(spelling)}){behind})")


@given(st.lists(PHRASES, max_size=5), st.lists(PHRASES, max_size=3), TEXTS)
def test_it_finds_what_trying_each_rule_at_each_place_finds(forbidden, allowed, text):
    seen = spelled(text)
    covered = {
        at
        for phrase in allowed
        for m in as_regex(phrase).finditer(seen)
        for at in range(*m.span(1))
    }
    expected = {
        spelled(phrase)
        for phrase in forbidden
        for m in as_regex(phrase).finditer(seen)
        if not covered.issuperset(range(*m.span(1)))
    }
    hits = matcher(*forbidden, allowed=tuple(allowed)).hits(text)
    assert {spelled(hit) for hit in hits} == expected


@given(st.lists(PHRASES, max_size=5), st.lists(PHRASES, max_size=3), PHRASES, TEXTS)
def test_an_exception_never_makes_a_hit(forbidden, allowed, more, text):
    before = matcher(*forbidden, allowed=tuple(allowed)).hits(text)
    after = matcher(*forbidden, allowed=(*allowed, more)).hits(text)
    assert set(after) <= set(before)


@given(st.lists(PHRASES, max_size=5), PHRASES, TEXTS)
def test_a_rule_never_takes_a_hit_away(forbidden, more, text):
    before = {spelled(hit) for hit in matcher(*forbidden).hits(text)}
    after = {spelled(hit) for hit in matcher(*forbidden, more).hits(text)}
    assert before <= after


@given(
    st.text("裸鸡蛋糕体", min_size=1, max_size=4),
    st.lists(st.sampled_from(["", " ", "\u200b", "\u0301", "，", "\n", "😀", "."]), min_size=4),
    TEXTS,
    TEXTS,
)
def test_no_sign_between_its_characters_hides_a_word(word, between, before, behind):
    hidden = "".join(a + b for a, b in zip(word, between, strict=False)) + word[len(between) :]
    assert matcher(word).hits(before + hidden + behind) == (word,)


RULES = st.lists(st.builds(WordRule, text=PHRASES, allowed=st.booleans()), max_size=8)


@given(rules=RULES, cut=st.integers(0, 8), text=TEXTS)
def test_rules_that_were_added_in_portions_are_found_as_all_at_once(rules, cut, text):
    portions = Matcher(rules[:cut])
    portions.add(rules[cut:])
    whole = Matcher(rules)
    assert portions.found(text) == whole.found(text)
    for rule in rules:
        assert portions.same_as(rule.text) == whole.same_as(rule.text)
