"""The board's password: how it is compared, how often, and for how long it lets in."""

import pytest

from bot.adapters.board.password import MINUTE, SESSION_SECONDS, TRIES, Password, Sessions


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
    assert [password.opens(given) for given in ("", "right", "righ", "\ud800")] == [
        False,
        True,
        False,
        False,
    ]
    # Of one length, whatever is given.
    assert compared == [0, 0, 0, 0]


def test_so_many_tries_within_any_minute() -> None:
    clock = Clock()
    password = Password("right", clock)
    for _ in range(TRIES):
        clock.now += 1
        assert password.opens("wrong") is False
    assert password.opens("right") is None
    # The first try is a minute ago then, and makes room for one.
    clock.now += MINUTE - TRIES + 1
    assert password.opens("right") is True
    assert password.opens("right") is None


def test_a_session_ends() -> None:
    clock = Clock()
    sessions = Sessions(clock)
    session = sessions.begin()
    assert sessions.holds(session)
    clock.now += SESSION_SECONDS
    assert not sessions.holds(session)


def test_a_session_is_of_one_process() -> None:
    assert not Sessions(Clock()).holds(Sessions(Clock()).begin())


def test_its_end_cannot_be_moved() -> None:
    sessions = Sessions(Clock())
    until, _, signature = sessions.begin().partition(".")
    assert not sessions.holds(f"{int(until) + 1}.{signature}")
