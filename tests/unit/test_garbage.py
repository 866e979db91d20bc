import asyncio
import gc
from collections.abc import Iterator

import pytest

from bot import garbage
from bot.garbage import LESSER_ONES, collect_if_quiet, spare_what_stays, wait_for_what_stays


@pytest.fixture(autouse=True)
def usual_again() -> Iterator[None]:
    usual = gc.get_threshold()
    gc.unfreeze()
    yield
    gc.set_threshold(*usual)
    # For the tests that follow, which else go through all that was imported.
    gc.freeze()
    gc.enable()


async def test_what_is_there_at_the_start_is_not_looked_at_again() -> None:
    spare_what_stays()
    seen: list[int] = []
    gc.collect()
    seen.append(len(gc.get_objects()))
    assert gc.get_freeze_count() > 10 * seen[0]


async def test_full_collections_are_rare_and_lesser_ones_are_not() -> None:
    young, middle, _ = gc.get_threshold()
    spare_what_stays()
    assert gc.get_threshold() == (young, middle, LESSER_ONES)


async def test_nothing_is_looked_for_until_what_stays_is_spared() -> None:
    wait_for_what_stays()
    assert not gc.isenabled()
    spare_what_stays()
    assert gc.isenabled()


async def test_what_went_round_in_circles_goes_when_it_is_quiet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spare_what_stays()
    gc.collect(1)
    monkeypatch.setattr(garbage, "QUIET_TASKS", 5)
    busy = [asyncio.create_task(asyncio.Event().wait()) for _ in range(6)]
    assert not collect_if_quiet()
    for task in busy:
        task.cancel()
    await asyncio.gather(*busy, return_exceptions=True)
    assert collect_if_quiet()
    # Nothing came meanwhile.
    assert not collect_if_quiet()
