"""Places: topics and channels that were opened or closed, against what holds for their group."""

import pytest

from bot.core.acts import ActKind
from bot.core.errors import Refusal
from bot.core.moderation.places import PlaceState
from tests.builders import act, address, bounds, new_generation
from tests.stores import Store

GENERAL, TOPIC = address(), address(thread="5")


async def is_open(store: Store, place=GENERAL, scope: str = "-100") -> bool:
    """As admission has it, and everybody who asks before."""
    answers = []
    for check in (
        store.admittance.check("telegram:1", place, scope),
        store.admissions.admit(new_generation(address=place, scope=scope), bounds()),
    ):
        try:
            await check
        except Refusal as refused:
            answers.append(refused.code)
        else:
            answers.append("open")
    state = await store.places.state(place, scope)
    assert answers == ["open" if state.open else "closed"] * 2
    return state.open


async def set_place(store: Store, open_: bool, place=GENERAL, event: str | None = None) -> None:
    await store.places.set_place(
        place, "-100", open_=open_, by_fleet=False, act=act(event, kind=ActKind.OPEN)
    )


async def set_group(store: Store, open_: bool, event: str | None = None) -> None:
    await store.places.set_group("telegram", "-100", open_=open_, by_fleet=False, act=act(event))


async def test_everything_is_open_until_it_is_closed(store: Store):
    assert await is_open(store)
    assert await store.places.state(TOPIC, "-100") == PlaceState(own=None, group=True)


async def test_a_topic_is_closed_alone(store: Store):
    await set_place(store, False, TOPIC)
    assert not await is_open(store, TOPIC)
    assert await is_open(store, GENERAL)
    assert await is_open(store, address(chat="-200", thread="5"), "-200")
    assert await is_open(store, address(platform="discord", thread="5"))


async def test_a_group_is_closed_but_for_what_was_opened_itself(store: Store):
    await set_group(store, False)
    await set_place(store, True, TOPIC)
    assert not await is_open(store, GENERAL)
    assert await is_open(store, TOPIC)
    await set_group(store, True)
    await set_place(store, False, TOPIC)
    assert await is_open(store, GENERAL)
    assert not await is_open(store, TOPIC)


async def test_channels_of_one_guild_share_what_holds_for_it(store: Store):
    channels = [address(platform="discord", chat=chat) for chat in ("70", "71")]
    await store.places.set_group("discord", "guild:7", open_=False, by_fleet=False, act=act())
    await set_place(store, True, channels[1])
    assert [await is_open(store, place, "guild:7") for place in channels] == [False, True]


@pytest.mark.parametrize("change", [set_place, set_group])
async def test_it_acts_once_for_an_event(store: Store, change):
    await change(store, False, event="here:1")
    await change(store, True)
    await change(store, False, event="here:1")
    assert await is_open(store)


async def test_it_goes_along_when_the_group_moves(store: Store):
    await set_group(store, False)
    await set_place(store, True)
    await store.moves.move("telegram", "-100", "-1001")
    moved = address(chat="-1001")
    assert await store.places.state(moved, "-1001") == PlaceState(own=True, group=False)
    assert await store.places.state(GENERAL, "-100") == PlaceState(own=None, group=True)
