"""What the bench of two programs makes of what it saw."""

from bench.programs import Seen, judge


def test_all_that_was_asked_for_and_came_in_turn() -> None:
    seen = Seen(openai=[1.0, 3.0], comfyui=[2.0, 4.0], people=[0.5], answers=[0.2], blocked=[0.01])
    figures = judge(seen, drawn=5, each=2, people=1)
    assert (figures["asked"], figures["lost"], figures["duplicated"]) == (5, 0, 0)
    assert (figures["people_s"], figures["programs_s"]) == (0.5, 2.5)
    assert (figures["blocked_ms"], figures["slowest_ms"]) == (10.0, 200.0)


def test_what_never_came_is_lost_and_what_nobody_asked_for_is_too_much() -> None:
    figures = judge(Seen(openai=[1.0], comfyui=[2.0, 4.0]), drawn=6, each=2, people=1)
    assert (figures["lost"], figures["duplicated"]) == (2, 1)


def test_shares_are_compared_when_half_was_drawn() -> None:
    first_one = Seen(openai=[1.0, 2.0, 3.0], comfyui=[4.0, 5.0, 6.0])
    in_turn = Seen(openai=[1.0, 3.0, 5.0, 7.0], comfyui=[2.0, 4.0, 6.0, 8.0])
    assert judge(first_one, drawn=6, each=3, people=0)["jain"] < 0.75
    assert judge(in_turn, drawn=8, each=4, people=0)["jain"] == 1.0
