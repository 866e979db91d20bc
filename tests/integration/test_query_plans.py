"""History grows without end, so no query of the store may read all of it."""

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, event

from bot.core.quota import AccountKey, Wish
from bot.store.database import Database
from bot.store.job_rows import SqlJobRows
from tests.builders import act, address, notice
from tests.stores import Store, sqlite_url, store_over

LARGE = re.compile(
    r"SCAN (generations|events|notices|removals|chats|accounts|ledger|ending|this|other)\b"
)
#: Indexes that hold only rows still in work, and may therefore be read whole.
SMALL = {
    "ix_generations_queue",
    "ix_generations_live",
    "ix_generations_running",
    "ix_generations_untold",
    "ix_removals_waiting",
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
    await store.ledger.change(account, Wish.ADD, 5000, "", act("change:1"))
    await store.ledger.allow(account, 2000, "", act("allow:1"))
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
        await store.queue.clear(group, 9, act("clear"), 50)
        await store.queue.cleared("clear")


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
