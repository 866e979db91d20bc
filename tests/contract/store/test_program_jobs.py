"""Requests by the names that programs gave them."""

from typing import Any

import pytest

from bot.core.generation import Generation
from bot.core.program_jobs import ProgramJob
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
    made = job(name, requester)
    assert await store.program_jobs.add(made)
    return await store.running(event_key=made.event_key, requester=requester)


async def ended(store: Store, name: str, requester: str = KRITA) -> Generation:
    row = await begun(store, name, requester)
    assert await store.outcomes.finish(row.key, ["1.png"], "1.jpg")
    return await store.now(row)


async def names(store: Store, requester: str = KRITA, **which: Any) -> list[str]:
    found = await store.program_jobs.of_user(requester, **{"limit": 10, **which})
    return [one.job.name for one in found]


async def test_a_job_is_found_by_its_name_with_what_became_of_it(store: Store) -> None:
    row = await begun(store, "a")
    found = await store.program_jobs.get(KRITA, "a")
    assert found is not None
    assert (found.job, found.generation) == (job("a"), row)
    assert await store.program_jobs.get(WEBUI, "a") is None


async def test_a_job_without_a_generation_is_not_found_and_may_be_replaced(store: Store) -> None:
    assert await store.program_jobs.add(job("a"))
    assert await store.program_jobs.get(KRITA, "a") is None
    assert await store.program_jobs.add(job("a", document="other"))
    row = await store.queued(event_key=job("a").event_key, requester=KRITA)
    found = await store.program_jobs.get(KRITA, "a")
    assert found is not None
    assert (found.job, found.generation) == (job("a", document="other"), row)


async def test_the_same_job_may_be_added_again_and_another_one_of_its_name_not(
    store: Store,
) -> None:
    await begun(store, "a")
    assert await store.program_jobs.add(job("a"))
    assert not await store.program_jobs.add(job("a", document="other"))
    assert await store.program_jobs.add(job("a", WEBUI, "other"))


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


@pytest.mark.parametrize("some", [["a", "d", "o"], None])
async def test_what_has_ended_is_taken_off_the_list_and_what_has_not_stays(
    store: Store, some: list[str] | None
) -> None:
    await ended(store, "a")
    await ended(store, "b")
    await begun(store, "d")
    await ended(store, "a", WEBUI)
    assert await store.program_jobs.add(job("o"))
    await store.program_jobs.drop(KRITA, some)
    assert await names(store, ended=True) == (["b"] if some else [])
    assert await names(store, ended=False) == ["d"]
    assert await names(store, WEBUI, ended=True) == ["a"]
    assert await store.sql("SELECT count(*) FROM program_jobs WHERE name = 'o'") == [(0,)]


async def test_what_was_sent_is_forgotten_with_the_words(store: Store) -> None:
    rows = [await ended(store, name) for name in ("a", "b")]
    for row in rows:
        assert await store.deliveries.sending(row.id)
        await store.deliveries.delivered(row.id)
    await begun(store, "d")
    assert await store.program_jobs.add(job("orphan"))
    await store.forget(rows[0])
    kept = await store.sql("SELECT name FROM program_jobs ORDER BY serial")
    assert kept == [("b",), ("d",), ("orphan",)]
    store.clock.advance(1000)
    assert await store.forgetting.expire(store.clock(), 10) == 1
    assert await store.forgetting.expire(store.clock(), 10) == 0
    assert await store.sql("SELECT name FROM program_jobs") == [("d",)]
