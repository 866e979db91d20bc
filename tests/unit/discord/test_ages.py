"""Ages by two clocks that may differ."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from bot.adapters.discord.ages import LATEST, Ages

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def asked(seconds_ago: float, *, replayed: bool = False) -> Any:
    client = SimpleNamespace(is_replaying=replayed)
    return SimpleNamespace(created_at=NOON - timedelta(seconds=seconds_ago), client=client)


@pytest.mark.parametrize("ahead", [-60.0, 0.0, 60.0])
def test_a_clock_that_is_wrong_makes_nobody_older(ahead):
    ages = Ages(lambda: NOON)
    assert ages.of(asked(ahead + 0.25)) == 0
    assert ages.of(asked(ahead + 4.25)) == 4
    assert ages.of(asked(ahead + 4.25, replayed=True)) == 4


def test_what_is_replayed_is_as_old_as_it_seems_and_says_nothing_of_the_clocks():
    ages = Ages(lambda: NOON)
    assert ages.of(asked(4, replayed=True)) == 4
    assert ages.of(asked(4, replayed=True)) == 4
    assert ages.of(asked(0)) == 0


def test_a_clock_that_was_set_is_noticed_after_a_while():
    ages = Ages(lambda: NOON)
    ages.of(asked(0))
    later = [ages.of(asked(9)) for _ in range(LATEST)]
    assert (later[0], later[-1]) == (9, 0)
