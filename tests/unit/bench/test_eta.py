"""What bench/eta.py reads off messages, and what it makes of it."""

import json
import time

import pytest

from bench.eta import Drawn, Told, median_error, said_in
from tests.fakes.telegram_api.api import Call

NOW = time.time()
MINE = Drawn("1", "10", "11", "256x256", 2, finished=NOW + 20)
ROWS = [
    Drawn("2", "20", "21", "256x256", 3, finished=NOW + 5),
    Drawn("3", "30", "31", "256x256", 1, finished=NOW + 10),
    MINE,
]


def call(
    text: str, after: float, *, to: int | None = None, edits: int | None = None, status: int = 200
) -> Call:
    """A message that replies to another one, or is edited."""
    fields = {"chat_id": "1", "text": text}
    if to is not None:
        fields["reply_parameters"] = json.dumps({"message_id": to})
    if edits is not None:
        fields["message_id"] = str(edits)
    at = time.perf_counter() + NOW - time.time() + after
    return Call("sendmessage", fields, at, status)


def test_what_was_told_first_and_later_is_held_against_the_row():
    calls = [
        call("⏳ 排队中：前面 3 张，约 18 秒…", 0, to=10),
        call("⏳ 排队中：前面 1 张，约 6 秒…", 8, edits=11),
        call("⏳ 已收到，约 5 秒…", 15, edits=11),
    ]
    first, second, third = said_in(calls, ROWS)
    assert (first.drawn, first.first, first.seconds) == (MINE, True, 18)
    assert first.actual == pytest.approx(20, abs=0.2)
    assert first.error == pytest.approx(-0.1, abs=0.02)
    # Four pictures were drawn before it, and three were told.
    assert first.overtaken
    assert (second.first, second.overtaken) == (False, False)
    assert (third.seconds, third.overtaken) == (5, False)


def test_what_was_not_sent_and_what_says_nothing_of_time_is_left_out():
    calls = [
        call("⏳ 排队中：前面 3 张，约 18 秒…", 0, to=10, status=429),
        call("⏳ 排队中：前面 3 张…", 0, to=10),
        call("⏳ 已收到，约 5 秒…", 0, to=99),
    ]
    assert said_in(calls, ROWS) == []


def test_too_much_and_too_little_are_errors_alike():
    told = [Told(MINE, True, seconds, 10.0, False) for seconds in (5.0, 11.0, 13.0)]
    assert median_error(told) == 0.3
    assert median_error([]) == 0.0
