"""/quota: what is left, and what admins change of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from bot.core.quota import POOL, UNIT, AccountKey, QuotaDefaults
from bot.core.replies import reply
from tests.integration.front_desk_life import ANNA, BORIS, CHAT, OWNER, Desk, desk_in

ADMIN = "telegram:5"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    async with desk_in(tmp_path, QuotaDefaults(allowance=3 * UNIT)) as desk:
        yield desk


async def left(desk: Desk, holder: str) -> int:
    key = AccountKey(platform="telegram", chat=CHAT.chat, holder=holder)
    return (await desk.store.ledger.statement(key, 0)).left.total


async def change(desk: Desk, wish: str, *, by: str = ADMIN, admin: bool = True, **whose) -> str:
    """What the chat is told."""
    await desk.desk.quota(desk.origin(by=by), wish, admin=admin, **whose)
    return (await desk.said())[-1].text


async def test_everybody_can_read_how_their_quota_came_about(desk: Desk):
    drawn = await desk.draw("一个红色的圆")
    await desk.cancel(generation_id=drawn.id)
    waiting = await desk.draw("一个红色的圆")
    await change(desk, "+2 谢谢", of=ANNA)
    await desk.desk.quota(desk.origin())
    told = (await desk.said())[-1]
    assert told.private
    first, *lines = told.text.splitlines()
    assert first == "🎟 额度还剩 4（每天 3），约 13 小时后重置。"
    assert [line.split("  ")[1:] for line in lines] == [
        ["+2", "管理员调整 谢谢"],
        ["−1", f"画图 #{waiting.id}"],
        ["+1", f"退回 #{drawn.id}"],
        ["−1", f"画图 #{drawn.id}"],
        ["+3", "每日额度"],
    ]
    assert lines[0].startswith("01-02 11:04")


async def test_where_nothing_is_limited_that_is_said(tmp_path):
    async with desk_in(tmp_path) as desk:
        await desk.desk.quota(desk.origin())
        assert [notice.text for notice in await desk.said()] == [reply("quota_unlimited", "zh")]


async def test_a_refusal_says_what_it_takes_and_when_there_is_more(desk: Desk):
    await change(desk, "=0.5", of=ANNA)
    await desk.desk.draw(desk.origin(), "一个红色的圆")
    assert (await desk.said())[-1].text == (
        "额度不够：这次要 1，你还剩 0.5，约 13 小时后重置。管理员可以用 /quota +10 给你加。"
    )
    assert await desk.store.records.waiting_in_all() == 0


@pytest.mark.parametrize(
    ("wish", "then"), [("+2", 5), ("-2", 1), ("=7", 7), ("每天 10", 10), ("2 +4", 3)]
)
async def test_an_admin_changes_what_the_one_has_whom_they_reply_to(desk: Desk, wish, then):
    said = await change(desk, wish, of=ANNA)
    assert await left(desk, ANNA) == then * UNIT
    assert said.startswith("🎟 ")


async def test_a_picture_stands_for_whoever_asked_for_it(desk: Desk):
    drawn = await desk.drawn(by=BORIS)
    await change(desk, "+2", of_message=drawn.status_message)
    assert (await left(desk, BORIS), await left(desk, ADMIN)) == (5 * UNIT, 3 * UNIT)


async def test_a_written_number_goes_before_the_reply(desk: Desk):
    await change(desk, "2 +4", of=ANNA)
    assert (await left(desk, ANNA), await left(desk, BORIS)) == (3 * UNIT, 7 * UNIT)


async def test_a_redelivered_change_acts_once_and_is_answered(desk: Desk):
    origin = desk.origin(by=ADMIN)
    for _ in range(2):
        await desk.desk.quota(origin, "+2", of=ANNA, admin=True)
    assert await left(desk, ANNA) == 5 * UNIT
    assert len(await desk.said()) == 1


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_members_change_nothing(desk: Desk, locale):
    await desk.desk.quota(desk.origin(locale=locale), "+100", admin=False)
    assert (await desk.said())[-1].text == reply("admins_only", locale)
    assert await left(desk, ANNA) == 3 * UNIT


async def test_an_admin_of_a_group_makes_nothing_that_the_group_does_not_own(desk: Desk):
    assert await change(desk, "群 +100") == reply("owners_only", "zh")
    await change(desk, "群 每天 1", by=OWNER, admin=False)
    await change(desk, "+100", of=ANNA)
    await desk.draw("一个红色的圆")
    assert await left(desk, POOL) == 0
    await desk.desk.draw(desk.origin(), "一个红色的圆")
    assert "全群" in (await desk.said())[-1].text


async def test_nobody_is_an_admin_of_a_private_chat(desk: Desk):
    origin = desk.origin(alone=True, at=replace(CHAT, chat="1"))
    await desk.desk.quota(origin, "+100", admin=True)
    assert (await desk.said())[-1].text == reply("admins_only", "zh")
