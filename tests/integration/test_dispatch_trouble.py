"""What the dispatcher does when the engine, the link or a row misbehaves."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from bot.core.engine_ports import Rendered
from bot.core.errors import EngineBusy
from bot.core.generation import Generation, Outcome
from engine.contract import Hello, JobKey
from tests.builders import spec
from tests.integration.dispatch_bench import Bench, dispatching
from tests.integration.waiting import eventually


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with dispatching(tmp_path) as bench:
        yield bench


@pytest.mark.parametrize("turns", range(4))
async def test_a_dispatcher_that_is_ended_while_it_is_woken_ends(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    """In Python 3.11 wait_for swallows a cancellation that comes together with the word."""
    monkeypatch.setattr("bot.core.dispatch.LOOK_SECONDS", 60)
    await bench.admit()
    await asyncio.sleep(0.05)
    bench.news.moved("anybody")
    for _ in range(turns):
        await asyncio.sleep(0)
    bench.work.cancel()
    done, _ = await asyncio.wait([bench.work], timeout=5)
    assert done


async def test_the_engine_may_forget_only_after_the_row_has_moved(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    outcomes: list[Outcome] = []
    acknowledge = bench.engine.acknowledge

    async def look_first(key: JobKey) -> None:
        row = await bench.admissions.get(key.generation_id)
        assert row is not None
        outcomes.append(row.outcome)
        await acknowledge(key)

    monkeypatch.setattr(bench.engine, "acknowledge", look_first)
    bench.engine.connect()
    bench.engine.finish(await bench.handed_over(await bench.admit()))
    await eventually(lambda: outcomes)
    assert outcomes == [Outcome.FINISHED]


async def test_a_result_that_cannot_be_fetched_at_once_is_fetched_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, failures = bench.engine.fetch, [EngineBusy()]

    async def fail_first(key: JobKey, pictures: int) -> Rendered:
        if failures:
            raise failures.pop()
        return await fetch(key, pictures)

    monkeypatch.setattr(bench.engine, "fetch", fail_first)
    bench.engine.connect()
    generation = await bench.admit()
    bench.engine.finish(await bench.handed_over(generation))
    await bench.becomes(generation, Outcome.FINISHED)


async def test_a_result_that_can_never_be_fetched_is_drawn_again(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch = bench.engine.fetch

    async def lost(key: JobKey, pictures: int) -> Rendered:
        if key.attempt == 1:
            raise EngineBusy
        return await fetch(key, pictures)

    monkeypatch.setattr(bench.engine, "fetch", lost)
    monkeypatch.setattr("bot.core.dispatch.FETCH_PAUSES", (0.01, 0.01))
    bench.engine.connect()
    generation = await bench.admit()
    bench.engine.finish(await bench.handed_over(generation))
    bench.engine.finish(await bench.handed_over(generation, attempt=2))
    assert (await bench.becomes(generation, Outcome.FINISHED)).counted_attempts == 1


async def test_a_result_repeated_while_it_is_stored_is_stored_once(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetch, fetched = bench.engine.fetch, []

    async def count(key: JobKey, pictures: int) -> Rendered:
        fetched.append(key)
        return await fetch(key, pictures)

    monkeypatch.setattr(bench.engine, "fetch", count)
    bench.engine.connect()
    generation = await bench.admit()
    bench.engine.finish(await bench.handed_over(generation))
    bench.engine.connect()
    await bench.becomes(generation, Outcome.FINISHED)
    await eventually(lambda: not bench.engine.results)
    assert len(fetched) == 1


async def test_a_hello_that_is_older_than_a_hand_over_does_not_repeat_it(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit()
    key = await bench.handed_over(generation)
    bench.engine.say(Hello(info=bench.engine.info(), held=()))
    bench.engine.finish(key)
    await bench.becomes(generation, Outcome.FINISHED)
    assert bench.engine.accepted == [key]


async def test_a_place_whose_job_ended_without_a_word_is_free_again(bench: Bench) -> None:
    bench.engine.capacity = 1
    bench.engine.connect()
    key = await bench.handed_over(await bench.admit())
    waiting = await bench.admit(requester="telegram:2")
    bench.engine.beat()
    del bench.engine.jobs[key]
    bench.engine.beat()
    await bench.handed_over(waiting)


async def test_a_lease_that_runs_out_after_the_first_step_counts(bench: Bench) -> None:
    bench.clock.advance(60_000)
    bench.engine.connect()
    generation = await bench.admit()
    key = await bench.handed_over(generation)
    assert await bench.rows.begun(key)
    bench.engine.lose()
    bench.clock.advance(15_001)
    await bench.recovery.sweep()
    assert (await bench.becomes(generation, Outcome.QUEUED)).counted_attempts == 1


async def test_a_row_that_is_no_job_fails_and_does_not_hold_up_others(bench: Bench) -> None:
    impossible = await bench.admit(spec=spec(prompt=""))
    possible = await bench.admit()
    bench.engine.connect()
    failed = await bench.becomes(impossible, Outcome.FAILED)
    assert failed.error_code == "engine_error"
    await bench.handed_over(possible)


async def test_it_stops_at_once_though_a_row_moves_at_that_moment(tmp_path: Path) -> None:
    async with asyncio.timeout(5), dispatching(tmp_path) as bench:
        await asyncio.sleep(0.05)
        bench.news.moved("any")


@pytest.mark.parametrize("other", [{"protocol": 99}, {"model": "z-image-turbo"}])
async def test_an_engine_of_another_kind_gets_no_jobs(
    bench: Bench, other: dict[str, object]
) -> None:
    await bench.admit()
    info = bench.engine.info().model_copy(update=other)
    bench.engine.connected = True
    bench.engine.say(Hello(info=info, held=()))
    await asyncio.sleep(0.1)
    assert bench.engine.accepted == []
    bench.engine.connect()
    await eventually(lambda: bench.engine.accepted)


async def test_a_row_that_comes_while_the_queue_is_read_is_not_left_lying(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = bench.rows.head
    late: list[Generation] = []

    async def read_too_early(limit: int) -> Sequence[Generation]:
        found = await head(limit)
        if not late:
            late.append(await bench.admit())
        return found

    monkeypatch.setattr("bot.core.dispatch.LOOK_SECONDS", 60)
    monkeypatch.setattr(bench.rows, "head", read_too_early)
    bench.engine.connect()
    await eventually(lambda: late)
    await bench.handed_over(late[0])
