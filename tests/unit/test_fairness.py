import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.fairness import Places, fair_tag

COSTS = st.lists(st.integers(1, 50), min_size=1, max_size=30)


def test_newcomer_enters_at_the_tag_served_last():
    assert fair_tag(12.0, None, cost=99.0) == 12.0


def test_own_backlog_lies_one_cost_apart():
    assert fair_tag(0.0, 10.0, cost=3.0) == 13.0


def test_double_weight_halves_the_distance():
    assert fair_tag(0.0, 10.0, cost=3.0, weight=2.0) == 11.5


def test_nobody_enters_before_what_is_being_served():
    assert fair_tag(20.0, 10.0, cost=3.0) == 20.0


@pytest.mark.parametrize(("cost", "weight"), [(-1.0, 1.0), (1.0, 0.0), (1.0, -2.0)])
def test_cost_and_weight_out_of_range_are_refused(cost: float, weight: float):
    with pytest.raises(ValueError, match="cost"):
        fair_tag(0.0, 0.0, cost, weight)


def backlog(owner: str, costs: list[int]) -> list[tuple[float, str, int]]:
    tags: list[float] = []
    for cost in costs:
        tags.append(fair_tag(0.0, tags[-1] if tags else None, cost))
    return [(tag, owner, cost) for tag, cost in zip(tags, costs, strict=True)]


def test_places_are_taken_until_somebody_has_enough():
    places = Places(2, ["a", "b", "b"])
    assert places.full == ["b"]
    assert [places.take(one) for one in "aabbc"] == [True, False, False, False, True]
    assert places.full == ["a", "b"]


@given(COSTS, COSTS)
def test_two_backlogs_get_equal_shares_within_one_request_each(ours: list[int], theirs: list[int]):
    queue = sorted(backlog("ours", ours) + backlog("theirs", theirs))
    served, left = {"ours": 0, "theirs": 0}, {"ours": len(ours), "theirs": len(theirs)}
    for _, owner, cost in queue:
        if not all(left.values()):
            break
        served[owner] += cost
        left[owner] -= 1
        if all(left.values()):
            assert abs(served["ours"] - served["theirs"]) <= max(ours) + max(theirs)
