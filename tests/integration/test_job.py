"""/job: how a request fares, for those who keep order; cancelled or drawn once more by them."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.generation import MAX_RETRIES, Outcome
from bot.core.messages import Notice
from bot.core.pauses import Pause, pause_text
from bot.core.press import parse_press, press_code
from bot.core.quota import UNIT, AccountKey, QuotaDefaults
from bot.core.replies import reply
from engine.contract import ErrorCode
from tests.builders import act, spec
from tests.integration.front_desk_life import (
    ADMIN,
    ANNA,
    BORIS,
    CHAT,
    ELSEWHERE,
    OWNER,
    Desk,
    desk_in,
    said_to_be,
    words,
)

HERE: dict[str, Any] = {"address": CHAT, "scope": CHAT.chat}
THERE: dict[str, Any] = {"address": ELSEWHERE, "scope": ELSEWHERE.chat}


@pytest.fixture
async def limited(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path, QuotaDefaults(allowance=1 * UNIT)) as made:
        yield made


async def answer(desk: Desk, asked: str = "", **who: Any) -> Notice:
    await desk.manage("job", asked, **who)
    return (await desk.said())[-1]


async def press(
    desk: Desk, asked: str, *, event: str | None = None, admin: bool = True, **who: Any
) -> Any:
    """What whoever presses a button with these words is told."""
    return await desk.desk.manage(
        desk.origin(event=event, **{"by": ADMIN, **who}),
        "job",
        asked,
        is_admin=said_to_be(admin),
        pressed=True,
        in_place=True,
    )


async def failed(desk: Desk, code: ErrorCode = ErrorCode.ENGINE_ERROR, **changes: Any):
    started = await desk.store.running(**{**HERE, **changes})
    data = {"lost": "汉服", "tokens": 9, "limit": 8}
    assert await desk.store.outcomes.fail(started.key, code, data)
    return await desk.store.now(started)


async def only_live(desk: Desk, requester: str = ANNA):
    (row,) = await desk.store.records.waiting(requester)
    return row


# --- one request ----------------------------------------------------------------------------------


async def test_a_finished_one_says_when_it_was_what_and_how_long_it_took(desk: Desk):
    parent = await desk.store.finished(**HERE)
    row = await desk.store.queued(**HERE, parent_id=parent.id, price=1500, spec=spec(count=2))
    desk.store.clock.advance(2000)
    started = await desk.store.start(row)
    desk.store.clock.advance(500)
    await desk.store.jobs.begun(started.key)
    desk.store.clock.advance(3250)
    await desk.store.outcomes.finish(started.key, ["1.png", "2.png"], "1.jpg")
    await desk.store.deliveries.sending(row.id)
    await desk.store.deliveries.delivered(row.id)
    said = await answer(desk, f"#{row.id.upper()}")
    assert said.text.splitlines() == [
        f"📄 #{row.id} 已画好",
        "「一位穿着汉服的女孩站在樱花树下」",
        "请求人 telegram:1 · 聊天 -100",
        "1024×1024 · 8 步 · 2 张 · 种子 42 · 🎟 0",
        "提交 01-02 11:04:05 · 交给引擎 01-02 11:04:07 · 开画 01-02 11:04:07 · 结束 01-02 11:04:10",
        "等了 2.5 秒，画了 3.2 秒 · 交给引擎 1 次，计 0 次中断",
        "送达：已送到",
        f"由 #{parent.id} 而来",
    ]
    assert said.private
    assert [button.words for button in said.buttons] == ["job page 1"]


async def test_one_that_waits_says_its_place_and_can_be_cancelled(desk: Desk):
    desk.pace.learn(1.0)
    await desk.store.queued(requester=BORIS, **HERE)
    row = await desk.store.queued(**HERE)
    desk.store.clock.advance(4000)
    said = await answer(desk, row.id)
    assert "等了 4.0 秒 · 交给引擎 0 次" in said.text
    assert "前面 1 张，约" in said.text.splitlines()[-1]
    assert [button.words for button in said.buttons] == [f"job cancel {row.id}", "job page 1"]
    await desk.store.pauses.pause("", act("pause"))
    assert pause_text(Pause(""), "zh") in (await answer(desk, row.id)).text


async def test_a_failed_one_says_why_and_can_be_drawn_again(desk: Desk):
    row = await failed(desk)
    said = await answer(desk, row.id)
    assert "错误 engine_error 引擎内部出错" in said.text
    assert [button.words for button in said.buttons] == [f"job retry {row.id}", "job page 1"]


async def test_one_that_could_not_be_delivered_says_why(desk: Desk):
    row = await desk.store.finished(**HERE)
    await desk.store.deliveries.sending(row.id)
    await desk.store.deliveries.undeliverable(row.id, "blocked")
    assert "送达：送不到 blocked" in (await answer(desk, row.id)).text


async def test_it_is_found_by_a_reply_to_its_message(desk: Desk):
    row = await desk.drawn(**HERE)
    assert f"#{row.id}" in (await answer(desk, of_message=row.status_message)).text
    assert (await answer(desk, of_message="999")).text == reply("which_job", "zh")


async def test_words_that_one_may_not_see_are_not_told_nor_quoted_by_an_error(desk: Desk):
    private = await failed(desk, ErrorCode.PROMPT_TOO_LONG, private=True)
    elsewhere = await failed(desk, ErrorCode.PROMPT_TOO_LONG, **THERE)
    for row in (private, elsewhere):
        said = await answer(desk, row.id, by=OWNER)
        assert "汉服" not in said.text
        assert "错误 prompt_too_long" in said.text
    shown = await failed(desk, ErrorCode.PROMPT_TOO_LONG)
    assert (await answer(desk, shown.id)).text.count("汉服") == 2


async def test_a_request_of_another_group_is_for_those_who_run_all(desk: Desk):
    row = await desk.store.queued(**THERE)
    unknown = reply("unknown_generation", "zh", id=row.id)
    for asked in (row.id, f"cancel {row.id}", f"retry {row.id}"):
        assert (await answer(desk, asked)).text == unknown
    said = await answer(desk, row.id, by=OWNER, admin=False)
    assert said.text.startswith(f"📄 #{row.id} ")
    assert [button.words for button in said.buttons][-1] == "job all page 1"


async def test_members_learn_nothing_of_it(desk: Desk):
    row = await desk.store.queued(**HERE)
    for asked in (row.id, "", f"cancel {row.id}", f"retry {row.id}"):
        assert (await answer(desk, asked, admin=False)).text == reply("admins_only", "zh")
    assert (await desk.store.now(row)) == row


# --- cancelled ------------------------------------------------------------------------------------


async def test_an_admin_cancels_one_and_sees_it_so(desk: Desk):
    row = await desk.store.queued(**HERE)
    said = await press(desk, f"cancel {row.id}", event="press")
    assert said.done
    told = (await desk.said())[-1]
    assert (told.in_place, told.text.splitlines()[0]) == (True, f"📄 #{row.id} 已取消")
    assert reply("job_ended_by_admin", "zh") in told.text
    assert f"job retry {row.id}" in [button.words for button in told.buttons]
    assert f"{ADMIN} 取消 {row.id}" in await desk.manage("audit")


async def test_a_redelivered_cancel_is_answered_and_acts_once(desk: Desk):
    row = await desk.store.queued(**HERE)
    await press(desk, f"cancel {row.id}", event="press")
    await desk.store.sql("DELETE FROM notices")
    said = await press(desk, f"cancel {row.id}", event="press")
    assert said.done
    assert (await desk.said())[-1].text.startswith(f"📄 #{row.id} 已取消")
    assert words(await press(desk, f"cancel {row.id}")) == reply("already_ended", "zh")


async def test_one_that_is_being_drawn_is_stopped(desk: Desk):
    row = await desk.store.running(**HERE)
    desk.engine.connect()
    desk.engine.jobs[row.key] = None  # type: ignore[assignment]  # it holds it
    await press(desk, f"cancel {row.id}")
    assert (await desk.store.now(row)).outcome is Outcome.CANCELLED
    assert row.key not in desk.engine.jobs


# --- drawn once more ------------------------------------------------------------------------------


async def test_a_retry_is_the_same_request_for_the_same_person_at_the_same_place(limited: Desk):
    first = await limited.draw("一个红色的圆 种子 7 横图", by=BORIS)
    started = await limited.store.start(first)
    await limited.store.outcomes.fail(started.key, "engine_error", {})
    said = await press(limited, f"retry {first.id}")
    assert said.done
    again = await only_live(limited, BORIS)
    assert (again.spec, again.parent_id) == (first.spec, first.id)
    assert (again.address, again.scope, again.locale) == (first.address, CHAT.chat, "zh")
    assert again.price == first.price > 0
    told = (await limited.said())[-1].text.splitlines()
    assert told[:2] == [reply("retried", "zh", id=first.id), f"📄 #{again.id} 排队中"]
    assert f"{ADMIN} 重画 {first.id}" in await limited.manage("audit")


async def test_what_an_admin_retries_waits_for_no_cooldown(desk: Desk):
    row = await failed(desk, requester=BORIS)
    await desk.manage("group", "冷却 30秒")
    await desk.draw("一个红色的圆", by=BORIS)
    assert (await press(desk, f"retry {row.id}")).done
    assert len(await desk.store.records.waiting(BORIS)) == 2


async def test_a_redelivered_press_draws_once_and_another_press_is_told_of_it(desk: Desk):
    row = await failed(desk, requester=BORIS)
    for _ in range(2):
        await press(desk, f"retry {row.id}", event="press")
    again = await only_live(desk, BORIS)
    await desk.store.sql("DELETE FROM notices")
    await press(desk, f"retry {row.id}", event="press")
    assert f"#{again.id}" in (await desk.said())[-1].text
    for asked in (row.id, row.id):
        told = words(await press(desk, f"retry {asked}"))
        assert told == reply("retry_waits", "zh", id=again.id)
    assert len(await desk.store.sql("SELECT 1 FROM acts WHERE kind = 'retry'")) == 1


@pytest.mark.parametrize("which", ["first", "last"])
async def test_what_fails_again_and_again_is_drawn_again_a_few_times(desk: Desk, which: str):
    """Whichever of the tries is named."""
    first = last = await failed(desk, requester=BORIS)
    for _ in range(MAX_RETRIES):
        assert (await press(desk, f"retry {(first if which == 'first' else last).id}")).done
        last = await only_live(desk, BORIS)
        await desk.store.outcomes.fail((await desk.store.start(last)).key, "engine_error", {})
    for named in (first, last):
        told = words(await press(desk, f"retry {named.id}"))
        assert told == reply("retried_enough", "zh", limit=MAX_RETRIES)
    assert await desk.store.records.waiting_in_all() == 0


async def test_of_two_admins_at_once_one_has_it_drawn_again(desk: Desk):
    row = await failed(desk, requester=BORIS)
    said = await asyncio.gather(press(desk, f"retry {row.id}"), press(desk, f"retry {row.id}"))
    assert sorted(one.done for one in said) == [False, True]
    assert len(await desk.store.records.waiting(BORIS)) == 1


async def test_what_was_drawn_again_with_success_is_not_drawn_once_more(desk: Desk):
    row = await failed(desk, requester=BORIS)
    await press(desk, f"retry {row.id}")
    again = await desk.store.start(await only_live(desk, BORIS))
    await desk.store.outcomes.finish(again.key, ["1.png"], "1.jpg")
    told = words(await press(desk, f"retry {row.id}"))
    assert told == reply("retry_drawn", "zh", id=again.id)


async def left(desk: Desk, who: str = BORIS) -> int:
    key = AccountKey(platform="telegram", scope=CHAT.chat, holder=who)
    return (await desk.store.ledger.statement(key, 0)).left.total


async def test_what_its_requester_took_back_is_drawn_for_nothing(limited: Desk):
    first = await limited.draw("一个红色的圆", by=BORIS)
    await limited.cancel(by=BORIS, generation_id=first.id)
    await limited.draw("一个红色的圆", by=BORIS)
    assert await left(limited) == 0
    assert (await press(limited, f"retry {first.id}")).done
    again = await limited.store.admissions.latest(BORIS, CHAT.chat)
    assert again is not None
    assert (again.parent_id, again.price) == (first.id, 0)
    # And so is what is tried once more of it.
    started = await limited.store.start(again)
    await limited.store.outcomes.fail(started.key, "engine_error", {})
    assert (await press(limited, f"retry {again.id}")).done
    last = await limited.store.admissions.latest(BORIS, CHAT.chat)
    assert last is not None
    assert (last.parent_id, last.price) == (again.id, 0)
    assert await left(limited) == 0


async def test_what_an_admin_cancelled_costs_what_it_did(limited: Desk):
    first = await limited.draw("一个红色的圆", by=BORIS)
    await limited.cancel(by=ADMIN, generation_id=first.id, admin=True)
    assert (await press(limited, f"retry {first.id}")).done
    assert (await only_live(limited, BORIS)).price == first.price > 0


async def test_an_admin_draws_nothing_of_their_own_for_nothing(limited: Desk):
    first = await limited.draw("一个红色的圆", by=ADMIN)
    before = await left(limited, ADMIN)
    await limited.cancel(by=ADMIN, generation_id=first.id)
    assert (await press(limited, f"retry {first.id}")).done
    assert (await only_live(limited, ADMIN)).price == first.price > 0
    assert await left(limited, ADMIN) == before


async def test_it_is_charged_and_refused_where_their_quota_does_not_suffice(limited: Desk):
    first = await limited.draw("一个红色的圆", by=BORIS)
    started = await limited.store.start(first)
    await limited.store.outcomes.fail(started.key, "engine_error", {})
    await limited.draw("一个红色的圆", by=BORIS)
    assert await left(limited) == 0
    refused = words(await press(limited, f"retry {first.id}"))
    assert refused.startswith("没能替 telegram:2 重画。对方会看到的原因是：额度不够：这次要 1")
    assert len(await limited.store.records.waiting(BORIS)) == 1
    assert await limited.store.sql("SELECT 1 FROM acts WHERE kind = 'retry'") == []


async def test_what_waits_or_is_drawn_is_not_drawn_again(desk: Desk):
    for row in (await desk.store.queued(**HERE), await desk.store.finished(**HERE)):
        refused = await press(desk, f"retry {row.id}")
        assert words(refused) == reply("not_retried", "zh", id=row.id)


async def test_what_expired_is_drawn_again(desk: Desk):
    row = await desk.store.queued(**HERE)
    await desk.store.outcomes.expire(desk.store.clock() + 1)
    await press(desk, f"retry {row.id}")
    assert (await only_live(desk)).parent_id == row.id


async def test_a_private_one_is_left_to_its_requester(desk: Desk):
    row = await failed(desk, private=True)
    assert reply("private_request", "zh") in words(await press(desk, f"retry {row.id}"))


async def test_what_is_forgotten_is_not_drawn_again(desk: Desk):
    row = await failed(desk)
    await desk.store.deliveries.sending(row.id)
    await desk.store.deliveries.delivered(row.id)
    assert await desk.store.forget(row) == 1
    said = await answer(desk, row.id)
    assert "「」" not in said.text
    assert [button.words for button in said.buttons] == ["job page 1"]
    assert reply("forgotten", "zh", id=row.id) in words(await press(desk, f"retry {row.id}"))
    assert await desk.store.records.waiting_in_all() == 0


async def test_a_retry_is_for_nobody_who_may_not_draw(desk: Desk):
    row = await failed(desk)
    await desk.manage("ban", "", of=ANNA)
    assert words(await press(desk, f"retry {row.id}")).startswith("没能替 telegram:1 重画")
    assert await desk.store.records.waiting_in_all() == 0


async def test_the_name_of_whoever_wanted_it_is_not_taken_for_that_of_whom_it_is_for(desk: Desk):
    row = await failed(desk)
    await press(desk, f"retry {row.id}", name="chief")
    assert await desk.store.people.named("telegram", "chief") is None


async def test_a_refusal_quotes_nobodys_words_to_who_may_not_see_them(desk: Desk):
    long = spec(prompt="秘密的" * 20)
    here, there = await failed(desk, spec=long), await failed(desk, spec=long, **THERE)
    assert "秘密的" in words(await press(desk, f"retry {here.id}", by=OWNER))
    told = words(await press(desk, f"retry {there.id}", by=OWNER))
    assert told == reply("not_drawn_for_them", "zh", who=ANNA, told="prompt_too_long")


async def test_what_answered_the_old_request_is_not_used_for_the_new_one(desk: Desk):
    row = await failed(desk, address=replace(CHAT, reply_token="10:secret"))
    await press(desk, f"retry {row.id}")
    assert (await only_live(desk)).address == CHAT


# --- all that wait --------------------------------------------------------------------------------


async def test_all_that_wait_here_are_listed_with_who_asked_and_how_long_ago(desk: Desk):
    drawn = await desk.store.running(**HERE, spec=spec(prompt="一只猫"))
    await desk.store.jobs.begun(drawn.key)
    desk.store.clock.advance(120_000)
    waiting = await desk.store.queued(
        requester=BORIS, **HERE, private=True, spec=spec(prompt="秘密的")
    )
    await desk.store.queued(requester=BORIS, **THERE)
    said = await answer(desk)
    assert said.text.splitlines() == [
        reply("jobs", "zh"),
        f"1. #{drawn.id} telegram:1 正在画 约 2 分钟 一只猫",
        f"2. #{waiting.id} telegram:2 排队中 1 秒",
    ]
    assert [(b.label, b.words) for b in said.buttons] == [
        ("❌ 1", f"job cancel {drawn.id}"),
        ("❌ 2", f"job cancel {waiting.id}"),
    ]
    everywhere = await answer(desk, "全部", by=OWNER, alone=True)
    assert len(everywhere.buttons) == 3


async def test_a_long_list_has_pages(desk: Desk):
    rows = [await desk.store.queued(**HERE, requester=f"telegram:{n}") for n in range(12)]
    first = await answer(desk)
    assert [b.words for b in first.buttons][-1] == "job page 2"
    assert len(first.buttons) == 11
    second = await answer(desk, "page 2")
    assert second.text.splitlines()[1].startswith(f"11. #{rows[10].id} ")
    assert [b.words for b in second.buttons] == [
        f"job cancel {rows[10].id}",
        f"job cancel {rows[11].id}",
        "job page 1",
    ]
    assert (await answer(desk, "all", by=OWNER, alone=True)).buttons[-1].words == "job all page 2"


@pytest.mark.parametrize("page", ["page 0", "page x", "page", "page 1"])
async def test_a_page_that_is_none_is_the_first(desk: Desk, page: str):
    row = await desk.store.queued(**HERE)
    assert f"1. #{row.id}" in (await answer(desk, page)).text


async def test_an_empty_queue_is_said(desk: Desk):
    assert (await answer(desk)).text == reply("nothing_waits", "zh")


async def test_every_button_can_be_carried(desk: Desk):
    row = await failed(desk)
    for _ in range(12):
        await desk.store.queued(**HERE)
    notices = [
        await answer(desk, asked, by=OWNER, alone=True) for asked in (row.id, "all", "all page 2")
    ]
    for notice in notices:
        for button in notice.buttons:
            pressed = parse_press(press_code(button))
            assert pressed is not None
            assert f"{pressed.command} {pressed.words}" == button.words


async def test_a_retry_gives_its_requester_nobody_elses_name(desk: Desk):
    row = await failed(desk, requester=BORIS, requester_name="boris")
    await press(desk, f"retry {row.id}", name="the_admin")
    assert await desk.store.people.named("telegram", "boris") == BORIS
    assert await desk.store.people.named("telegram", "the_admin") is None


async def test_nothing_is_retried_for_whoever_is_banned(desk: Desk):
    row = await failed(desk, requester=BORIS)
    await desk.manage("ban", "1h 刷屏", of=BORIS)
    said = await press(desk, f"retry {row.id}")
    assert "被封禁" in said.text
    assert BORIS in said.text
