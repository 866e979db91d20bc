"""/here: whether people may draw in this topic or channel, or in the group."""

from dataclasses import replace
from typing import Any

import pytest

from bot.core.errors import Refusal
from bot.core.generation import Address
from bot.core.replies import reply
from tests.integration.front_desk_life import ANNA, CHAT, ELSEWHERE, OWNER, Desk, words

TOPIC, OTHER_TOPIC = replace(CHAT, thread="5"), replace(CHAT, thread="6")
CIRCLE = "一个红色的圆"
CLOSED = reply("closed", "zh")


async def draws(desk: Desk, at: Address = CHAT, **origin) -> str:
    """What somebody who draws is told; nothing where it is accepted."""
    said = await desk.desk.draw(desk.origin(at=at, **origin), CIRCLE, quiet=True)
    assert said is not None
    return "" if said.done else said.text


async def test_a_topic_is_closed_and_opened(desk: Desk):
    assert await desk.manage("here", "off", at=TOPIC) == reply("place_closed", "zh")
    assert [await draws(desk, at) for at in (TOPIC, OTHER_TOPIC, CHAT)] == [CLOSED, "", ""]
    assert await desk.manage("here", "启用", at=TOPIC) == reply("place_opened", "zh")
    assert await draws(desk, TOPIC) == ""


async def test_only_one_topic_of_a_group_is_left_open(desk: Desk):
    assert await desk.manage("here", "off 全群") == reply("group_closed", "zh")
    await desk.manage("here", "on", at=TOPIC)
    assert [await draws(desk, at) for at in (TOPIC, OTHER_TOPIC, CHAT)] == ["", CLOSED, CLOSED]
    assert await draws(desk, ELSEWHERE) == ""
    await desk.manage("here", "on group")
    assert await draws(desk, CHAT) == ""


@pytest.mark.parametrize(
    ("decided", "code"),
    [
        ([], "place_is_open"),
        (["off"], "place_is_closed_alone"),
        (["off 全群"], "place_is_closed"),
        (["off 全群", "on"], "place_is_open_alone"),
        (["off", "off 全群"], "place_is_closed"),
    ],
)
async def test_alone_it_says_to_anybody_how_it_is(desk: Desk, decided, code):
    for wish in decided:
        await desk.manage("here", wish, at=TOPIC)
    assert await desk.manage("here", by=ANNA, admin=False, at=TOPIC) == reply(code, "zh")


@pytest.mark.parametrize("wish", ["open", "off 全部", "off here", "全群"])
async def test_what_is_not_understood_closes_nothing(desk: Desk, wish):
    assert await desk.manage("here", wish) == reply("bad_here", "zh")
    assert await draws(desk) == ""


async def test_in_a_closed_place_nothing_new_is_drawn_and_all_else_works(desk: Desk):
    picture, waiting = await desk.drawn(), await desk.draw(CIRCLE)
    await desk.manage("here", "off")
    assert await desk.again(generation_id=picture.id, quiet=True) == CLOSED
    edit = await desk.desk.ask_for_edit(desk.origin(), picture.id, quiet=True)
    assert words(edit) == CLOSED
    with pytest.raises(Refusal, match="closed"):
        await desk.desk.edit_text(desk.origin(), picture.id)
    original = await desk.desk.original(desk.origin(), picture.id, 1, quiet=True)
    assert original is not None
    assert original.done
    await desk.desk.show(desk.origin(), picture.id)
    await desk.desk.help(desk.origin(), start=False)
    assert await desk.cancel(generation_id=waiting.id) == reply("toast_cancelled", "zh")
    assert "🎟" in await desk.manage("quota", by=ANNA, admin=False)


async def test_a_bare_draw_is_not_asked_for_a_prompt_and_late_ones_are_not_offered(desk: Desk):
    await desk.manage("here", "off")
    for notice in await desk.said():
        await desk.store.notices.said(notice.event_key)
    await desk.desk.offer(desk.origin())
    await desk.desk.offer_again(desk.origin(), None, None)
    assert await desk.said() == []
    await desk.desk.ask_for_prompt(desk.origin())
    assert [notice.text for notice in await desk.said()] == [CLOSED]


async def test_the_refusal_is_said_once_in_half_a_minute(desk: Desk):
    await desk.manage("here", "off")
    for notice in await desk.said():
        await desk.store.notices.said(notice.event_key)
    for _ in range(3):
        await desk.desk.draw(desk.origin(), CIRCLE)
    assert [notice.text for notice in await desk.said()] == [CLOSED]


async def test_channels_of_a_guild_are_places_of_one_group(desk: Desk):
    guild: dict[str, Any] = {"group": "guild:7"}
    hall, studio = (Address(platform="discord", chat=chat) for chat in ("70", "71"))
    await desk.manage("here", "off 全群", at=hall, **guild)
    await desk.manage("here", "on", at=studio, **guild)
    assert await draws(desk, hall, **guild) == CLOSED
    assert await draws(desk, studio, **guild) == ""


async def test_it_moves_with_the_group(desk: Desk):
    await desk.manage("here", "off 全群")
    await desk.store.moves.move("telegram", "-100", "-1001")
    assert await draws(desk, replace(CHAT, chat="-1001")) == CLOSED


# --- what the fleet closed ------------------------------------------------------------------------

BY_OWNER: dict[str, Any] = {"by": OWNER, "admin": False}
HELD = reply("closed_by_fleet", "zh")


async def test_a_group_that_the_fleet_closed_only_the_fleet_opens(desk: Desk):
    await desk.manage("here", "on", at=TOPIC)
    said = await desk.manage("here", "off 全群", **BY_OWNER)
    assert said == reply("group_closed_by_fleet", "zh")
    assert await draws(desk, TOPIC) == CLOSED
    # Nor does it help to close it oneself first.
    await desk.manage("here", "off 全群")
    assert await desk.manage("here", "on 全群") == HELD
    assert await desk.manage("here", "on", at=OTHER_TOPIC) == HELD
    assert [await draws(desk, at) for at in (CHAT, TOPIC, OTHER_TOPIC)] == [CLOSED] * 3
    assert await desk.manage("here", at=TOPIC) == reply("place_is_closed", "zh")
    await desk.manage("here", "on", at=OTHER_TOPIC, **BY_OWNER)
    assert [await draws(desk, at) for at in (CHAT, TOPIC, OTHER_TOPIC)] == [CLOSED, CLOSED, ""]
    await desk.manage("here", "on 全群", **BY_OWNER)
    assert [await draws(desk, at) for at in (CHAT, TOPIC)] == ["", ""]
    await desk.manage("here", "off 全群")
    assert await desk.manage("here", "on 全群") == reply("group_opened", "zh")


async def test_so_does_a_topic(desk: Desk):
    said = await desk.manage("here", "off", at=TOPIC, **BY_OWNER)
    assert said == reply("place_closed_by_fleet", "zh")
    await desk.manage("here", "off", at=TOPIC)
    assert await desk.manage("here", "on", at=TOPIC) == HELD
    assert [await draws(desk, at) for at in (TOPIC, CHAT)] == [CLOSED, ""]
    await desk.manage("here", "on", at=TOPIC, **BY_OWNER)
    assert await draws(desk, TOPIC) == ""
