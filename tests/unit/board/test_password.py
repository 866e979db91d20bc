"""The board's password: how it is compared, how often, and for how long it lets in."""

import pytest

from bot.adapters.board.password import (
    MINUTE,
    SESSION_SECONDS,
    SESSIONS,
    TRIES,
    TRIES_IN_ALL,
    Password,
    Sessions,
)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_it_is_compared_whole_and_in_a_time_that_tells_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    compared: list[int] = []

    def compare(a: bytes, b: bytes) -> bool:
        compared.append(len(a) - len(b))
        return a == b

    monkeypatch.setattr("hmac.compare_digest", compare)
    password = Password("right", Clock())
    assert [password.opens(given, "a") for given in ("", "right", "righ", "\ud800")] == [
        False,
        True,
        False,
        False,
    ]
    # Of one length, whatever is given.
    assert compared == [0, 0, 0, 0]


STRANGER, OPERATOR = "203.0.113.9", "198.51.100.7"


def test_so_many_tries_within_any_minute_from_one_address() -> None:
    clock = Clock()
    password = Password("right", clock)
    for _ in range(TRIES):
        clock.now += 1
        assert password.opens("wrong", STRANGER) is False
    assert password.opens("right", STRANGER) is None
    # The first try is a minute ago then, and makes room for one.
    clock.now += MINUTE - TRIES + 1
    assert password.opens("right", STRANGER) is True
    assert password.opens("right", STRANGER) is None


def test_a_stranger_keeps_nobody_else_out() -> None:
    password = Password("right", Clock())
    for _ in range(10 * TRIES):
        password.opens("wrong", STRANGER)
    assert password.opens("right", OPERATOR) is True


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8::1", "2001:db8::ffff:2"), ("203.0.113.9", "::ffff:203.0.113.9")],
)
def test_addresses_of_one_stranger_are_one(one: str, other: str) -> None:
    password = Password("right", Clock())
    for _ in range(TRIES):
        password.opens("wrong", one)
    assert password.opens("right", other) is None
    assert password.opens("right", "2001:db8:0:1::1") is True


def test_all_addresses_together_have_a_bound_too_and_it_passes() -> None:
    clock = Clock()
    password = Password("right", clock)
    for number in range(TRIES_IN_ALL):
        assert password.opens("wrong", f"10.0.{number // 250}.{number % 250}") is False
    assert password.opens("right", OPERATOR) is None
    clock.now += MINUTE
    assert password.opens("right", OPERATOR) is True


def test_a_session_ends() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    session = sessions.begin()
    assert sessions.holds(session)
    clock.now += SESSION_SECONDS
    assert not sessions.holds(session)


def test_a_session_is_of_one_process() -> None:
    assert not Sessions(Clock()).holds(Sessions(Clock()).begin())


def test_who_leaves_takes_every_copy_of_their_session_along() -> None:
    sessions = Sessions(Clock())
    gone, other = sessions.begin(), sessions.begin()
    sessions.end(gone)
    sessions.end(gone)
    sessions.end("never was")
    assert (sessions.holds(gone), sessions.holds(other)) == (False, True)


def test_so_many_are_in_at_once_and_the_oldest_is_out_first() -> None:
    sessions = Sessions(Clock())
    first, *others = (sessions.begin() for _ in range(SESSIONS + 1))
    assert not sessions.holds(first)
    assert all(map(sessions.holds, others))
