"""The databases on which the store keeps its laws. PostgreSQL becomes one more parameter."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.store.database import Database
from tests.stores import MEMORY, Store, sqlite_url, store_over


@pytest.fixture(params=["memory", "file"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    urls = {"memory": MEMORY, "file": sqlite_url(tmp_path / "state" / "zdraw.db")}
    return urls[request.param]


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    async with Database(database_url) as database:
        yield store_over(database)
