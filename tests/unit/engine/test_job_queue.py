import asyncio
from contextlib import nullcontext

import pytest

from engine.job_queue import JobQueue, QueueFull, throttle
from tests.unit.engine.jobs import job, key


def queue(capacity: int = 3) -> JobQueue:
    return JobQueue(capacity, nullcontext())


class Gate:
    """A throttle that opens by hand."""

    def __init__(self) -> None:
        self.entered = asyncio.Event()
        self.opened = asyncio.Event()

    async def __aenter__(self):
        self.entered.set()
        await self.opened.wait()

    async def __aexit__(self, *_):
        return None


async def test_jobs_come_out_in_order_of_arrival():
    jobs = queue()
    for name in ("a", "b", "c"):
        jobs.put(job(name))
    assert [(await jobs.take()).key.generation_id for _ in range(3)] == ["a", "b", "c"]


async def test_a_taken_job_counts_against_the_capacity_until_it_is_done():
    jobs = queue(capacity=1)
    jobs.put(job("a"))
    await jobs.take()
    with pytest.raises(QueueFull):
        jobs.put(job("b"))
    jobs.done()
    jobs.put(job("b"))
    assert jobs.waiting() == (key("b"),)


async def test_a_removed_job_frees_its_place_and_is_not_handed_out():
    jobs = queue(capacity=2)
    jobs.put(job("a"))
    jobs.put(job("b"))
    assert jobs.remove(key("a")) is True
    assert jobs.remove(key("a")) is False
    jobs.put(job("c"))
    assert (await jobs.take()).key == key("b")


async def test_take_waits_for_a_job():
    jobs = queue()
    taking = asyncio.create_task(jobs.take())
    await asyncio.sleep(0)
    assert not taking.done()
    jobs.put(job("a"))
    assert (await taking).key == key("a")


async def test_a_job_cancelled_while_throttled_is_replaced_by_the_next():
    gate = Gate()
    jobs = JobQueue(3, gate)
    jobs.put(job("a"))
    taking = asyncio.create_task(jobs.take())
    await gate.entered.wait()
    jobs.remove(key("a"))
    gate.opened.set()
    await asyncio.sleep(0)
    assert not taking.done()
    jobs.put(job("b"))
    assert (await taking).key == key("b")


async def test_the_throttle_lets_in_as_many_starts_as_were_set():
    jobs = JobQueue(4, throttle(2, 3600.0))
    for name in ("a", "b", "c"):
        jobs.put(job(name))
    await jobs.take()
    await jobs.take()
    third = asyncio.create_task(jobs.take())
    await asyncio.sleep(0)
    assert not third.done()
    assert jobs.waiting() == (key("c"),)
    third.cancel()


async def taken_with_first(jobs: JobQueue, joins, pictures: int) -> list[str]:
    await jobs.take()
    return [more.key.generation_id for more in jobs.take_more(joins, pictures)]


async def test_what_fits_comes_along_in_order_and_the_rest_stays_in_order():
    jobs = queue(capacity=6)
    for name in ("a1", "b1", "a2", "b2", "a3"):
        jobs.put(job(name))

    def joins(other):
        return other.key.generation_id.startswith("a")

    assert await taken_with_first(jobs, joins, pictures=8) == ["a2", "a3"]
    assert [waiting.generation_id for waiting in jobs.waiting()] == ["b1", "b2"]


async def test_no_more_come_along_than_there_is_room_for_their_pictures():
    jobs = queue(capacity=6)
    for name, count in (("a", 1), ("b", 2), ("c", 4), ("d", 1)):
        jobs.put(job(name, count=count))
    assert await taken_with_first(jobs, lambda _: True, pictures=3) == ["b", "d"]


async def test_nothing_is_waited_for():
    jobs = queue()
    jobs.put(job("a"))
    assert await taken_with_first(jobs, lambda _: True, pictures=8) == []


async def test_all_that_were_taken_count_until_they_are_done():
    jobs = queue(capacity=3)
    for name in ("a", "b", "c"):
        jobs.put(job(name))
    await taken_with_first(jobs, lambda _: True, pictures=8)
    with pytest.raises(QueueFull):
        jobs.put(job("d"))
    jobs.done(3)
    jobs.put(job("d"))
    assert (await jobs.take()).key == key("d")
