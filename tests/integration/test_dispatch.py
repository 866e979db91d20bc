"""The dispatcher between real rows (SQLite) and an engine that the test drives."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.enhancement import Enhancement
from bot.core.generation import MAX_ATTEMPTS, Generation, Outcome
from bot.core.job import job_of
from bot.core.replies import failure_text
from engine.contract import ErrorCode
from tests.builders import spec
from tests.fakes.engine_link import PNG
from tests.integration.dispatch_bench import Bench, dispatching
from tests.integration.waiting import eventually


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with dispatching(tmp_path) as bench:
        yield bench


async def test_a_row_is_drawn_stored_finished_and_acknowledged(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit(spec=spec(count=2))
    key = await bench.handed_over(generation)
    bench.engine.start(key)
    bench.engine.finish(key)
    finished = await bench.becomes(generation, Outcome.FINISHED)
    assert [bench.pictures.path(p).read_bytes() for p in finished.pictures] == [PNG, PNG]
    await eventually(lambda: not bench.engine.results)


async def test_nothing_is_handed_over_before_the_engine_says_hello(bench: Bench) -> None:
    generation = await bench.admit()
    await asyncio.sleep(0.05)
    assert bench.engine.accepted == []
    bench.engine.connect()
    await bench.handed_over(generation)


async def test_no_more_is_handed_over_than_the_engine_holds(bench: Bench) -> None:
    bench.engine.connect()
    for number in range(5):
        await bench.admit(requester=f"telegram:{number}")
    await eventually(lambda: len(bench.engine.accepted) == bench.engine.capacity)
    bench.engine.finish(bench.engine.accepted[0])
    await eventually(lambda: len(bench.engine.accepted) == bench.engine.capacity + 1)


@pytest.mark.parametrize(("pace", "handed_over"), [(10.0, 3), (0.5, 11)])
async def test_quick_pictures_are_handed_over_for_three_seconds_ahead(
    bench: Bench, pace: float, handed_over: int
) -> None:
    """8 steps of the 256 x 256 pixels that the demo model draws are 0.52 megapixel-steps."""
    bench.engine.capacity = 24
    bench.engine.seconds_per_megapixel_step = pace
    bench.engine.connect()
    await eventually(lambda: bench.news.engine_ready)
    for number in range(20):
        await bench.admit(requester=f"telegram:{number}")
    await eventually(lambda: len(bench.engine.accepted) == handed_over)
    await asyncio.sleep(0.05)
    assert len(bench.engine.accepted) == handed_over
    bench.engine.finish(bench.engine.accepted[0])
    await eventually(lambda: len(bench.engine.accepted) == handed_over + 1)


async def test_what_a_job_took_is_learned_and_once(bench: Bench) -> None:
    bench.engine.connect()
    await eventually(lambda: bench.pace.known)
    generation = await bench.admit()
    workload, key = generation.spec.workload, await bench.handed_over(generation)
    told = bench.pace.seconds(workload)
    # It is slower than it said at first.
    bench.engine.seconds_per_megapixel_step *= 1.5
    bench.engine.finish(key)
    await bench.becomes(generation, Outcome.FINISHED)
    learned = bench.pace.seconds(workload)
    assert 1.1 * told < learned < 1.3 * told
    # A result that is repeated, and what the engine says of itself when it is there again.
    bench.engine.say(bench.engine.results[key])
    bench.engine.lose()
    bench.engine.connect()
    await eventually(lambda: bench.news.engine_ready)
    assert bench.pace.seconds(workload) == learned


async def test_a_job_that_was_in_hand_when_an_engine_died_is_tried_again_alone(
    bench: Bench,
) -> None:
    bench.engine.connect()
    begun, waited = await bench.admit(), await bench.admit(requester="telegram:2")
    bench.engine.start(await bench.handed_over(begun))
    await bench.handed_over(waited)
    assert not any(job.alone for job in bench.engine.jobs.values())
    bench.engine.die()
    bench.engine.connect()
    again, still = await bench.handed_over(begun, 2), await bench.handed_over(waited, 2)
    assert bench.engine.jobs[again].alone
    assert not bench.engine.jobs[still].alone


async def test_a_refused_prompt_fails_with_the_engines_reason(bench: Bench) -> None:
    bench.engine.refuse["long"] = ErrorCode.PROMPT_TOO_LONG
    bench.engine.connect()
    generation = await bench.admit(spec=spec(prompt="long"))
    failed = await bench.becomes(generation, Outcome.FAILED)
    assert failed.error_code == "prompt_too_long"
    assert failed.error_data == {"prompt": "long"}


@pytest.mark.parametrize(
    ("lost", "code"), [("高画质", "enhanced_too_long"), ("一只猫，高画质", "prompt_too_long")]
)
async def test_words_that_zdraw_added_are_not_blamed_on_whoever_asked(
    bench: Bench, lost: str, code: str
) -> None:
    bench.engine.refuse["一只猫，高画质"] = ErrorCode.PROMPT_TOO_LONG
    bench.engine.refusal = {"tokens": 9, "limit": 8, "lost": lost}
    bench.engine.connect()
    enhanced = spec(prompt="一只猫", enhancement=Enhancement(quality="，高画质"))
    failed = await bench.becomes(await bench.admit(spec=enhanced), Outcome.FAILED)
    assert failed.error_code == code
    for locale in ("zh", "en"):
        said = failure_text(code, locale, **failed.error_data)
        assert "9" in said
        # Nobody is told that words do not fit which they have not written.
        assert (lost in said) == (code == "prompt_too_long")


async def test_a_job_of_a_dead_engine_is_drawn_again_under_the_next_attempt(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit()
    bench.engine.start(await bench.handed_over(generation))
    bench.engine.die()
    bench.engine.connect()
    bench.engine.finish(await bench.handed_over(generation, attempt=2))
    finished = await bench.becomes(generation, Outcome.FINISHED)
    assert (finished.attempt, finished.counted_attempts) == (2, 1)


async def test_an_interruption_that_only_the_engine_saw_counts(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit()
    key = await bench.handed_over(generation)
    bench.engine.die()
    bench.engine.interrupted = (key,)
    bench.engine.connect()
    await bench.handed_over(generation, attempt=2)
    now = await bench.admissions.get(generation.id)
    assert now is not None
    assert now.counted_attempts == 1
    assert not bench.engine.interrupted


async def test_a_job_that_kills_every_engine_fails_in_the_end(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit()
    for attempt in range(1, MAX_ATTEMPTS + 1):
        bench.engine.start(await bench.handed_over(generation, attempt))
        bench.engine.die()
        bench.engine.connect()
    failed = await bench.becomes(generation, Outcome.FAILED)
    assert failed.error_code == "too_many_attempts"


async def test_a_broken_link_does_not_repeat_a_job_the_engine_still_holds(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit()
    key = await bench.handed_over(generation)
    bench.engine.lose()
    bench.engine.connect()
    bench.engine.finish(key)
    await bench.becomes(generation, Outcome.FINISHED)
    assert bench.engine.accepted == [key]


async def test_a_result_from_before_the_bots_start_is_taken(bench: Bench) -> None:
    generation = await bench.admit()
    started = await bench.rows.start(generation.id, bench.clock() + 15_000)
    assert started is not None
    bench.engine.jobs[started.key], _ = await job_of(started, bench.pictures)
    bench.engine.finish(started.key)
    bench.engine.connect()
    await bench.becomes(generation, Outcome.FINISHED)
    assert bench.engine.accepted == []


async def test_a_stopping_engine_gives_jobs_back_without_counting(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit()
    bench.engine.start(await bench.handed_over(generation))
    bench.engine.stop()
    bench.engine.finish(await bench.handed_over(generation, attempt=2))
    finished = await bench.becomes(generation, Outcome.FINISHED)
    assert finished.counted_attempts == 0


async def test_a_cancelled_job_is_stopped_and_its_late_result_is_void(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit()
    key = await bench.handed_over(generation)
    await bench.cancel(generation)
    assert key not in bench.engine.jobs
    await eventually(lambda: not bench.engine.results)
    await bench.becomes(generation, Outcome.CANCELLED)


async def test_work_for_a_row_cancelled_while_the_link_was_down_is_stopped(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit()
    key = await bench.handed_over(generation)
    bench.engine.lose()
    assert await bench.outcomes.cancel([generation.id], "press:1")
    bench.engine.connect()
    await eventually(lambda: key not in bench.engine.jobs and not bench.engine.results)


async def test_a_silent_engine_loses_its_job_when_the_lease_runs_out(bench: Bench) -> None:
    bench.clock.advance(60_000)
    bench.engine.connect()
    generation = await bench.admit()
    await bench.handed_over(generation)
    bench.engine.lose()
    bench.clock.advance(14_999)
    await bench.recovery.sweep()
    await bench.becomes(generation, Outcome.RUNNING)
    bench.clock.advance(2)
    await bench.recovery.sweep()
    await bench.becomes(generation, Outcome.QUEUED)


async def test_a_bot_that_was_away_lets_the_engine_say_what_it_holds(bench: Bench) -> None:
    generation = await bench.admit()
    started = await bench.rows.start(generation.id, bench.clock() - 1)
    assert started is not None
    await bench.recovery.sweep()
    await bench.becomes(generation, Outcome.RUNNING)


async def test_a_heartbeat_keeps_the_lease(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit()
    await bench.handed_over(generation)
    bench.clock.advance(10_000)
    bench.engine.beat()
    lease = bench.clock() + 15_000

    async def renewed() -> Generation | None:
        now = await bench.admissions.get(generation.id)
        return now if now is not None and now.lease_until == lease else None

    await eventually(renewed)


async def test_a_request_nobody_served_for_a_day_expires(bench: Bench) -> None:
    generation = await bench.admit()
    bench.clock.advance(24 * 3_600_000 + 1)
    await bench.recovery.sweep()
    await bench.becomes(generation, Outcome.EXPIRED)


async def test_nobody_holds_all_places_while_somebody_else_waits(tmp_path: Path) -> None:
    async with dispatching(tmp_path, each=2) as bench:
        greedy = [await bench.admit(cost=0.0) for _ in range(4)]
        other = await bench.admit(requester="telegram:2", cost=0.0)
        bench.engine.connect()
        await eventually(lambda: len(bench.engine.accepted) == bench.engine.capacity)
        ids = [key.generation_id for key in bench.engine.accepted]
        assert ids == [greedy[0].id, greedy[1].id, other.id]
        bench.engine.finish(bench.engine.accepted[-1])
        # Nobody else waits any more.
        await bench.handed_over(greedy[2])


async def test_a_job_goes_out_with_the_picture_that_it_begins_from(bench: Bench) -> None:
    path = bench.pictures.path("pictures/sources/a.png")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"a picture")
    bench.engine.connect()
    begun = spec(source="pictures/sources/a.png", strength=0.6)
    generation = await bench.admit(spec=begun)
    key = await bench.handed_over(generation)
    source = bench.engine.jobs[key].source
    assert source is not None
    assert (source.strength, bench.engine.inputs) == (0.6, {source.sha256: b"a picture"})


async def test_one_whose_picture_was_deleted_ends_with_a_word_that_says_so(bench: Bench) -> None:
    bench.engine.connect()
    generation = await bench.admit(spec=spec(source="pictures/sources/gone.png", strength=0.6))
    failed = await bench.becomes(generation, Outcome.FAILED)
    assert failed.error_code == ErrorCode.INPUT_GONE
