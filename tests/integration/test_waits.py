"""How long somebody is told to wait, over real rows."""

from collections.abc import AsyncIterator

import pytest

from bot.core.news import News
from bot.core.pace import Pace
from bot.core.waits import Wait, Waits
from bot.store.database import Database
from engine.profiles import profile_named
from tests.builders import spec
from tests.stores import MEMORY, Store, store_over

SIZE = {"width": 1024, "height": 1024}


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with Database(MEMORY) as database:
        yield store_over(database)


@pytest.fixture
def pace() -> Pace:
    return Pace(profile_named("z-image-turbo"))


@pytest.fixture
def news() -> News:
    return News()


@pytest.fixture
def waits(store: Store, pace: Pace, news: News) -> Waits:
    return Waits(line=store.admissions, pace=pace, news=news)


async def test_before_anything_was_measured_only_the_place_is_known(store: Store, waits: Waits):
    await store.queued(requester="telegram:2", spec=spec(count=3))
    mine = await store.queued()
    assert await waits(mine) == Wait(ahead=3, seconds=None)


async def test_all_that_is_ahead_and_ones_own_are_at_the_pace_of_now(
    store: Store, waits: Waits, pace: Pace
):
    """Also what was admitted when nothing was known."""
    for _ in range(2):
        await store.queued(requester="telegram:2", spec=spec(count=2), cost=1000.0)
    await store.queued(requester="telegram:3", spec=spec(steps=4), cost=1000.0)
    mine = await store.queued(requester="telegram:3", spec=spec(steps=4), cost=1000.0)
    pace.learn(1.0)
    two, short = pace.seconds(spec(count=2).workload), pace.seconds(spec(steps=4).workload)
    wait = await waits(mine)
    assert wait.ahead == 5
    assert wait.seconds == pytest.approx(2 * two + 2 * short)


async def test_what_is_drawn_already_is_not_waited_for(
    store: Store, waits: Waits, pace: Pace, news: News
):
    pace.learn(1.0)
    one = pace.seconds(spec().workload)
    drawing = await store.running(requester="telegram:2")
    mine = await store.queued()
    assert (await waits(mine)).seconds == pytest.approx(2 * one)
    await store.jobs.begun(drawing.key)
    news.progressed(drawing.key, 6, 8)
    assert (await waits(mine)).seconds == pytest.approx(1.25 * one)
    assert (await waits(await store.now(drawing))).seconds == pytest.approx(0.25 * one)
