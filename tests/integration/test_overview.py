"""What the operator sees at a glance."""

from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from bot.adapters.board.acts_panel import ActsPanel
from bot.adapters.board.attempt import Attempt
from bot.adapters.board.state_tab import StateTab
from bot.adapters.board.visitor import ADDRESS, REQUESTER, origin
from bot.core.admin.job_view import JobView
from bot.core.cancel import Cancel
from bot.core.generation import Outcome
from bot.core.group_rules import RulesHere, usual_rules
from bot.core.operator import Operator
from bot.core.overview import REACHES, Overview
from bot.core.pauses import Pause
from bot.core.quota import QuotaDefaults
from bot.core.replies import reply
from engine.contract import EngineCondition
from tests.builders import act, bounds, spec
from tests.integration.front_desk_life import BORIS, PROFILE, Desk

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


def panel(desk: Desk) -> ActsPanel:
    operator = Operator(
        pauses=desk.store.pauses,
        queue=desk.store.queue,
        admissions=desk.store.admissions,
        cancel=Cancel(
            outcomes=desk.store.outcomes,
            records=desk.store.records,
            link=desk.engine,
            news=desk.news,
        ),
        news=desk.news,
    )
    return ActsPanel(operator, Attempt(structlog.get_logger("bot")))


async def audit(desk: Desk) -> list[tuple[str, str, str, str]]:
    found = await desk.store.acts.last("telegram", None, about=None, limit=20)
    return [(one.actor, one.kind, one.target, one.detail) for one in found]


async def test_the_operator_pauses_the_queue_and_lets_it_go_on(desk: Desk) -> None:
    acts = panel(desk)
    *_, said = await acts.pause(" 换  显卡 ", "zh")
    assert "换 显卡" in said
    assert await desk.store.pauses.paused() == Pause("换 显卡")
    *_, said = await acts.resume("zh")
    assert reply("queue_goes_on", "zh") in said
    assert await desk.store.pauses.paused() is None
    assert await audit(desk) == [
        ("board:local", "resume", "", ""),
        ("board:local", "pause", "", "换 显卡"),
    ]


async def test_the_operator_cancels_one_request_of_somebody_else(desk: Desk) -> None:
    one = await desk.draw("一个红色的圆")
    *_, said = await panel(desk).cancel(f" #{one.id.upper()} ", "zh")
    assert reply("board_cancelled", "zh", id=one.id) in said
    assert (await desk.store.now(one)).outcome is Outcome.CANCELLED
    assert await audit(desk) == [("board:local", "cancel", one.id, "")]
    for named, why in ((one.id, "已经结束"), ("nothing0", "找不到"), ("", "找不到")):
        *_, said = await panel(desk).cancel(named, "zh")
        assert why in said
    assert len(await audit(desk)) == 1


async def test_to_clear_is_asked_first_and_spares_what_comes_later(desk: Desk) -> None:
    acts = panel(desk)
    up_to, _, said = await acts.ask("zh")
    assert reply("nothing_waits", "zh") in said
    before = [await desk.draw("一个红色的圆"), await desk.draw("一个蓝色的圆", by=BORIS)]
    up_to, confirming, said = await acts.ask("zh")
    assert (confirming["visible"], "2 个请求" in said) == (True, True)
    assert (await desk.store.now(before[0])).outcome is Outcome.QUEUED
    later = await desk.draw("一个绿色的圆", by=BORIS)
    asked, confirming, said = await acts.clear(up_to, "zh")
    assert (asked, confirming["visible"]) == (0, False)
    assert reply("cleared", "zh", count=2) in said
    outcomes = [(await desk.store.now(one)).outcome for one in (*before, later)]
    assert outcomes == [Outcome.CANCELLED, Outcome.CANCELLED, Outcome.QUEUED]
    assert [(who, kind) for who, kind, *_ in await audit(desk)] == [("board:local", "clear")]


async def test_what_was_not_asked_is_not_cleared(desk: Desk) -> None:
    one = await desk.draw("一个红色的圆")
    for _ in range(2):
        *_, said = await panel(desk).clear(panel(desk).keep()[0], "zh")
        assert reply("nothing_waits", "zh") in said
    assert (await desk.store.now(one)).outcome is Outcome.QUEUED
    assert await audit(desk) == []


async def test_the_tab_shows_all_of_it(desk: Desk) -> None:
    attempt = Attempt(structlog.get_logger("bot"))
    tab = StateTab(overview(desk, READY), panel(desk), attempt, "Asia/Shanghai")
    await desk.drawn()
    engine, queue, charts, said = await tab.look("hour", "en")
    assert "NVIDIA H200" in engine
    assert "0 request(s)" in queue
    assert (charts.count("<svg"), said) == (2, "")


async def test_a_stretch_of_time_that_there_is_not_is_a_sentence(desk: Desk) -> None:
    attempt = Attempt(structlog.get_logger("bot"))
    tab = StateTab(overview(desk, READY), panel(desk), attempt, "UTC")
    *_, said = await tab.look("year", "zh")
    assert "出了点意外" in said
