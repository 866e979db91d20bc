"""What the bench of two programs makes of what it saw."""

import asyncio
import math
import time
from types import SimpleNamespace
from typing import Any

from bench.programs import Seen, judge, longest_turns
from bot.adapters.http_api.meter import Meter
from bot.core.loop_turns import LoopTurns


def test_all_that_was_asked_for_and_came_in_turn() -> None:
    seen = Seen(openai=[1.0, 3.0], comfyui=[2.0, 4.0], people=[0.5])
    figures = judge(seen, drawn=5, each=2, people=1)
    assert (figures["asked"], figures["lost"], figures["duplicated"]) == (5, 0, 0)
    assert (figures["people_s"], figures["programs_s"]) == (0.5, 2.5)


def test_the_longest_turn_and_the_longest_answer_are_told_apart() -> None:
    seen = Seen(
        answers=[0.2, 0.1], computed=[0.01, 0.03, 0.02], turns=[(0.09, 0.004), (0.05, 0.006)]
    )
    figures = judge(seen, drawn=0, each=0, people=0)
    assert (figures["blocked_ms"], figures["turn_ms"]) == (6.0, 90.0)
    assert (figures["healthz_ms"], figures["usual_ms"], figures["slowest_ms"]) == (30.0, 20.0, 200)


def test_longest_turns_are_read_off_what_the_bot_tells() -> None:
    turns = LoopTurns()
    turns.took(time.perf_counter(), 0.25, 0.125)
    nobody: Any = SimpleNamespace(
        waiting_in_all=_nothing, metrics=_nothing, engine_ready=False, measured=None
    )
    meter = Meter(
        admissions=nobody, records=nobody, news=nobody, pace=nobody, engine=nobody, turns=turns
    )
    told = asyncio.run(meter.text()).decode()
    assert longest_turns(told) == (0.25, 0.125)
    assert 'zdraw_event_loop_turn_seconds_bucket{by="processor",le="0.1"} 0.0' in told
    assert 'zdraw_event_loop_turn_seconds_bucket{by="processor",le="0.25"} 1.0' in told
    assert 'zdraw_event_loop_turn_seconds_sum{by="clock"} 0.25' in told


def test_what_nobody_looked_at_is_no_good_figure() -> None:
    figures = judge(Seen(openai=[1.0], comfyui=[1.0]), drawn=2, each=1, people=0)
    unknown = {name for name, value in figures.items() if math.isnan(value)}
    assert unknown == {"blocked_ms", "turn_ms", "healthz_ms", "usual_ms", "slowest_ms"}


async def _nothing() -> Any:
    return 0


def test_what_never_came_is_lost_and_what_nobody_asked_for_is_too_much() -> None:
    figures = judge(Seen(openai=[1.0], comfyui=[2.0, 4.0]), drawn=6, each=2, people=1)
    assert (figures["lost"], figures["duplicated"]) == (2, 1)


def test_shares_are_compared_when_half_was_drawn() -> None:
    first_one = Seen(openai=[1.0, 2.0, 3.0], comfyui=[4.0, 5.0, 6.0])
    in_turn = Seen(openai=[1.0, 3.0, 5.0, 7.0], comfyui=[2.0, 4.0, 6.0, 8.0])
    assert judge(first_one, drawn=6, each=3, people=0)["jain"] < 0.75
    assert judge(in_turn, drawn=8, each=4, people=0)["jain"] == 1.0
