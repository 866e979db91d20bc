"""Places: topics and channels that were opened or closed, against what holds for their group."""

import pytest

from bot.core.acts import ActKind
from bot.core.errors import Refusal
from bot.core.generation import Address
from bot.core.moderation.places import Decision, PlaceState
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
    assert await store.places.state(TOPIC, "-100") == PlaceState()


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


CHANNEL = address(platform="discord", chat="70")
THREAD = address(platform="discord", chat="72", parent_chat="70")


@pytest.mark.parametrize(
    ("decided", "opened"),
    [
        ([], True),
        ([(CHANNEL, False)], False),
        ([(CHANNEL, False), (THREAD, True)], True),
        ([(CHANNEL, True), (THREAD, False)], False),
        ([(CHANNEL, False), (CHANNEL, True)], True),
    ],
)
async def test_a_thread_is_as_its_channel_is_unless_it_was_decided_itself(
    store: Store, decided, opened
):
    for place, open_ in decided:
        await set_place(store, open_, place)
    assert await is_open(store, THREAD, "guild:7") == opened


async def test_a_thread_of_an_open_channel_in_a_closed_group_is_open(store: Store):
    await store.places.set_group("discord", "guild:7", open_=False, by_fleet=False, act=act())
    assert not await is_open(store, THREAD, "guild:7")
    await set_place(store, True, CHANNEL)
    assert await is_open(store, THREAD, "guild:7")


async def test_threads_of_what_the_fleet_closed_the_fleet_alone_opens(store: Store):
    async def decide(place: Address, *, open_: bool, by_fleet: bool) -> None:
        await store.places.set_place(
            place, "guild:7", open_=open_, by_fleet=by_fleet, act=act(kind=ActKind.OPEN)
        )

    await decide(THREAD, open_=True, by_fleet=False)
    await decide(CHANNEL, open_=False, by_fleet=True)
    assert not await is_open(store, THREAD, "guild:7")
    # Nor does it help to close it oneself first.
    await decide(THREAD, open_=False, by_fleet=False)
    with pytest.raises(Refusal, match="closed_by_fleet"):
        await decide(THREAD, open_=True, by_fleet=False)
    await decide(THREAD, open_=True, by_fleet=True)
    assert await is_open(store, THREAD, "guild:7")
    await decide(CHANNEL, open_=True, by_fleet=True)
    await decide(THREAD, open_=False, by_fleet=False)
    await decide(THREAD, open_=True, by_fleet=False)


@pytest.mark.parametrize("closed", ["group", "channel"])
async def test_what_the_fleet_opened_and_admins_closed_they_open_again(store: Store, closed: str):
    async def decide(open_: bool, *, by_fleet: bool, place: Address = THREAD) -> None:
        await store.places.set_place(
            place, "guild:7", open_=open_, by_fleet=by_fleet, act=act(kind=ActKind.OPEN)
        )

    if closed == "group":
        await store.places.set_group("discord", "guild:7", open_=False, by_fleet=True, act=act())
    else:
        await decide(False, by_fleet=True, place=CHANNEL)
    await decide(True, by_fleet=True)
    # Twice each: to open what is open takes nothing away either.
    for open_ in (True, True, False, False, True):
        await decide(open_, by_fleet=False)
        assert await is_open(store, THREAD, "guild:7") == open_
    await decide(False, by_fleet=False)
    await decide(False, by_fleet=True)
    with pytest.raises(Refusal, match="closed_by_fleet"):
        await decide(True, by_fleet=False)


async def test_in_a_channel_that_the_fleet_opened_and_admins_closed_they_open_threads(store: Store):
    await store.places.set_group("discord", "guild:7", open_=False, by_fleet=True, act=act())
    for place, open_, by_fleet in ((CHANNEL, True, True), (CHANNEL, False, False)):
        await store.places.set_place(
            place, "guild:7", open_=open_, by_fleet=by_fleet, act=act(kind=ActKind.OPEN)
        )
    assert not await is_open(store, THREAD, "guild:7")
    await set_place(store, True, THREAD)
    assert await is_open(store, THREAD, "guild:7")


async def test_a_request_knows_of_which_channel_its_place_is_a_thread(store: Store):
    row = await store.queued(address=THREAD)
    assert row.address.parent_chat == "70"
    assert (await store.now(row)).address == THREAD


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
    own, group = Decision(open=True), Decision(open=False)
    assert await store.places.state(moved, "-1001") == PlaceState(own=own, group=group)
    assert await store.places.state(GENERAL, "-100") == PlaceState()
