"""/group: who decides what, and that it holds for those who draw."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.generation import Origin
from bot.core.group_rules import RULES, GroupRules
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

CIRCLE = "一个红色的圆"
FLEET_ADMIN = "telegram:70007"
ALONE: dict[str, Any] = {"by": "telegram:20002", "alone": True, "at": replace(CHAT, chat="20002")}
LIMITS = ("每天 1", "冷却 30", "排队 1", "张数 1", "尺寸 512x512")
TASTES = ("画幅 横图", "语言 英文", "遮挡 开", "时区 UTC")


@pytest.fixture
async def limited(tmp_path: Path) -> AsyncIterator[Desk]:
    """Where the operator limits everybody."""
    async with desk_in(tmp_path, QuotaDefaults(allowance=3 * UNIT), cooldown_s=20) as desk:
        yield desk


async def rules(desk: Desk, scope: str = CHAT.chat) -> GroupRules:
    return await desk.store.groups.rules("telegram", scope)


async def ask(desk: Desk, text: str = CIRCLE, **who: Any) -> str | None:
    """What is said if it is not accepted."""
    for notice in await desk.said():
        await desk.store.notices.said(notice.event_key)
    origin = await desk.desk.settled(desk.origin(**who))
    await desk.desk.draw(origin, text)
    return next((notice.text for notice in await desk.said()), None)


async def latest(desk: Desk, by: str = ANNA):
    return await desk.store.admissions.latest(by, CHAT.chat)


# --- who decides ----------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [*LIMITS, *TASTES, "进度 安静"])
async def test_members_read_and_change_nothing(desk: Desk, words):
    assert await desk.manage("group", words, by=ANNA, admin=False) == reply("admins_only", "zh")
    assert await rules(desk) == GroupRules()
    assert not await desk.store.settings.quiet("telegram", CHAT.chat)
    assert (await desk.manage("group", by=ANNA, admin=False)).startswith("⚙️")


@pytest.mark.parametrize("words", [*LIMITS, *TASTES])
async def test_admins_of_the_group_decide(desk: Desk, words):
    assert "⚙️" in await desk.manage("group", words)
    of_group = await rules(desk)
    decided = [rule for rule in RULES if getattr(of_group, rule) is not None]
    assert len(decided) == 1
    await desk.manage("group", f"{words.split()[0]} 默认")
    assert await rules(desk) == GroupRules()


async def test_progress_is_that_of_quiet_mode(desk: Desk):
    assert "🔔 进度：安静" in await desk.manage("group", "进度 安静")
    assert await desk.store.settings.quiet("telegram", CHAT.chat)
    assert "🔔 进度：完整" in await desk.manage("group", "progress full")
    assert not await desk.store.settings.quiet("telegram", CHAT.chat)


@pytest.mark.parametrize("words", TASTES)
async def test_alone_with_the_bot_people_decide_for_themselves(desk: Desk, words):
    assert "⚙️" in await desk.manage("group", words, admin=False, **ALONE)
    assert await rules(desk, "user:20002") != GroupRules()
    assert await rules(desk) == GroupRules()


@pytest.mark.parametrize("words", LIMITS)
@pytest.mark.parametrize("by", ["telegram:20002", OWNER])
async def test_but_not_what_they_may_draw(desk: Desk, words, by):
    where = {**ALONE, "by": by}
    assert await desk.manage("group", words, **where) == reply("only_in_groups", "zh")
    assert await rules(desk, f"user:{by.partition(':')[2]}") == GroupRules()


async def test_a_press_acts_for_whoever_presses_and_changes_the_panel(desk: Desk):
    pressed: dict[str, Any] = {"is_admin": said_to_be(True), "pressed": True, "in_place": True}
    origin = desk.origin(by=ADMIN)
    for _ in range(2):
        said = await desk.desk.manage(origin, "group", "queue 2", **pressed)
        assert said is not None
        assert said.done
    (notice,) = await desk.said()
    assert notice.in_place
    assert "📋 每人排队：2" in notice.text
    refused = await desk.desk.manage(desk.origin(), "group", "queue 3", pressed=True)
    assert refused is not None
    assert refused.text == reply("admins_only", "zh")
    assert (await rules(desk)).queue_cap == 2


async def test_what_is_decided_is_in_the_audit_once(desk: Desk):
    origin = desk.origin(by=ADMIN)
    for _ in range(2):
        await desk.desk.manage(origin, "group", "冷却 30秒", is_admin=said_to_be(True))
    await desk.manage("group", "冷却 默认")
    await desk.desk.manage(origin, "group", "冷却 30秒", is_admin=said_to_be(True))
    assert await rules(desk) == GroupRules()
    told = (await desk.manage("audit")).splitlines()[1:]
    assert [line.split("  ")[1] for line in told] == [
        f"{ADMIN} 群设置 冷却 默认",
        f"{ADMIN} 群设置 冷却 30秒",
    ]


# --- no more than the fleet gives -----------------------------------------------------------------


async def left(desk: Desk, by: str = ANNA) -> int:
    key = AccountKey(platform="telegram", scope=CHAT.chat, holder=by)
    return (await desk.store.ledger.statement(key, 0)).left.total


async def test_without_a_pool_a_group_gives_no_more_than_the_fleet(limited: Desk):
    assert await limited.manage("group", "每天 4") == reply("no_pool_here", "zh", limit="3")
    assert await left(limited) == 3 * UNIT
    await limited.manage("group", "每天 2")
    assert await left(limited) == 2 * UNIT
    await limited.manage("group", "每天 3")
    assert await left(limited) == 3 * UNIT


async def test_with_a_pool_it_does(limited: Desk):
    await limited.manage("quota", "群 每天 100", by=OWNER)
    await limited.manage("group", "每天 40")
    assert await left(limited) == 40 * UNIT


@pytest.mark.parametrize("by", [OWNER, FLEET_ADMIN])
async def test_who_runs_the_fleet_gives_what_they_like(limited: Desk, by):
    await limited.manage("staff", "add 70007", by=OWNER)
    await limited.manage("group", "每天 40", by=by, admin=False)
    await limited.manage("group", "冷却 5", by=by, admin=False)
    assert await left(limited) == 40 * UNIT
    # What they allowed may be less, and what it then is may not be more again.
    assert "⚙️" in await limited.manage("group", "每天 30")
    assert await limited.manage("group", "每天 40") == reply("no_pool_here", "zh", limit="30")
    assert "⚙️" in await limited.manage("group", "冷却 10")


async def test_the_fleets_cooldown_is_the_least(limited: Desk):
    said = await limited.manage("group", "冷却 19")
    assert said == reply("cooldown_too_short", "zh", limit=20)
    assert "⏳ 冷却：60 秒" in await limited.manage("group", "冷却 60")
    assert "⏳ 冷却：20 秒（默认）" in await limited.manage("group", "冷却 默认")


async def test_the_fleets_queue_is_the_most_for_everybody(desk: Desk):
    assert "1 – 3" in await desk.manage("group", "排队 4", by=OWNER)
    assert (await rules(desk)).queue_cap is None


async def test_somebody_may_get_what_is_usual_where_the_group_gives_less(limited: Desk):
    await limited.manage("group", "每天 1")
    assert "🎟" in await limited.manage("quota", "每天 3", of=BORIS)
    assert (await left(limited), await left(limited, BORIS)) == (UNIT, 3 * UNIT)
    assert await limited.manage("quota", "每天 4", of=BORIS) == reply("no_pool", "zh")


async def test_what_was_decided_in_advance_holds_within_what_is_usual_later(tmp_path: Path):
    async with desk_in(tmp_path) as free:
        await free.manage("group", "每天 1000")
        await free.manage("group", "冷却 1")
        assert "🎟 每人每天：1000\n⏳ 冷却：1 秒" in await free.manage("group")
    async with desk_in(tmp_path, QuotaDefaults(allowance=2 * UNIT), cooldown_s=60) as limited:
        limited._events = 1000
        assert "🎟 每人每天：2\n⏳ 冷却：60 秒" in await limited.manage("group")
        assert await left(limited) == 2 * UNIT
        assert await ask(limited) is None
        assert "再等 60 秒" in str(await ask(limited))


STRICTER = [("每天", "1", "2"), ("冷却", "60", "30"), ("排队", "1", "2"), ("张数", "1", "2"),
            ("尺寸", "384x384", "448x448")]  # fmt: skip


@pytest.mark.parametrize(("name", "value", "looser"), STRICTER)
async def test_what_the_fleet_made_stricter_only_the_fleet_loosens(limited, name, value, looser):
    await limited.manage("group", f"{name} {value}", by=OWNER, admin=False)
    before = await rules(limited)
    for wish in (looser, "默认"):
        said = await limited.manage("group", f"{name} {wish}")
        assert said == reply("held_by_fleet", "zh")
        assert await rules(limited) == before
    await limited.manage("group", f"{name} {looser}", by=OWNER, admin=False)
    await limited.manage("group", f"{name} 默认", by=OWNER, admin=False)
    assert await rules(limited) == GroupRules()


async def test_stricter_still_it_stays_the_fleets(limited: Desk):
    await limited.manage("group", "冷却 60", by=OWNER, admin=False)
    assert "⚙️" in await limited.manage("group", "冷却 120")
    assert await limited.manage("group", "冷却 60") == reply("held_by_fleet", "zh")


async def test_a_pool_is_no_way_around_it(limited: Desk):
    await limited.manage("group", "每天 1", by=OWNER, admin=False)
    await limited.manage("quota", "群 每天 100", by=OWNER)
    assert await limited.manage("group", "每天 40") == reply("held_by_fleet", "zh")


# --- what holds for those who draw ----------------------------------------------------------------


async def test_a_second_request_waits_for_the_cooldown(desk: Desk):
    await desk.manage("group", "冷却 30秒")
    assert await ask(desk) is None
    desk.store.clock.advance(10_000)
    assert await ask(desk) == "歇一歇：这里每人每 30 秒画一次，再等 20 秒就可以了。"
    assert await ask(desk, by=BORIS) is None
    assert await ask(desk, at=ELSEWHERE) is None
    desk.store.clock.advance(20_000)
    assert await ask(desk) is None


async def test_who_asks_again_and_again_is_told_once(desk: Desk):
    await desk.manage("group", "冷却 30秒")
    for _ in range(3):
        await desk.desk.draw(desk.origin(), CIRCLE)
        desk.store.clock.advance(2_000)
    told = [notice for notice in await desk.said() if notice.refusal == "cooldown"]
    assert len(told) == 1


async def test_a_mistyped_request_begins_no_cooldown(desk: Desk):
    await desk.manage("group", "冷却 30秒")
    assert "步数" in str(await ask(desk, f"{CIRCLE} 步数 999"))
    assert await ask(desk) is None


async def test_a_repetition_waits_too(desk: Desk):
    await desk.drawn(scope=CHAT.chat)
    await desk.manage("group", "冷却 30秒")
    assert "30" in str(await desk.again(quiet=True))


async def test_a_cooldown_of_all_groups_holds_where_none_was_decided(limited: Desk):
    assert await ask(limited) is None
    assert "再等 20 秒" in str(await ask(limited))


@pytest.mark.parametrize("by", [OWNER, FLEET_ADMIN])
async def test_who_runs_the_fleet_does_not_wait(limited: Desk, by):
    await limited.manage("staff", "add 70007", by=OWNER)
    for _ in range(2):
        assert await ask(limited, by=by) is None


async def test_whoever_sits_at_the_machine_keeps_to_no_rules(limited: Desk):
    for _ in range(2):
        here = replace(CHAT, platform="board", chat="local")
        assert await ask(limited, f"{CIRCLE} 4张 尺寸 1024x1024", by="board:1", at=here) is None


async def test_the_groups_queue_is_counted_in_the_group(desk: Desk):
    await desk.manage("group", "排队 1")
    assert await ask(desk) is None
    assert await ask(desk) == reply("queue_full_here", "zh", limit=1)
    assert await ask(desk, at=ELSEWHERE) is None


async def test_too_many_or_too_large_is_refused_with_what_is_allowed(desk: Desk):
    await desk.manage("group", "张数 2")
    await desk.manage("group", "尺寸 512x512")
    assert await ask(desk, f"{CIRCLE} 3张") == reply("too_many_here", "zh", limit=2)
    said = await ask(desk, f"{CIRCLE} 尺寸 640x512")
    assert said == reply("too_large_here", "zh", limit="512×512", value="640×512")
    assert await latest(desk) is None
    assert await ask(desk, f"{CIRCLE} 2张 尺寸 512x512") is None


async def test_the_groups_shape_is_drawn_where_none_is_named(desk: Desk):
    await desk.manage("group", "画幅 横图")
    sizes = []
    for said in ("", " 方图", " 尺寸 256x256"):
        assert await ask(desk, CIRCLE + said) is None
        drawn = await latest(desk)
        assert drawn is not None
        sizes.append((drawn.spec.width, drawn.spec.height))
    assert sizes == [(688, 384), (512, 512), (256, 256)]


async def test_words_offered_for_editing_keep_the_shape_of_the_picture(desk: Desk):
    drawn = await desk.draw(CIRCLE)
    assert await desk.desk.edit_text(desk.origin(), drawn.id) == CIRCLE
    await desk.manage("group", "画幅 横图")
    assert await desk.desk.edit_text(desk.origin(), drawn.id) == f"{CIRCLE}\n方图"


# --- everybody who asks there ---------------------------------------------------------------------


async def settled(desk: Desk, **who: Any) -> Origin:
    return await desk.desk.settled(desk.origin(**who))


async def test_a_group_speaks_one_language(desk: Desk):
    assert (await settled(desk, locale="zh")).locale == "zh"
    said = await desk.manage("group", "语言 英文", locale="zh")
    assert said.startswith("⚙️ What holds")
    assert (await settled(desk, locale="zh")).locale == "en"
    assert (await settled(desk, at=ELSEWHERE)).locale == "zh"
    await ask(desk)
    drawn = await latest(desk)
    assert drawn is not None
    assert drawn.locale == "en"
    await desk.manage("group", "语言 自动")
    assert (await settled(desk, locale="zh")).locale == "zh"


async def test_every_picture_of_a_group_is_hidden(desk: Desk):
    before = await desk.drawn()
    await desk.manage("group", "遮挡 开")
    await ask(desk)
    drawn = await latest(desk)
    assert drawn is not None
    assert drawn.spoiler
    origin = await settled(desk)
    await desk.desk.show(origin, before.id)
    await desk.desk.original(await settled(desk), before.id, 0, quiet=True)
    hidden = [n.attachment.spoiler for n in await desk.said() if n.attachment is not None]
    assert hidden == [True, True]
    await desk.manage("group", "遮挡 默认")
    assert not (await settled(desk)).spoiler


async def test_times_are_told_in_the_groups_zone(desk: Desk):
    await desk.manage("group", "每天 3")
    await desk.draw(CIRCLE)
    await desk.manage("group", "时区 Europe/Berlin")
    # 03:04:05 UTC.
    assert "01-02 04:04" in (await desk.manage("audit")).splitlines()[1]
    assert "01-02 04:04  −1" in await desk.manage("quota", by=ANNA)


async def test_a_group_that_moves_takes_its_rules_along(desk: Desk):
    await desk.manage("group", "冷却 30秒")
    await desk.manage("group", "语言 英文")
    assert await ask(desk) is None
    await desk.desk.chat_moved("telegram", CHAT.chat, "-1001")
    moved = replace(CHAT, chat="-1001")
    assert (await settled(desk, at=moved)).locale == "en"
    assert "30 s here" in str(await ask(desk, at=moved))
