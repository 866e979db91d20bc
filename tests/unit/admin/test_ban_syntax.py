"""How long, and why."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.admin.ban_syntax import (
    DAY_MS,
    HOUR_MS,
    MAX_DAYS,
    MAX_REASON,
    MINUTE_MS,
    parse_ban,
)
from bot.core.errors import Refusal

LENGTHS = [
    ("30m", 30 * MINUTE_MS),
    ("30分钟", 30 * MINUTE_MS),
    ("30 min", 30 * MINUTE_MS),
    ("2h", 2 * HOUR_MS),
    ("2 小时", 2 * HOUR_MS),
    ("两个小时", 2 * HOUR_MS),
    ("半小时", 30 * MINUTE_MS),
    ("1H30M", 90 * MINUTE_MS),
    ("1天12小时", 36 * HOUR_MS),
    ("１天", DAY_MS),
    ("一天", DAY_MS),
    ("1d", DAY_MS),
    ("3 days", 3 * DAY_MS),
    ("1周", 7 * DAY_MS),
    ("一星期", 7 * DAY_MS),
    ("2w", 14 * DAY_MS),
    (f"{MAX_DAYS}天", MAX_DAYS * DAY_MS),
    ("永久", None),
    ("Forever", None),
]


@pytest.mark.parametrize(("said", "length"), LENGTHS)
@pytest.mark.parametrize(
    ("behind", "reason"), [("", ""), (" 刷屏", "刷屏"), ("，刷屏 了", "刷屏 了")]
)
def test_how_long_comes_first_and_why_behind_it(said, length, behind, reason):
    order = parse_ban(said + behind)
    assert (order.length_ms, order.reason) == (length, reason)


def test_chinese_may_follow_a_written_number_at_once():
    order = parse_ban("2天刷屏")
    assert (order.length_ms, order.reason) == (2 * DAY_MS, "刷屏")


@pytest.mark.parametrize(
    "reason", ["", "刷屏", "十分烦人", "三天两头刷屏", "一直刷屏", "forevermore"]
)
def test_without_a_length_it_is_a_day(reason):
    order = parse_ban(reason)
    assert (order.length_ms, order.reason) == (DAY_MS, reason)


@pytest.mark.parametrize("said", ["3 monkeys", "3x", "12", "-1d", "1h30", "1.5h", "1mo"])
def test_what_only_looks_like_a_length_is_refused(said):
    with pytest.raises(Refusal) as refused:
        parse_ban(said)
    assert refused.value.code == "bad_duration"


@pytest.mark.parametrize("said", ["0m", f"{MAX_DAYS + 1}天", "999999w"])
def test_no_time_and_too_much_are_refused(said):
    with pytest.raises(Refusal) as refused:
        parse_ban(said)
    assert (refused.value.code, refused.value.data) == ("ban_too_long", {"limit": MAX_DAYS})


def test_a_long_reason_is_refused_and_not_cut():
    with pytest.raises(Refusal) as refused:
        parse_ban("1d " + "刷" * (MAX_REASON + 1))
    assert refused.value.code == "too_long"


@given(st.text())
def test_anything_else_is_a_refusal_or_a_reason(text):
    try:
        order = parse_ban(text)
    except Refusal:
        return
    assert order.length_ms is None or 0 < order.length_ms <= MAX_DAYS * DAY_MS
