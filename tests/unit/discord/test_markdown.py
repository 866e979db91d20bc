"""Nothing of a prompt is formatted, a mention, a link or an emoji."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.adapters.discord.markdown import escaped

#: What Discord's own rules begin with, where nothing is escaped.
MEANS_SOMETHING = {
    "emphasis": r"[*_~|`]",
    "masked link": r"\[[^\]]*\]\(",
    "mention": r"<[@#/]",
    "everyone": r"@(everyone|here)",
    "emoji": r"<a?:\w+:\d+>|:[^\s:]+:",
    "time": r"<t:",
    "link": r"\w+://",
    "invitation": r"discord(\.gg|\.com|app\.com)/",
    "header": r"(?m)^\s*-?#{1,3}\s",
    "list": r"(?m)^\s*([-+*]|\d+\.)\s",
    "quote": r"(?m)^\s*>",
}
SIGNS = r"\*_~|`[]()<>#-+:@/.1t&! " + "\n\r\u2028"
TEXTS = st.text(st.sampled_from(SIGNS + "ab圆")) | st.text()


def plain(text: str) -> str:
    """What is left to mean something: what is escaped means itself."""
    return re.sub(r"\\([^0-9A-Za-z\s])", "x", text)


@given(TEXTS)
def test_nothing_means_anything(text):
    left = plain(escaped(text))
    for what, sign in MEANS_SOMETHING.items():
        assert not re.search(sign, left), what


@given(TEXTS)
def test_it_looks_the_same(text):
    assert re.sub(r"\\([^0-9A-Za-z\s])", r"\1", escaped(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "[a](b) x [evil](https://evil)",
        "[a](b)**bold**[c](d)",
        "<@2> <@&3> <#4> </draw:5> <t:0:R> <:x:6> <id:home>",
        "@everyone :smile: https://evil.example discord.gg/abc",
        "# a\n  ## b\n-# c\n- d\n1. e\n> f\n>>> g",
        "\\[evil](https://evil)",
    ],
)
def test_such_as(text):
    left = plain(escaped(text))
    for what, sign in MEANS_SOMETHING.items():
        assert not re.search(sign, left), what


def test_what_means_nothing_stays_as_it_is():
    for text in (
        "512×512 · 种子 42 · #k3v9x2ab",
        "红色的圆，4 张 --ar 3-4",
        "用 /show k3v9 看",
        "1.5",
    ):
        assert escaped(text) == text
