"""The figures of bench/fairness.py, over orders that can be judged by hand."""

from bench.fairness import (
    Request,
    jain,
    jain_at_round_ends,
    mean_wait,
    served_in_order,
    weighted_share,
)

ANNA, BORIS = "telegram:1", "telegram:2"


def test_equal_shares_are_perfect_and_one_of_many_is_worst():
    assert jain([5.0, 5.0, 5.0]) == 1.0
    assert jain([9.0, 0.0, 0.0]) == 1 / 3


def test_a_round_ends_when_everybody_was_served_once_more():
    order = [ANNA, ANNA, BORIS, BORIS, ANNA, BORIS]
    served = [(Request(0.0, by, 1.0), float(at)) for at, by in enumerate(order)]
    # Anna has had two of three, then three of five.
    assert [round(value, 2) for value in jain_at_round_ends(served)] == [0.9, 0.96]


def test_seconds_are_judged_by_what_a_weight_entitles_to():
    order = [ANNA, ANNA, BORIS, ANNA, ANNA, BORIS, ANNA, BORIS]
    served = [(Request(0.0, by, 1.0), float(at)) for at, by in enumerate(order)]
    assert list(jain_at_round_ends(served, {ANNA: 2.0})) == [1.0, 1.0]
    assert weighted_share(served, {ANNA: 2.0}) == 2.0
    assert weighted_share(served, {BORIS: 2.0}) == 0.5


def test_a_plain_queue_serves_in_the_order_of_asking():
    served = served_in_order([Request(0.0, ANNA, 5.0), Request(1.0, BORIS, 5.0)])
    assert [at for _, at in served] == [0.0, 5.0]
    assert mean_wait(served) == 2.0
