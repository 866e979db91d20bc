"""Waiting for the end of a request: it ends with the request, the program, or zdraw."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from bot.adapters.http_api.waiting import Waiting
from bot.core.generation import Outcome
from bot.core.news import News
from bot.store.database import Database
from tests.stores import MEMORY, Store, store_over


@pytest.fixture
async def store() -> AsyncIterator[Store]:
    async with Database(MEMORY) as database:
        yield store_over(database)


class Connection:
    """A program's connection, which the test closes."""

    def __init__(self) -> None:
        self._closed = asyncio.Event()

    def close(self) -> None:
        self._closed.set()

    async def receive(self) -> dict[str, str]:
        await self._closed.wait()
        return {"type": "http.disconnect"}


async def begun(waiting: Waiting, row_id: str, connection: Connection) -> asyncio.Task[object]:
    task = asyncio.create_task(waiting.end_of(row_id, connection.receive))
    await asyncio.sleep(0.05)
    assert not task.done()
    return task


async def test_the_end_is_heard_of_at_once(store: Store) -> None:
    news = News()
    row = await store.running()
    task = await begun(Waiting(admissions=store.admissions, news=news), row.id, Connection())
    assert await store.outcomes.finish(row.key, ["1.png"], "1.jpg")
    news.moved(row.id)
    async with asyncio.timeout(1):
        ended = await task
    assert ended is not None
    assert getattr(ended, "outcome", None) is Outcome.FINISHED


async def test_an_end_that_was_not_heard_of_is_seen(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.http_api.waiting.LOOK_SECONDS", 0.1)
    row = await store.running()
    task = await begun(Waiting(admissions=store.admissions, news=News()), row.id, Connection())
    assert await store.outcomes.finish(row.key, ["1.png"], "1.jpg")
    async with asyncio.timeout(5):
        assert await task is not None


async def test_a_program_that_goes_leaves_the_request_alone(store: Store) -> None:
    connection, row = Connection(), await store.running()
    waiting = Waiting(admissions=store.admissions, news=News())
    task = await begun(waiting, row.id, connection)
    connection.close()
    async with asyncio.timeout(1):
        assert await task is None
    assert not waiting.stopping
    assert (await store.now(row)).outcome is Outcome.RUNNING


async def test_all_are_let_go_when_zdraw_stops(store: Store) -> None:
    row = await store.running()
    waiting = Waiting(admissions=store.admissions, news=News())
    tasks = [await begun(waiting, row.id, Connection()) for _ in range(3)]
    waiting.let_go()
    async with asyncio.timeout(1):
        assert await asyncio.gather(*tasks) == [None, None, None]
    assert waiting.stopping
