"""/ban and /unban: who may not draw, and what becomes of what they asked for."""

import asyncio
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.admin.ask import Pointed
from bot.core.generation import Origin, Outcome
from bot.core.job import job_of
from bot.core.quota import UNIT, AccountKey, QuotaDefaults
from bot.core.replies import reply
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
)
from tests.integration.front_desk_life import words as words_of
from tests.stores import sqlite_url

DAY = 24 * 3600_000
CIRCLE = "一个红色的圆"


class Killed(BaseException):
    """The end of the process."""


async def refused(desk: Desk, *, by: str = ANNA, **origin: Any) -> str:
    """What somebody who draws is told; nothing where it is accepted."""
    said = await desk.desk.draw(desk.origin(by=by, **origin), CIRCLE, quiet=True)
    assert said is not None
    return "" if said.done else said.text


async def test_it_says_for_how_long_and_the_banned_one_reads_why(desk: Desk):
    assert await desk.manage("ban", "2h 刷屏", of=ANNA) == "🚫 已封禁 1：2 小时。"
    told = "你在这里被封禁了（刷屏），约 2 小时后（01-02 13:04）可以再画。有疑问请找管理员。"
    assert await refused(desk) == told
    assert await refused(desk, by=BORIS) == ""
    assert await refused(desk, at=ELSEWHERE) == ""
    desk.store.clock.advance(2 * 3600_000)
    assert await refused(desk) == ""


@pytest.mark.parametrize(
    ("words", "answer", "told"),
    [
        ("", "🚫 已封禁 1：1 天。", "约 24 小时"),
        ("90分钟", "🚫 已封禁 1：90 分钟。", "约 2 小时"),
        ("1周 刷屏", "🚫 已封禁 1：7 天。", "约 7 天"),
        ("永久", "🚫 已永久封禁 1。", "不能画图"),
    ],
)
async def test_it_is_for_good_only_where_that_is_said(desk: Desk, words, answer, told):
    assert await desk.manage("ban", words, of=ANNA) == answer
    assert told in await refused(desk)


async def test_everything_else_still_works_for_them(desk: Desk):
    picture = await desk.drawn()
    await desk.manage("ban", "永久", of=ANNA)
    told = reply("banned_for_good", "zh", why="")
    assert await desk.again(generation_id=picture.id, quiet=True) == told
    assert words_of(await desk.desk.ask_for_edit(desk.origin(), picture.id, quiet=True)) == told
    assert "🎟" in await desk.manage("quota", by=ANNA, admin=False)
    sent = await desk.desk.original(desk.origin(), picture.id, 1, quiet=True)
    assert sent is not None
    assert sent.done


async def test_what_they_have_under_way_is_cancelled_and_refunded(tmp_path: Path):
    async with desk_in(tmp_path, QuotaDefaults(allowance=3 * UNIT)) as desk:
        waiting = await desk.draw(CIRCLE)
        begun = await desk.store.start(await desk.draw(CIRCLE))
        desk.engine.connect()
        await desk.engine.submit(*await job_of(begun, desk.pictures))
        other = await desk.draw(CIRCLE, by=BORIS)
        said = await desk.manage("ban", "1h", of=ANNA)
        assert said == "🚫 已封禁 1：1 小时。\n取消了对方 2 个还没画完的请求，额度已退回。"
        for row in (waiting, begun):
            assert (await desk.store.now(row)).outcome is Outcome.CANCELLED
        assert (await desk.store.now(other)).outcome is Outcome.QUEUED
        assert desk.engine.jobs == {}
        account = AccountKey(platform="telegram", scope=CHAT.chat, holder=ANNA)
        assert (await desk.store.ledger.statement(account, 0)).left.total == 3 * UNIT


async def test_what_they_have_in_other_groups_goes_on_unless_it_holds_everywhere(desk: Desk):
    there = desk.origin(at=ELSEWHERE)
    await desk.desk.draw(there, CIRCLE)
    await desk.manage("ban", "1h", of=ANNA)
    assert await desk.store.records.waiting_in_all() == 1
    said = await desk.manage("ban", "全部 1h", of=ANNA, by=OWNER)
    assert said.startswith("🚫 已封禁 1：1 小时（所有群）。\n取消了对方 1 个")
    assert await desk.store.records.waiting_in_all() == 0
    assert "被封禁" in await refused(desk, at=ELSEWHERE)


async def test_private_chats_are_reached_by_a_ban_that_holds_everywhere(desk: Desk):
    await desk.manage("ban", "永久", of=ANNA)
    assert await refused(desk, alone=True) == ""
    await desk.manage("ban", "all forever", of=ANNA, by=OWNER)
    assert "被封禁" in await refused(desk, alone=True)


async def test_nobody_bans_themselves_or_those_who_run_everything(desk: Desk):
    await desk.manage("staff", "add 70007", by=OWNER)
    assert await desk.manage("ban", "1h", of=ADMIN) == reply("not_yourself", "zh")
    for somebody in (OWNER, "telegram:70007"):
        for by in (ADMIN, OWNER, "telegram:70007"):
            said = await desk.manage("ban", "1h", of=somebody, by=by)
            assert said in (reply("not_the_staff", "zh"), reply("not_yourself", "zh"))
    assert await desk.store.sql("SELECT * FROM bans") == []


@pytest.mark.parametrize("words", ["20002 1h", "@boris 1h 刷屏", "20002"])
async def test_somebody_is_named_by_number_or_by_name(desk: Desk, words):
    boris = "telegram:20002"
    await desk.desk.draw(desk.origin(by=boris, name="boris"), CIRCLE)
    assert "20002" in await desk.manage("ban", words)
    assert "被封禁" in await refused(desk, by=boris)


async def test_whoever_was_replied_to_can_be_named_later(desk: Desk):
    pointed = Pointed(person="telegram:20002", name="boris")
    await desk.desk.manage(
        desk.origin(by=ADMIN), "ban", "1h", pointed=pointed, is_admin=said_to_be(True)
    )
    assert await desk.manage("unban", "@Boris") == "✅ 已解封 20002。"


async def test_a_picture_stands_for_whoever_asked_for_it(desk: Desk):
    picture = await desk.drawn(by=BORIS)
    await desk.manage("ban", "1h", of_message=picture.status_message)
    assert "被封禁" in await refused(desk, by=BORIS)


async def test_a_ban_is_lifted(desk: Desk):
    await desk.manage("ban", "永久", of=ANNA)
    assert await desk.manage("unban", of=ANNA) == "✅ 已解封 1。"
    assert await refused(desk) == ""
    assert await desk.manage("unban", of=ANNA) == reply("not_banned", "zh")


async def test_a_groups_admins_cannot_lift_what_holds_everywhere(desk: Desk):
    await desk.manage("ban", "全部 永久", of=ANNA, by=OWNER)
    assert await desk.manage("unban", of=ANNA) == reply("not_banned", "zh")
    assert await desk.manage("unban", "全部", of=ANNA) == reply("fleet_only", "zh")
    assert await desk.manage("unban", "全部", of=ANNA, by=OWNER) == "✅ 已解封 1（所有群）。"
    assert await refused(desk) == ""


async def test_those_who_are_banned_are_listed_with_what_is_left(desk: Desk):
    assert await desk.manage("ban", "list") == reply("no_bans", "zh")
    await desk.manage("ban", "2h 刷屏", of=ANNA)
    desk.store.clock.advance(3600_000)
    await desk.desk.draw(desk.origin(by=BORIS, name="boris"), CIRCLE)
    await desk.manage("ban", "永久", of=BORIS)
    told = await desk.manage("ban", "名单")
    assert told.splitlines()[1:] == ["2 @boris (永久)", "1 (约 1 小时，到 01-02 13:04) 刷屏"]
    assert (await desk.said())[-1].private
    assert await desk.manage("ban", "全部 list", by=OWNER, alone=True) == reply("no_bans", "zh")


async def again(desk: Desk, origin: Origin, words: str) -> None:
    await desk.desk.manage(
        origin, "ban", words, pointed=Pointed(person=ANNA), is_admin=said_to_be(True)
    )


async def test_a_redelivered_ban_acts_once_and_is_answered_once(desk: Desk):
    origin = desk.origin(by=ADMIN)
    await desk.draw(CIRCLE)
    await again(desk, origin, "1h")
    desk.store.clock.advance(1000)
    await again(desk, origin, "1h")
    bans = await desk.store.sql("SELECT until_ms - created_ms FROM bans")
    assert bans == [(3600_000,)]
    assert len(await desk.said()) == 1
    assert len(await desk.store.acts.last("telegram", "-100", about=ANNA, limit=9)) == 1


async def test_a_ban_that_was_lifted_does_not_come_back_with_its_event(desk: Desk):
    origin = desk.origin(by=ADMIN)
    await again(desk, origin, "1h")
    await desk.manage("unban", of=ANNA)
    drawn = await desk.draw(CIRCLE)
    await again(desk, origin, "1h")
    assert (await desk.store.now(drawn)).outcome is Outcome.QUEUED
    assert await refused(desk) == ""


async def test_a_crash_before_the_answer_is_made_good_when_the_event_comes_again(
    desk: Desk, monkeypatch
):
    rows = [await desk.draw(CIRCLE) for _ in range(2)]
    origin = desk.origin(by=ADMIN)

    async def die(*_: Any, **__: Any) -> None:
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(desk.store.notices, "post", die)
        with pytest.raises(Killed):
            await again(desk, origin, "1h")
    await again(desk, origin, "1h")
    for row in rows:
        assert (await desk.store.now(row)).outcome is Outcome.CANCELLED
    said = [notice.text for notice in await desk.said()]
    assert said == ["🚫 已封禁 1：1 小时。\n取消了对方 2 个还没画完的请求，额度已退回。"]


#: A process that bans ANNA in the database it is told of, and is killed by itself on the way.
KILLED_WHILE_BANNING = """
import asyncio, os, signal, sys
from bot.core.moderation.area import Area
from bot.core.moderation.bans import Ban
from bot.store.books import Books
from bot.store.database import Database
from tests.builders import act
from tests.stores import store_over

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

async def main():
    async with Database(sys.argv[1]) as database:
        store = store_over(database)
        if sys.argv[2] == "before the commit":
            Books.refund = die
        banned = Ban(person="telegram:1", area=Area("telegram", "-100"), until_ms=None, reason="")
        await store.bans.ban(banned, act("ban:1"))
        die()

asyncio.run(main())
"""


@pytest.mark.parametrize("when", ["before the commit", "behind the commit"])
async def test_killed_on_the_way_all_of_it_holds_or_nothing_and_nobody_need_say_it_again(
    tmp_path: Path, when
):
    async with desk_in(tmp_path, QuotaDefaults(allowance=3 * UNIT)) as desk:
        row = await desk.draw(CIRCLE)
    url = sqlite_url(tmp_path / "zdraw.db")
    killed = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED_WHILE_BANNING, url, when
    )
    assert await killed.wait() == -signal.SIGKILL
    async with desk_in(tmp_path, QuotaDefaults(allowance=3 * UNIT)) as desk:
        holds = when == "behind the commit"
        assert (await refused(desk, event="later") != "") == holds
        now = await desk.store.now(row)
        assert now.outcome is (Outcome.CANCELLED if holds else Outcome.QUEUED)
        account = AccountKey(platform="telegram", scope=CHAT.chat, holder=ANNA)
        left = (await desk.store.ledger.statement(account, 0)).left.total
        # Where it does not hold, they have asked for another one just now.
        assert left == (3 if holds else 1) * UNIT
        # The deliverer tells of it at the start.
        assert row.id in await desk.store.deliveries.undelivered()


async def test_an_equal_refusal_is_not_repeated_at_once(desk: Desk):
    await desk.manage("ban", "永久", of=ANNA)
    for notice in await desk.said():
        await desk.store.notices.said(notice.event_key)
    for _ in range(3):
        await desk.desk.draw(desk.origin(), CIRCLE)
    assert len(await desk.said()) == 1


async def test_a_request_accepted_before_the_ban_stays_accepted_when_it_comes_again(desk: Desk):
    event = desk.event()
    await desk.draw(CIRCLE, event=event)
    await desk.manage("ban", "1h", of=ANNA)
    assert await desk.desk.draw(desk.origin(event=event), CIRCLE) is None
    assert len(await desk.said()) == 1


async def test_it_moves_with_the_group(desk: Desk):
    await desk.manage("ban", "永久", of=ANNA)
    await desk.store.moves.move("telegram", "-100", "-1001")
    assert "被封禁" in await refused(desk, at=replace(CHAT, chat="-1001"))
