"""/quota: what is left, and what admins change of it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.acts import ActKind, act_of
from bot.core.admin.ask import Pointed
from bot.core.errors import Refusal
from bot.core.quota import POOL, UNIT, AccountKey, QuotaDefaults, Wish
from bot.core.replies import reply
from tests.integration.front_desk_life import (
    ADMIN,
    ANNA,
    BORIS,
    CHAT,
    OWNER,
    Desk,
    desk_in,
    said_to_be,
)


@pytest.fixture
async def bare(tmp_path: Path) -> AsyncIterator[Desk]:
    """A group without a pool, in which people are limited."""
    async with desk_in(tmp_path, QuotaDefaults(allowance=3 * UNIT)) as desk:
        yield desk


@pytest.fixture
async def desk(bare: Desk) -> Desk:
    """The same with a pool that suffices."""
    await change(bare, "群 每天 100", by=OWNER)
    await bare.store.notices.said((await bare.said())[0].event_key)
    return bare


async def left(desk: Desk, holder: str) -> int:
    key = AccountKey(platform="telegram", scope=CHAT.chat, holder=holder)
    return (await desk.store.ledger.statement(key, 0)).left.total


async def change(desk: Desk, wish: str, **who) -> str:
    """What the chat is told."""
    return await desk.manage("quota", wish, **who)


async def test_everybody_can_read_how_their_quota_came_about(desk: Desk):
    drawn = await desk.draw("一个红色的圆")
    await desk.cancel(generation_id=drawn.id)
    waiting = await desk.draw("一个红色的圆")
    await change(desk, "+2 谢谢", of=ANNA)
    await desk.desk.manage(desk.origin(), "quota")
    told = (await desk.said())[-1]
    assert told.private
    first, second, *lines = told.text.splitlines()
    assert first == "🎟 额度还剩 4（每天 3），约 13 小时后重置（01-03 00:00）。"
    assert second == "👥 全群还剩 99（每天 100），约 13 小时后重置（01-03 00:00）。"
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
        await desk.desk.manage(desk.origin(), "quota")
        assert [notice.text for notice in await desk.said()] == [reply("quota_unlimited", "zh")]


async def test_a_refusal_says_what_it_takes_and_when_there_is_more(desk: Desk):
    await change(desk, "=0.5", of=ANNA)
    await desk.desk.draw(desk.origin(), "一个红色的圆")
    assert (await desk.said())[-1].text == (
        "额度不够：这次要 1，你还剩 0.5，约 13 小时后重置（01-03 00:00）。需要更多可以找群管理员。"
    )
    assert await desk.store.records.waiting_in_all() == 0


BY_ADMINS, BY_FLEET = "需要更多可以找群管理员。", "要更多得找机器人的主人或总管理员。"


@pytest.mark.parametrize(
    ("pool", "wish", "by"),
    [("每天 100", "=0", BY_ADMINS), ("+0", "=0", BY_FLEET), ("+0", "每天 0", BY_ADMINS)],
)
async def test_whoever_has_spent_it_is_told_who_can_give_more(
    bare: Desk, pool: str, wish: str, by: str
):
    """Admins of a group give what is in its pool, or what they took."""
    await change(bare, f"群 {pool}", by=OWNER)
    await change(bare, wish, of=ANNA)
    await bare.desk.draw(bare.origin(), "一个红色的圆")
    assert (await bare.said())[-1].text.endswith(by)


async def test_in_private_and_of_a_pool_it_is_the_fleets(desk: Desk):
    await change(desk, "=0", of=ANNA, by=OWNER, admin=False, alone=True)
    await desk.desk.draw(desk.origin(alone=True), "一个红色的圆")
    assert (await desk.said())[-1].text.endswith(BY_FLEET)
    await change(desk, "群 =0", by=OWNER, admin=False)
    await desk.desk.draw(desk.origin(), "一个红色的圆")
    assert (await desk.said())[-1].text.endswith(BY_FLEET)


@pytest.mark.parametrize(
    ("wish", "then"), [("+2", 5), ("-2", 1), ("=7", 7), ("每天 10", 10), ("20002 +4", 3)]
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
    await change(desk, "20002 +4", of=ANNA)
    assert (await left(desk, ANNA), await left(desk, "telegram:20002")) == (3 * UNIT, 7 * UNIT)


async def test_a_redelivered_change_acts_once_and_is_answered(desk: Desk):
    origin = desk.origin(by=ADMIN)
    for _ in range(2):
        await desk.desk.manage(
            origin, "quota", "+2", pointed=Pointed(person=ANNA), is_admin=said_to_be(True)
        )
    assert await left(desk, ANNA) == 5 * UNIT
    assert len(await desk.said()) == 1


@pytest.mark.parametrize("locale", ["zh", "en"])
async def test_members_change_nothing(desk: Desk, locale):
    origin = desk.origin(locale=locale)
    await desk.desk.manage(
        origin, "quota", "+100", pointed=Pointed(person=ANNA), is_admin=said_to_be(False)
    )
    assert (await desk.said())[-1].text == reply("admins_only", locale)
    assert await left(desk, ANNA) == 3 * UNIT


@pytest.mark.parametrize("words", ["群", "全群", "pool"])
async def test_the_pool_is_told_of_to_those_who_keep_order(desk: Desk, words):
    await desk.draw("一个红色的圆")
    told = await desk.manage("quota", words)
    assert (await desk.said())[-1].private
    standing, drawn, *_ = told.splitlines()
    assert standing.startswith("👥 全群还剩 99")
    assert "−1  画图" in drawn
    assert await desk.manage("quota", words, by=ANNA, admin=False) == reply("admins_only", "zh")


async def test_a_group_without_a_pool_is_not_limited_as_a_whole(bare: Desk):
    assert await bare.manage("quota", "群") == reply("pool_unlimited", "zh")


@pytest.mark.parametrize("wish", ["+1", "=4", "每天 4"])
async def test_where_the_group_has_no_pool_its_admins_make_nothing(bare: Desk, wish):
    assert await change(bare, wish, of=ANNA) == reply("no_pool", "zh")
    assert await left(bare, ANNA) == 3 * UNIT
    assert "🎟" in await change(bare, wish, of=ANNA, by=OWNER, admin=False)
    assert await left(bare, ANNA) == 4 * UNIT


@pytest.mark.parametrize("wish", ["-1", "=2", "每天 2"])
async def test_but_they_may_take(bare: Desk, wish):
    await change(bare, wish, of=ANNA)
    assert await left(bare, ANNA) == 2 * UNIT


async def test_what_admins_give_is_the_pools(desk: Desk):
    assert await change(desk, "群 +100") == reply("pool_is_the_fleets", "zh")
    await change(desk, "群 每天 1", by=OWNER, admin=False)
    await change(desk, "+100", of=ANNA)
    await desk.draw("一个红色的圆")
    assert await left(desk, POOL) == 0
    await desk.desk.draw(desk.origin(), "一个红色的圆")
    assert "全群" in (await desk.said())[-1].text


@pytest.mark.parametrize("wish", ["+5", "-5"])
async def test_a_change_is_somebodys(desk: Desk, wish):
    assert await change(desk, wish) == reply("whom", "zh")
    assert await change(desk, wish, of_message="999") == reply("whom", "zh")
    assert await left(desk, ADMIN) == 3 * UNIT


async def test_in_reply_to_what_the_bot_said_it_is_ones_own(desk: Desk) -> None:
    """As it is asked for below 「额度不够」."""
    own = await desk.manage("quota", by=BORIS, admin=False)
    assert await desk.manage("quota", by=BORIS, admin=False, of_message="999") == own
    told = await desk.manage("quota", "群 每天 500", by=OWNER, of_message="999")
    assert "500" in told


async def test_the_platform_is_asked_for_admins_only_where_it_matters(desk: Desk):
    async def never() -> bool:
        raise AssertionError("asked")

    for by, wish in ((ANNA, "多给点"), (ANNA, "群 +1"), (OWNER, "20001 +1")):
        await desk.desk.manage(desk.origin(by=by), "quota", wish, is_admin=never)


async def test_an_owner_reaches_people_in_their_private_chats(desk: Desk):
    somebody: dict[str, Any] = {
        "by": "telegram:20002",
        "alone": True,
        "at": replace(CHAT, chat="20002"),
    }
    await desk.desk.draw(desk.origin(**somebody), "一个红色的圆")
    origin = desk.origin(by=OWNER, alone=True, at=replace(CHAT, chat="9"))
    await desk.desk.manage(origin, "quota", "20002 +5")
    await desk.desk.manage(desk.origin(**somebody), "quota")
    assert (await desk.said())[-1].text.startswith("🎟 额度还剩 7（")


async def test_nobody_is_an_admin_of_a_private_chat(desk: Desk):
    origin = desk.origin(alone=True, at=replace(CHAT, chat="1"))
    await desk.desk.manage(origin, "quota", "+100", is_admin=said_to_be(True))
    assert (await desk.said())[-1].text == reply("private_is_the_fleets", "zh")


# --- what admins gave, and what became of what they gave it from ---------------------------------


async def test_what_came_out_of_a_pool_goes_with_it(desk: Desk):
    await change(desk, "+20", of=ADMIN)
    await change(desk, "每天 20", of=BORIS)
    await desk.manage("group", "daily 20")
    assert (await left(desk, ADMIN), await left(desk, BORIS)) == (40 * UNIT, 20 * UNIT)
    await change(desk, "群 每天 默认", by=OWNER)
    assert [await left(desk, one) for one in (ADMIN, ANNA, BORIS)] == [3 * UNIT] * 3
    assert await change(desk, "+1", of=ADMIN) == reply("no_pool", "zh")


async def test_what_was_reserved_of_it_and_comes_back_goes_then(desk: Desk):
    await change(desk, "+20", of=ANNA)
    for _ in range(2):
        await desk.draw("一个红色的圆 4张")
    await change(desk, "群 每天 默认", by=OWNER)
    assert await left(desk, ANNA) == 0
    await desk.cancel(all_=True)
    assert await left(desk, ANNA) == 3 * UNIT


async def test_what_the_fleet_gave_stays_without_a_pool(desk: Desk):
    await change(desk, "+20", of=ANNA)
    await change(desk, "+5", of=ANNA, by=OWNER)
    await change(desk, "每天 40", of=BORIS, by=OWNER)
    await change(desk, "每天 30", of=BORIS)
    await change(desk, "群 每天 默认", by=OWNER)
    assert (await left(desk, ANNA), await left(desk, BORIS)) == (8 * UNIT, 30 * UNIT)


async def test_what_admins_took_back_is_not_taken_once_more_with_the_pool(desk: Desk):
    await change(desk, "+5", of=ANNA, by=OWNER)
    await change(desk, "+20", of=ANNA)
    await change(desk, "-20", of=ANNA)
    await change(desk, "群 每天 默认", by=OWNER)
    assert await left(desk, ANNA) == 5 * UNIT


async def test_under_a_pool_what_the_fleet_decided_is_no_cover(desk: Desk):
    await change(desk, "每天 40", of=BORIS, by=OWNER)
    await change(desk, "每天 50", of=BORIS)
    await change(desk, "群 每天 默认", by=OWNER)
    assert await left(desk, BORIS) == 3 * UNIT


async def test_nothing_is_given_in_advance_where_nothing_is_limited(tmp_path: Path):
    async with desk_in(tmp_path) as free:
        assert await change(free, "+5000", of=ANNA) == reply("no_pool", "zh")
        assert await change(free, "=5000", of=ANNA) == reply("no_pool", "zh")
        assert "🎟" in await change(free, "每天 5000", of=ANNA)
        await free.manage("group", "daily 1000000")
    async with desk_in(tmp_path, QuotaDefaults(allowance=2 * UNIT)) as limited:
        assert [await left(limited, one) for one in (ANNA, BORIS)] == [2 * UNIT] * 2


async def test_what_is_left_is_looked_at_with_the_deed(bare: Desk):
    """What is drawn between the question and the answer of the platform is not given back."""
    ledger = bare.store.ledger
    key = AccountKey(platform="telegram", scope=CHAT.chat, holder=ANNA)
    act = act_of(bare.origin(by=ADMIN), ActKind.QUOTA, scope=CHAT.chat, target=ANNA, detail="=3")
    assert await left(bare, ANNA) == 3 * UNIT
    await bare.draw("一个红色的圆 2张")
    with pytest.raises(Refusal, match="no_pool"):
        await ledger.change(key, Wish.SET, 3 * UNIT, "", act, by_fleet=False)
    assert await left(bare, ANNA) == UNIT
    # What was refused has not happened: the same event may still do what is allowed.
    await ledger.change(key, Wish.SET, UNIT, "", act, by_fleet=False)
    with pytest.raises(Refusal, match="no_pool"):
        await ledger.allow(key, 4 * UNIT, "", replace(act, event_key="e:2"), by_fleet=False)
