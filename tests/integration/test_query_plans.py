"""History grows without end, so no query of the store may read all of it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.core.errors import Refusal
from bot.core.generation import Generation
from bot.core.moderation.area import EVERYTHING, Area
from bot.core.moderation.bans import Ban
from bot.core.moderation.matcher import WordRule
from bot.core.program_jobs import ProgramJob
from bot.core.quota import AccountKey, Wish
from bot.core.uploads import Upload, UploadName
from bot.store.database import Database
from bot.store.job_rows import SqlJobRows
from tests.builders import act, address, bounds, new_generation, notice
from tests.stores import Store, sqlite_url, store_over

LARGE = re.compile(
    r"SCAN (generations|events|notices|removals|chats|accounts|ledger|groups|people|acts"
    r"|ending|this|other|program_jobs)\b"
)
#: Indexes that hold only rows still in work, and may therefore be read whole.
SMALL = {
    "ix_generations_queue",
    "ix_generations_live",
    "ix_generations_running",
    "ix_generations_untold",
    "ix_removals_waiting",
    "ix_generations_leaving",
}


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    async with Database(sqlite_url(tmp_path / "zdraw.db")) as database:
        yield store_over(database)


async def use_everything(store: Store) -> None:
    row = await store.queued()
    await store.jobs.head(4)
    row = await store.start(row)
    await store.jobs.running()
    await store.jobs.begun(row.key)
    await store.jobs.renew([row.key], 1)
    await store.admissions.ahead(row)
    await store.admissions.latest(row.requester, row.address.chat)
    await store.admissions.latest(row.requester, row.address.chat, live=True)
    await store.admissions.by_status_message(address(), "1")
    await store.outcomes.requeue(row.key, counted=True)
    await store.outcomes.fail(row.key, "engine_error", {})
    await store.outcomes.finish(row.key, ["1.png"], "1.jpg")
    await store.outcomes.cancel([row.id], "cancel:1")
    await store.outcomes.expire(0)
    await store.deliveries.undelivered()
    await store.deliveries.sending(row.id)
    await store.deliveries.record_status(row.id, "1")
    await store.deliveries.delivered(row.id)
    await store.deliveries.undeliverable(row.id, "blocked")
    await store.notices.post(notice(event_key="said"))
    await store.notices.chats()
    await store.notices.oldest(("telegram", "-100"))
    await store.notices.said("said")
    await store.records.seen("said")
    await store.records.live(row.requester, row.address.chat)
    await store.records.waiting(row.requester)
    await store.records.waiting_in_all()
    await store.removals.remove(row.id, [("-100", "1")], "remove:1")
    await store.removals.removed(row.id)
    await store.deliveries.record_status(row.id, "2")
    for removal in await store.removals.waiting(["telegram"]):
        await store.removals.done(removal.serial)
    await store.settings.set_quiet("telegram", "-100", quiet=True, act=act())
    await store.settings.quiet("telegram", "-100")
    account = AccountKey(platform="telegram", scope="-100", holder="telegram:1")
    await store.ledger.statement(account, 10)
    await store.ledger.change(account, Wish.ADD, 5000, "", act("change:1"), by_fleet=True)
    await store.ledger.allow(account, 2000, "", act("allow:1"), by_fleet=True)
    await store.ledger.statement(account, 10)
    paid = await store.queued(price=1000, scope="-100")
    await store.outcomes.cancel([paid.id], "cancel:2", act=act("cancel:2"))
    await store.people.set_weight("telegram:1", 2.0, act("weight"))
    await store.people.weight("telegram:1")
    await store.pauses.pause("", act("pause"))
    await store.pauses.paused()
    await store.pauses.resume(act("resume"))
    for group in (None, ("telegram", "-100")):
        await store.queue.standing(group)
        await store.queue.live(group, skip=1, limit=9)
        await store.queue.clear(group, 9, act(f"clear:{group}"))
        await store.queue.clear_on(50)
        await store.queue.cleared("clear")
    await store.groups.decide("telegram", "-100", "cooldown_s", 30, act("decide:1"), within=None)
    await store.groups.rules("telegram", "-100")
    await store.figures.spans(0, 60_000, 3)
    await store.history.page(row.requester, 3, words=["圆"])
    with suppress(Refusal):
        new = new_generation(scope="-100", requester=row.requester)
        await store.admissions.admit(new, bounds(live_here=9, cooldown_ms=1))
    await use_programs(store)
    await use_my_data(store)
    await use_moderation(store)


async def use_moderation(store: Store) -> None:
    await store.queued(scope="-100", requester_name="anna")
    await store.people.named("telegram", "anna")
    await store.people.met("telegram:2", "anna")
    for area in (Area("telegram", "-100"), EVERYTHING):
        banned = Ban(person="telegram:1", area=area, until_ms=None, reason="")
        for _ in range(2):
            await store.bans.ban(banned, act(f"ban:{area.scope}"))
        await store.bans.standing(area)
        await store.bans.unban("telegram:1", area, act(f"unban:{area.scope}"))
        await store.words.add(area, [WordRule(text="词")], act(f"add:{area.scope}"))
        await store.words.rules(area)
        await store.words.remove(area, ["词"], act(f"remove:{area.scope}"))
    await store.words.stamps([EVERYTHING, Area("telegram", "-100")])
    await store.admittance.check("telegram:1", address(), "-100")
    await store.places.state(address(), "-100")
    await store.places.set_place(address(), "-100", open_=True, by_fleet=False, act=act("place"))
    await store.places.set_group("telegram", "-100", open_=True, by_fleet=False, act=act("group"))


async def use_programs(store: Store) -> None:
    jobs = store.program_jobs
    job = ProgramJob(requester="api:1", name="a", event_key="api:a", client="", document="{}")
    new = new_generation(event_key="api:a", requester="api:1")
    row = await store.start((await store.admissions.admit(new, bounds(), job=job)).generation)
    await jobs.get("api:1", "a")
    await jobs.live("api:1")
    await jobs.whole([1])
    for ended in (True, False):
        await jobs.of_user("api:1", ended=ended, limit=10)
    await store.outcomes.finish(row.key, ["1.png"], "1.jpg")
    await jobs.drop("api:1", ["a"])
    await jobs.drop("api:1")
    await store.api_tokens.get("t1")
    at = UploadName(kind="input", subfolder="", name="a.png")
    for sha256 in ("a", "b"):
        upload = Upload(
            requester="api:1",
            at=at,
            sha256=sha256,
            size_bytes=1,
            media_type="image/png",
            path=f"uploads/{sha256}",
        )
        await store.uploads.add(upload, overwrite=True)
    await store.uploads.find("api:1", at)
    await store.uploads.names("api:1", "input")
    await store.uploads.named(["uploads/a"])
    await store.uploads.expire(0)


async def use_my_data(store: Store) -> None:
    row = await store.finished()
    await turn(store, row)
    await store.history.holdings(row.requester)
    own = store.belongings
    for pages in (own.generations(row.requester), own.entries(row.requester)):
        async for _ in pages:
            continue
    await store.forgetting.expire(store.clock(), 100)
    await store.forgetting.forget(row.requester, row.id, instead="")
    await store.forgetting.let_go(100)
    await store.forgetting.with_files(100)
    await store.forgetting.without_files([row.id])
    await store.notices.sweep()


async def turn(store: Store, row: Generation) -> None:
    await store.history.page(row.requester, 5)
    await store.history.page(row.requester, 5, before=row.id)
    await store.history.page(row.requester, 5, after=row.id)


async def test_a_cooldown_is_found_by_its_index(store: Store):
    """However much somebody has drawn, and cancelled, in a group."""

    async def ask(store: Store) -> None:
        new = new_generation(scope="-100")
        await store.admissions.admit(new, bounds(cooldown_ms=1000))

    statements = await statements_of(store, ask)
    (looked,) = [
        (sql, values) for sql, values in statements if "max(generations.created_ms)" in sql
    ]
    steps = await plan(store, *looked)
    found = [step for step in steps if "ix_generations_cooldown" in step]
    assert len(found) == 1
    assert "requester=? AND scope=? AND created_ms>? AND created_ms<?" in found[0]


async def statements_of(
    store: Store, use: Callable[[Store], Awaitable[None]]
) -> list[tuple[str, Any]]:
    seen: list[tuple[str, Any]] = []

    def record(_connection, _cursor, sql, parameters, _context, _many) -> None:
        if sql.startswith(("SELECT", "UPDATE", "DELETE")) or "SELECT" in sql:
            seen.append((sql, parameters))

    event.listen(Engine, "before_cursor_execute", record)
    try:
        await use(store)
    finally:
        event.remove(Engine, "before_cursor_execute", record)
    return seen


async def plan(store: Store, sql: str, parameters: Any) -> list[str]:
    async with store.database.write() as connection:
        result = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", parameters)
        return [row.detail for row in result]


async def test_no_query_reads_all_history(store: Store):
    statements = await statements_of(store, use_everything)
    assert len(statements) > 20
    large = []
    for sql, parameters in statements:
        for step in await plan(store, sql, parameters):
            index = re.search(r"INDEX (\w+)", step)
            small = index is not None and index[1] in SMALL
            if LARGE.match(step) and not small:
                large.append((step, sql))
    assert large == []


async def look_for_what_waits(store: Store) -> None:
    await store.admissions.latest("telegram:1", "-100", live=True)
    await store.records.live("telegram:1", "-100")
    await store.records.waiting("telegram:1")


async def test_what_waits_is_found_without_reading_all_that_a_person_ever_asked_for(store: Store):
    statements = await statements_of(store, look_for_what_waits)
    assert len(statements) == 3
    for sql, parameters in statements:
        step, *_ = await plan(store, sql, parameters)
        assert "USING INDEX ix_generations_live (requester=?)" in step


async def test_history_goes_along_one_index_and_sorts_nothing(store: Store):
    """A page is found as quickly among a million rows as among ten."""
    row = await store.finished()
    statements = await statements_of(store, lambda store: turn(store, row))
    pages = [one for one in statements if "LIMIT" in one[0] or "EXISTS" in one[0]]
    assert len(pages) > 3
    for sql, parameters in pages:
        steps = await plan(store, sql, parameters)
        reads = [step for step in steps if "generations" in step]
        assert reads
        assert all(step.startswith("SEARCH") and "ix_generations_history" in step for step in reads)
        assert not any("TEMP B-TREE" in step for step in steps)


async def test_what_is_old_is_found_by_when_it_ended(store: Store):
    async def expire(store: Store) -> None:
        await store.forgetting.expire(store.clock(), 100)

    statements = await statements_of(store, expire)
    by_age = [(sql, values) for sql, values in statements if "finished_ms <" in sql]
    # Of what programs sent, and of the rows themselves.
    assert len(by_age) == 2
    for sql, values in by_age:
        assert any("ix_generations_ended" in step for step in await plan(store, sql, values))


async def fill_places(store: Store) -> None:
    await store.running(requester="telegram:1")
    for requester in ("telegram:1", "telegram:1", "telegram:2"):
        await store.queued(requester=requester, cost=0.0)
    rows = await SqlJobRows(store.database, store.clock, each=1).head(1)
    assert [row.requester for row in rows] == ["telegram:2"]


async def test_who_has_enough_places_is_passed_over_within_the_index(store: Store):
    """Somebody may have ten thousand requests before those of the others."""
    statements = await statements_of(store, fill_places)
    (passing,) = [one for one in statements if "NOT IN" in one[0]]
    # In its order: it ends with the first that is found, and sorts nothing but these.
    assert "SCAN generations USING INDEX ix_generations_queue" in await plan(store, *passing)
    (holders,) = [one for one in statements if one[0].startswith("SELECT generations.requester")]
    (step,) = await plan(store, *holders)
    assert step == "SCAN generations USING INDEX ix_generations_running"
