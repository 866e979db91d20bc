"""/weight: somebody's share of the GPU."""

import pytest

from bot.core.replies import reply
from tests.integration.front_desk_life import ANNA, BORIS, OWNER, Desk


async def weights(desk: Desk, *people: str) -> list[float]:
    return [await desk.store.people.weight(one) for one in people]


async def test_an_owner_sets_the_one_of_whom_they_point_at(desk: Desk):
    assert await weights(desk, ANNA, BORIS) == [1.0, 1.0]
    said = await desk.manage("weight", "2", of=ANNA, by=OWNER)
    assert said == reply("weight", "zh", who=ANNA, weight="2")
    assert await weights(desk, ANNA, BORIS) == [2.0, 1.0]
    await desk.store.sql("UPDATE people SET name = 'anna' WHERE person = :p", p=ANNA)
    await desk.manage("weight", "@Anna 0.5", by=OWNER)
    await desk.manage("weight", "20002 3", of=ANNA, by=OWNER)
    assert await weights(desk, ANNA, "telegram:20002") == [0.5, 3.0]
    await desk.manage("weight", "默认", of=ANNA, by=OWNER)
    assert await weights(desk, ANNA) == [1.0]


async def test_without_a_number_it_says_what_it_is(desk: Desk):
    await desk.manage("weight", "0.25", of=ANNA, by=OWNER)
    said = await desk.manage("weight", of=ANNA, by=OWNER)
    assert said == reply("weight", "zh", who=ANNA, weight="0.25")
    assert len(await desk.store.sql("SELECT 1 FROM acts")) == 1


async def test_a_redelivered_weight_does_not_undo_a_later_one(desk: Desk):
    await desk.manage("weight", "2", of=ANNA, by=OWNER, event="first")
    await desk.manage("weight", "3", of=ANNA, by=OWNER)
    await desk.store.sql("DELETE FROM notices")
    said = await desk.manage("weight", "2", of=ANNA, by=OWNER, event="first")
    assert said == reply("weight", "zh", who=ANNA, weight="2")
    assert await weights(desk, ANNA) == [3.0]


@pytest.mark.parametrize(
    ("by", "words", "code"),
    [("telegram:5", "2", "fleet_only"), (OWNER, "11", "bad_weight")],
)
async def test_others_set_none_and_none_is_out_of_range(desk: Desk, by, words, code):
    said = await desk.manage("weight", words, of=ANNA, by=by)
    assert said == reply(code, "zh", least="0.1", most="10")
    assert await weights(desk, ANNA) == [1.0]


async def test_it_is_somebodys(desk: Desk):
    assert await desk.manage("weight", "2", by=OWNER) == reply("whom", "zh")
