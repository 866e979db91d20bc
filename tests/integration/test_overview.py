"""What the operator sees at a glance."""

from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from bot.adapters.board.attempt import Attempt
from bot.adapters.board.state_tab import StateTab
from bot.adapters.board.visitor import ADDRESS, REQUESTER, origin
from bot.core.admin.job_view import JobView
from bot.core.group_rules import RulesHere, usual_rules
from bot.core.overview import REACHES, Overview
from bot.core.quota import QuotaDefaults
from engine.contract import EngineCondition
from tests.builders import act, bounds, spec
from tests.integration.front_desk_life import PROFILE, Desk

READY = EngineCondition(
    device="NVIDIA H200",
    ready=True,
    waiting=0,
    device_free_bytes=3 * 2**30,
    resident_bytes=2**30,
    host_available_bytes=None,
)


def overview(desk: Desk, condition: EngineCondition | None) -> Overview:
    async def ask() -> EngineCondition | None:
        return condition

    gauge: Any = SimpleNamespace(condition=ask)
    store = desk.store
    rules = RulesHere(store.groups, usual_rules(PROFILE, bounds(), QuotaDefaults(), 0))
    return Overview(
        gauge=gauge,
        figures=store.figures,
        queue=store.queue,
        records=store.records,
        pauses=store.pauses,
        pace=desk.pace,
        jobs=JobView(cards=desk.cards, clock=store.clock, rules=rules),
        clock=store.clock,
    )


async def test_engine_and_memory_are_told_as_far_as_they_are_known(desk: Desk) -> None:
    desk.pace.learn(0.25)
    said = await overview(desk, READY).engine("zh")
    assert "引擎正常：NVIDIA H200，模型 demo" in said
    assert "每步 0.25 秒" in said
    assert "显存空闲 3.0 GiB · 引擎占内存 1.0 GiB" in said
    assert "共" not in said


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (None, "引擎还没准备好"),
        (EngineCondition(device="", ready=False, waiting=0), "正在载入模型 demo"),
    ],
)
async def test_an_engine_that_is_away_or_loads_is_told_so(
    desk: Desk, condition: EngineCondition | None, words: str
) -> None:
    assert words in await overview(desk, condition).engine("zh")


async def test_the_queue_is_everybodys_but_their_prompts_are_not_told(desk: Desk) -> None:
    theirs = await desk.store.queued(spec=spec(prompt="秘密"))
    mine = await desk.store.queued(requester=REQUESTER, address=ADDRESS, spec=spec(prompt="一个圆"))
    said = await overview(desk, READY).queue(origin("zh"))
    assert f"#{theirs.id}" in said
    assert f"#{mine.id}" in said
    assert "一个圆" in said
    assert "秘密" not in said


async def test_a_pause_is_told(desk: Desk) -> None:
    await desk.store.pauses.pause("换显卡", act())
    assert "换显卡" in await overview(desk, READY).queue(origin("zh"))


@pytest.mark.parametrize("reach", REACHES)
async def test_figures_reach_up_to_now(desk: Desk, reach: Any) -> None:
    await desk.drawn()
    spans = await overview(desk, READY).spans(reach)
    assert len(spans) == reach.count
    assert [span.pictures for span in spans[-2:]] == [0, 1]
    assert spans[-1].begin_ms <= desk.store.clock() < spans[-1].begin_ms + reach.length_ms


async def test_the_tab_shows_all_of_it(desk: Desk) -> None:
    tab = StateTab(overview(desk, READY), Attempt(structlog.get_logger("bot")), "Asia/Shanghai")
    await desk.drawn()
    engine, queue, charts, said = await tab.look("hour", "en")
    assert "NVIDIA H200" in engine
    assert "0 request(s)" in queue
    assert (charts.count("<svg"), said) == (2, "")


async def test_a_stretch_of_time_that_there_is_not_is_a_sentence(desk: Desk) -> None:
    tab = StateTab(overview(desk, READY), Attempt(structlog.get_logger("bot")), "UTC")
    *_, said = await tab.look("year", "zh")
    assert "出了点意外" in said
