"""/audit and /staff: who decided what, and who may decide for every group."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.admin.ask import Pointed
from bot.core.admin.audit import TOLD
from bot.core.admin.pages import PAGE_CHARACTERS
from bot.core.press import parse_press, press_code
from bot.core.replies import reply
from tests.builders import act
from tests.integration.front_desk_life import (
    ADMIN,
    ANNA,
    BORIS,
    ELSEWHERE,
    OWNER,
    Desk,
    said_to_be,
)


async def lines(desk: Desk, words: str = "", **who) -> list[str]:
    """What /audit tells, without its heading and the times."""
    told = await desk.manage("audit", words, **who)
    return [line.split("  ", 1)[1] for line in told.splitlines()[1:]]


async def test_every_act_is_a_line_newest_first(desk: Desk):
    await desk.manage("quiet", "on")
    await desk.manage("quota", "每天 2 刷屏", of=ANNA)
    assert await lines(desk) == [
        f"{ADMIN} 改额度 {ANNA} 每天 2 刷屏",
        f"{ADMIN} 安静模式 -100 on",
    ]


async def test_it_can_be_about_somebody(desk: Desk):
    await desk.manage("quota", "每天 2", of=ANNA)
    await desk.manage("quota", "每天 3", of=BORIS)
    await desk.manage("quota", "每天 1", of=ANNA, by="telegram:6")
    assert len(await lines(desk, of=ANNA)) == 2
    assert await lines(desk, of=BORIS) == [f"{ADMIN} 改额度 {BORIS} 每天 3"]
    assert len(await lines(desk, of=ADMIN)) == 2


async def turned(desk: Desk, label: str, **who) -> list[str]:
    """What the page becomes, without times, when its button is pressed."""
    shown = (await desk.said())[-1]
    (button,) = [one for one in shown.buttons if one.label == reply(label, "zh")]
    pressed = parse_press(press_code(button))
    assert pressed is not None
    told = await desk.manage(pressed.command, pressed.words, **who)
    return [line.split("  ", 1)[1] for line in told.splitlines()[1:]]


async def labels(desk: Desk) -> list[str]:
    return [button.label for button in (await desk.said())[-1].buttons]


NEWER, OLDER = reply("button_newer", "zh"), reply("button_older", "zh")


async def test_all_of_it_is_told_in_pages_that_turn_both_ways(desk: Desk):
    for number in range(2 * TOLD + 5):
        await desk.store.decided(act(detail=f"第{number}"))
    newest = await lines(desk)
    assert (len(newest), await labels(desk)) == (TOLD, [OLDER])
    middle = await turned(desk, "button_older")
    assert (len(middle), await labels(desk)) == (TOLD, [NEWER, OLDER])
    oldest = await turned(desk, "button_older")
    assert (len(oldest), await labels(desk)) == (5, [NEWER])
    told = [line.rsplit(" ", 1)[1] for line in newest + middle + oldest]
    assert told == [f"第{number}" for number in reversed(range(2 * TOLD + 5))]
    # What is decided meanwhile shifts nothing.
    await desk.store.decided(act(detail="后来"))
    assert await turned(desk, "button_newer") == middle
    again = await turned(desk, "button_newer")
    assert (len(again), again[-1]) == (TOLD, newest[-1])


async def test_a_page_of_long_lines_is_shorter_and_none_is_lost(desk: Desk):
    for number in range(TOLD + 5):
        await desk.store.decided(act(detail=f"{'长' * 190}{number:03}"))
    told = await lines(desk)
    while OLDER in await labels(desk):
        assert len((await desk.said())[-1].text) <= PAGE_CHARACTERS + 100
        told += await turned(desk, "button_older")
    assert [line[-3:] for line in told] == [f"{number:03}" for number in reversed(range(TOLD + 5))]
    back = []
    while NEWER in await labels(desk):
        back = await turned(desk, "button_newer")
    assert back == told[: len(back)]


@pytest.mark.parametrize("person", [ANNA, "telegram:-1001234567890"])
async def test_pages_about_somebody_stay_about_them(desk: Desk, person):
    for number in range(TOLD + 1):
        await desk.store.decided(act(target=person, detail=f"{number}"))
        await desk.store.decided(act(target=BORIS))
    await lines(desk, of=person)
    (oldest,) = await turned(desk, "button_older")
    assert oldest.endswith(f"{person} 0")
    assert len(await turned(desk, "button_newer")) == TOLD


async def test_pages_of_all_groups_are_for_those_who_run_them_where_nobody_reads_along(desk: Desk):
    for number in range(TOLD + 1):
        await desk.store.decided(act(scope=f"-{number}"))
    await lines(desk, "全部", by=OWNER, alone=True)
    (button,) = (await desk.said())[-1].buttons
    pressed = parse_press(press_code(button))
    assert pressed is not None
    assert await desk.manage("audit", pressed.words) == reply("fleet_only", "zh")
    assert await desk.manage("audit", pressed.words, by=OWNER) == reply("private_only", "zh")
    assert len(await lines(desk, pressed.words, by=OWNER, alone=True)) == 1
    assert (await desk.said())[-1].private


async def test_a_group_reads_of_itself_alone(desk: Desk):
    await desk.manage("quota", "每天 2", of=ANNA)
    await desk.manage("staff", "add 70007", by=OWNER, alone=True)
    assert await lines(desk, at=ELSEWHERE) == []
    told = await lines(desk, "全部", by=OWNER, at=ELSEWHERE, alone=True)
    assert told[0] == f"{OWNER} 总管理员 telegram:70007 add （所有群）"
    assert len(told) == 2


async def test_a_redelivered_act_is_one_line_and_is_answered(desk: Desk):
    origin = desk.origin(by=ADMIN)
    for _ in range(2):
        await desk.desk.manage(
            origin,
            "quota",
            "每天 2",
            pointed=Pointed(person=ANNA),
            is_admin=said_to_be(True),
        )
    assert len(await lines(desk)) == 1


async def test_it_goes_along_when_the_group_moves(desk: Desk):
    await desk.manage("quiet", "on")
    await desk.store.moves.move("telegram", "-100", "-1001")
    moved = replace(ELSEWHERE, chat="-1001")
    assert len(await lines(desk, at=moved)) == 1


async def test_nothing_decided_is_said(desk: Desk):
    assert await desk.manage("audit") == reply("no_acts", "zh")


async def test_an_owner_appoints_and_dismisses(desk: Desk):
    assert await desk.manage("staff", by=OWNER, alone=True) == reply("no_staff", "zh")
    assert "telegram:70007" in await desk.manage("staff", "add 70007", by=OWNER, alone=True)
    pool: dict[str, Any] = {"by": "telegram:70007", "admin": False}
    assert "🎟" in await desk.manage("quota", "群 每天 100", **pool)
    assert await desk.manage("staff", "add 80008", **pool) == reply("owners_only", "zh")
    assert "不再" in await desk.manage("staff", "remove 70007", by=OWNER)
    assert await desk.manage("quota", "群 每天 200", **pool) == reply("pool_is_the_fleets", "zh")


@pytest.mark.parametrize("words", ["hire 70007", "add"])
async def test_an_unclear_wish_appoints_nobody(desk: Desk, words):
    await desk.manage("staff", words, by=OWNER, alone=True)
    assert not await desk.store.people.fleet_admins()


async def test_a_reply_with_nothing_else_is_a_question_about_them(desk: Desk):
    await desk.manage("quota", "每天 2", of=BORIS)
    assert (await desk.manage("quota", of=BORIS)).startswith("👤 2\n🎟 额度还剩 2")
    own = await desk.manage("quota", of=BORIS, by=ANNA, admin=False)
    assert own == reply("quota_unlimited", "zh")


async def test_a_pressed_command_answers_in_place_and_is_refused_to_whoever_pressed(desk: Desk):
    pressed: dict[str, Any] = {"is_admin": said_to_be(True), "pressed": True, "in_place": True}
    said = await desk.desk.manage(desk.origin(), "audit", **pressed)
    assert said is not None
    assert said.done
    assert [notice.in_place for notice in await desk.said()] == [True]
    refused = await desk.desk.manage(desk.origin(), "audit", pressed=True)
    assert refused is not None
    assert refused.text == reply("admins_only", "zh")
    unknown = await desk.desk.manage(desk.origin(), "dance", **pressed)
    assert unknown is not None
    assert unknown.text == reply("unknown_button", "zh")
    assert len(await desk.said()) == 1


async def test_what_was_refused_stays_refused_when_it_is_delivered_again(desk: Desk):
    origin = desk.origin(by=ADMIN)
    for is_admin in (False, True):
        await desk.desk.manage(origin, "quiet", "on", is_admin=said_to_be(is_admin))
    assert not await desk.store.settings.quiet("telegram", "-100")
    assert [notice.refusal for notice in await desk.said()] == ["admins_only"]


async def test_a_chat_is_nobody_to_appoint(desk: Desk):
    said = await desk.manage("staff", "add", of="telegram:-100", by=OWNER, alone=True)
    assert said == reply("not_a_person", "zh")
    assert not await desk.store.people.fleet_admins()


@pytest.mark.parametrize("words", ["1440 minutes 刷屏", "1440分钟 刷屏"])
async def test_a_length_of_time_is_nobody(desk: Desk, words):
    await desk.manage("ban", words, of=BORIS)
    assert await lines(desk, of=BORIS) == [f"{ADMIN} 封禁 {BORIS} {words}"]


async def test_whom_an_option_names_is_meant_whatever_is_written(desk: Desk):
    pointed = Pointed(person=BORIS, certain=True)
    origin = desk.origin(by=ADMIN)
    await desk.desk.manage(
        origin, "quota", "每天 2 12345 次", pointed=pointed, is_admin=said_to_be(True)
    )
    assert len(await lines(desk, of=BORIS)) == 1


async def test_a_wide_blank_parts_words_as_well(desk: Desk):
    assert (await desk.manage("audit", "全部\u3000", by=OWNER, alone=True)) == reply(
        "no_acts", "zh"
    )
    assert await desk.manage("here", "off\u3000全群") != reply("bad_wish", "zh", wish="off")
