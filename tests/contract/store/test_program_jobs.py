"""Requests by the names that programs gave them."""

from typing import Any

import pytest

from bot.core.errors import Refusal
from bot.core.generation import Generation
from bot.core.ports import Admitted
from bot.core.program_jobs import MOST_AT_ONCE, MOST_JOBS, ListedJob, ProgramJob, portions
from tests.builders import bounds, generation, new_generation
from tests.stores import Store

KRITA, WEBUI = "api:krita", "api:webui"


def job(name: str, requester: str = KRITA, document: str = "{}") -> ProgramJob:
    return ProgramJob(
        requester=requester,
        name=name,
        event_key=f"{requester}:prompt:{name}",
        client="c1",
        document=document,
    )


async def begun(store: Store, name: str, requester: str = KRITA) -> Generation:
    """A job with its generation, which is running."""
    return await store.start((await asked(store, job(name, requester))).generation)


async def asked(store: Store, made: ProgramJob) -> Admitted:
    new = new_generation(event_key=made.event_key, requester=made.requester)
    return await store.admissions.admit(new, bounds(), job=made)


async def ended(store: Store, name: str, requester: str = KRITA) -> Generation:
    row = await begun(store, name, requester)
    assert await store.outcomes.finish(row.key, ["1.png"], "1.jpg")
    return await store.now(row)


async def names(store: Store, requester: str = KRITA, **which: Any) -> list[str]:
    found = await store.program_jobs.of_user(requester, **{"limit": 10, **which})
    return [one.name for one in found]


async def test_a_job_is_found_by_its_name_with_what_became_of_it(store: Store) -> None:
    row = await begun(store, "a")
    found = await store.program_jobs.get(KRITA, "a")
    assert found is not None
    assert (found.job, found.generation) == (job("a"), row)
    assert await store.program_jobs.get(WEBUI, "a") is None


async def test_a_job_is_written_with_its_generation_or_not_at_all(store: Store) -> None:
    await store.queued(requester=KRITA)
    new = new_generation(event_key=job("a").event_key, requester=KRITA)
    with pytest.raises(Refusal):
        await store.admissions.admit(new, bounds(live_per_requester=1), job=job("a"))
    assert await store.sql("SELECT count(*) FROM program_jobs") == [(0,)]


async def test_what_is_asked_again_keeps_what_was_sent_first(store: Store) -> None:
    first = await asked(store, job("a"))
    second = await asked(store, job("a", document="other"))
    assert (second.duplicate, second.generation.id) == (True, first.generation.id)
    found = await store.program_jobs.get(KRITA, "a")
    assert found is not None
    assert found.job == job("a")
    assert not (await asked(store, job("a", WEBUI, "other"))).duplicate


async def test_listed_jobs_are_read_whole_by_their_numbers(store: Store) -> None:
    for name in ("a", "b", "c"):
        await asked(store, job(name, document=f"{name}" * 5))
    listed = await store.program_jobs.of_user(KRITA, ended=False, limit=10)
    assert [one.length for one in listed] == [5, 5, 5]
    whole = await store.program_jobs.whole([listed[2].serial, listed[0].serial, 999])
    assert [one.job.document for one in whole] == ["aaaaa", "ccccc"]


def test_portions_are_as_large_as_may_be_read_at_once() -> None:
    sizes = [5, MOST_AT_ONCE + 1, 7, MOST_AT_ONCE - 7, 1]
    made = [
        ListedJob(name="", generation=generation(), serial=n, length=size)
        for n, size in enumerate(sizes)
    ]
    told = [[one.serial for one in portion] for portion in portions(made)]
    assert told == [[0], [1], [2, 3], [4]]
    assert list(portions([])) == []


def test_portions_are_of_no_more_jobs_than_others_should_wait_for() -> None:
    made = ListedJob(name="", generation=generation(), serial=1, length=0)
    told = [len(portion) for portion in portions([made] * (2 * MOST_JOBS + 1))]
    assert told == [MOST_JOBS, MOST_JOBS, 1]


async def test_jobs_are_listed_by_their_user_and_state_the_oldest_first(store: Store) -> None:
    for name in ("a", "b", "c"):
        await ended(store, name)
    await begun(store, "d")
    await begun(store, "e")
    await ended(store, "a", WEBUI)
    assert await names(store, ended=True) == ["a", "b", "c"]
    assert await names(store, ended=True, limit=2) == ["b", "c"]
    assert await names(store, ended=False) == ["d", "e"]
    assert await store.program_jobs.live(KRITA) == 2
    assert await store.program_jobs.live(WEBUI) == 0


async def test_serials_grow(store: Store) -> None:
    await ended(store, "a")
    await ended(store, "b", WEBUI)
    first = await store.program_jobs.get(KRITA, "a")
    second = await store.program_jobs.get(WEBUI, "b")
    assert first is not None
    assert second is not None
    assert first.serial < second.serial


@pytest.mark.parametrize("some", [["a", "d"], None])
async def test_what_has_ended_is_taken_off_the_list_and_what_has_not_stays(
    store: Store, some: list[str] | None
) -> None:
    await ended(store, "a")
    await ended(store, "b")
    await begun(store, "d")
    await ended(store, "a", WEBUI)
    await store.program_jobs.drop(KRITA, some)
    assert await names(store, ended=True) == (["b"] if some else [])
    assert await names(store, ended=False) == ["d"]
    assert await names(store, WEBUI, ended=True) == ["a"]


async def test_what_was_sent_is_forgotten_with_the_words(store: Store) -> None:
    rows = [await ended(store, name) for name in ("a", "b")]
    for row in rows:
        assert await store.deliveries.sending(row.id)
        await store.deliveries.delivered(row.id)
    await begun(store, "d")
    await store.forget(rows[0])
    kept = await store.sql("SELECT name FROM program_jobs ORDER BY serial")
    assert kept == [("b",), ("d",)]
    store.clock.advance(1000)
    assert await store.forgetting.expire(store.clock(), 10) == 1
    assert await store.forgetting.expire(store.clock(), 10) == 0
    assert await store.sql("SELECT name FROM program_jobs") == [("d",)]
