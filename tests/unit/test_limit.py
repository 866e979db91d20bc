"""Limits: who may loosen them, and what holds of them later."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.limit import Limit

NUMBERS = st.none() | st.integers(0, 5)
LIMITS = st.builds(
    Limit, decided=NUMBERS, by_fleet=st.booleans(), usual=NUMBERS, longer=st.booleans()
)


def no_looser(one: int | None, than: int | None, *, longer: bool) -> bool:
    if one is None or than is None:
        return than is None
    return one >= than if longer else one <= than


@given(LIMITS, NUMBERS, NUMBERS)
def test_by_no_two_decisions_a_groups_admins_get_more_than_before_or_than_is_usual(
    limit: Limit, first: int | None, second: int | None
):
    usual, longer = limit.usual, limit.longer
    for value in (first, second):
        if limit.loosened_by(value):
            continue
        later = Limit(decided=value, by_fleet=limit.stays_fleets(value), usual=usual, longer=longer)
        within_usual = no_looser(later.holding, usual, longer=longer)
        assert within_usual or no_looser(later.holding, limit.holding, longer=longer)
        if limit.held_down:
            assert later.held_down
            assert no_looser(later.holding, limit.holding, longer=longer)
        limit = later


@given(LIMITS, NUMBERS)
def test_what_admins_decided_follows_what_is_usual(limit: Limit, usual: int | None):
    changed = Limit(decided=limit.decided, by_fleet=False, usual=usual, longer=limit.longer)
    assert no_looser(changed.holding, usual, longer=limit.longer)


@given(LIMITS)
def test_what_the_fleet_decided_holds(limit: Limit):
    if limit.by_fleet and limit.decided is not None:
        assert limit.holding == limit.decided
