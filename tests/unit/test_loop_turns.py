"""Turns of the event loop are counted, and the longest of the last minutes is known."""

import pytest

from bot.core.loop_turns import LONG_SECONDS, WINDOW_SECONDS, LoopTurns


def test_turns_are_counted_by_how_long_they_were() -> None:
    turns = LoopTurns()
    for seconds in (0.0004, 0.05, 0.051, 7.0):
        turns.took(1.0, seconds, seconds / 10)
    assert turns.by_clock.counts == [1, 0, 0, 0, 0, 1, 1, 0, 0, 0, 1]
    assert turns.computed.counts == [1, 0, 1, 1, 0, 0, 0, 0, 0, 1, 0]
    assert turns.by_clock.total == pytest.approx(7.1014)


def test_the_longest_turn_is_known_for_one_to_two_minutes() -> None:
    turns, now = LoopTurns(), 1000.0
    turns.took(now, 0.3, 0.02)
    turns.took(now + 1, 0.1, 0.04)
    assert turns.longest(now + 2) == {"clock": 0.3, "processor": 0.04}
    turns.took(now + WINDOW_SECONDS + 1, 0.2, 0.01)
    assert turns.longest(now + WINDOW_SECONDS + 2) == {"clock": 0.3, "processor": 0.04}
    turns.took(now + 2 * WINDOW_SECONDS + 1, 0.01, 0.01)
    assert turns.longest(now + 2 * WINDOW_SECONDS + 2) == {"clock": 0.2, "processor": 0.01}


def test_what_was_long_is_forgotten_where_nothing_happens_for_minutes() -> None:
    turns = LoopTurns()
    turns.took(1000.0, 0.3, 0.2)
    assert turns.longest(1000.0 + 3 * WINDOW_SECONDS) == {"clock": 0.0, "processor": 0.0}


def test_only_the_first_turn_that_computed_for_long_is_told_of() -> None:
    told: list[float] = []
    turns = LoopTurns(told.append)
    turns.took(1.0, 9.0, LONG_SECONDS)
    assert told == []
    turns.took(2.0, 0.5, 0.4)
    turns.took(3.0, 0.5, 0.5)
    assert told == [0.4]
