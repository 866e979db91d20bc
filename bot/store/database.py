"""The connection to the database: one writer, a few readers.

SQLite lets one connection write at a time. Here all writes of the process go through one
connection that they take in turn, and each takes SQLite's write lock with its first statement
(BEGIN IMMEDIATE): a transaction that reads before it writes cannot fail half way, and another
process is waited for instead of being an error.

A commit is on the disk when it returns. A move that may be lost when the power fails, because it
is then made again, says so and need not wait for the disk: a later commit takes it along.

A statement runs in a thread that no cancellation reaches. So whoever is cancelled waits for the
statement under way, then rolls back: the write lock is never left with a connection nobody has.
"""

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

from sqlalchemy import Connection, CursorResult, FromClause, event
from sqlalchemy.dialects.sqlite.base import SQLiteCompiler
from sqlalchemy.engine import URL, make_url
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from bot.store.schema import prepare, upgrade

READERS = 2
#: How long a write waits for another process's write.
BUSY_SECONDS = 5.0
T = TypeVar("T")


async def migrate(url: str) -> None:
    """Bring the database to the schema of this code, making it if there is none. Harmless to
    repeat and to run from two processes at once. Raises StartupError."""
    parsed = make_url(url)
    await prepare(parsed, BUSY_SECONDS)
    # Own connection: a migration that rebuilds a table needs foreign keys off.
    engine = _engine(parsed, foreign_keys=False, pool_size=1)
    try:
        await upgrade(engine)
    finally:
        await engine.dispose()


class Database:
    """Open it with `async with`, or with open() and close()."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._writer: AsyncEngine | None = None
        #: The same for what may be lost with the power.
        self._quick_writer: AsyncEngine | None = None
        self._reader: AsyncEngine | None = None
        #: In front of the pool: here, and only here, a write that waits can be cancelled at once.
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Check and migrate, then connect. Raises StartupError."""
        if _is_memory(self._url):
            self._writer = self._quick_writer = self._reader = _engine(self._url, pool_size=1)
            await upgrade(self._writer)
            return
        await migrate(self._url.render_as_string(hide_password=False))
        if self._url.get_backend_name() == "sqlite":
            self._writer = _engine(self._url, pool_size=1)
            self._quick_writer = _engine(self._url, pool_size=1, synchronous="NORMAL")
            self._reader = _engine(self._url, pool_size=READERS, read_only=True)
        else:
            self._writer = self._quick_writer = self._reader = create_async_engine(self._url)

    async def close(self) -> None:
        for engine in {self._writer, self._quick_writer, self._reader} - {None}:
            assert engine is not None
            await engine.dispose()
        self._writer = self._quick_writer = self._reader = None

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    @asynccontextmanager
    async def write(self, *, durable: bool = True) -> AsyncIterator[AsyncConnection]:
        """One transaction: committed at the end of the block, rolled back by an exception. One
        that is not `durable` survives the death of the process, and perhaps no power cut."""
        writer = self._writer if durable else self._quick_writer
        assert writer is not None, "the database is not open"
        connection = _Connection(writer)
        async with self._turn:
            try:
                await _Whole(_open(connection, begin=True))
                yield connection
            except BaseException:
                await _Whole(_close(connection))
                raise
            await _Whole(_close(connection, commit=True))

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """For single SELECTs: on SQLite two of them may see different states."""
        assert self._reader is not None, "the database is not open"
        connection = _Connection(self._reader)
        try:
            await _Whole(_open(connection))
            yield connection
        finally:
            await _Whole(_close(connection))


class _Whole(asyncio.Task[T]):
    """Runs to its end: who waits for it and is cancelled meanwhile hears of that afterwards.

    Cheaper than a shield, and nobody has to wait a second time.
    """

    def __init__(self, work: Coroutine[Any, Any, T]) -> None:
        super().__init__(work)
        # A failure that the cancelled one no longer asks about is not reported as forgotten.
        self.add_done_callback(lambda done: done.exception())

    def cancel(self, msg: Any = None) -> bool:
        return False


class _Connection(AsyncConnection):
    """A connection whose statements run to their end."""

    async def execute(self, *args: Any, **options: Any) -> CursorResult[Any]:
        return await _Whole(super().execute(*args, **options))


class _Compiler(SQLiteCompiler):
    """Writes hints (INDEXED BY), which SQLAlchemy leaves out for SQLite."""

    def get_from_hint_text(self, table: FromClause, text: str | None) -> str | None:
        return text


async def _open(connection: AsyncConnection, *, begin: bool = False) -> None:
    await connection.start()
    if begin:
        await connection.begin()


async def _close(connection: AsyncConnection, *, commit: bool = False) -> None:
    """Gives it back to the pool. What is not committed is rolled back."""
    if connection.sync_connection is None:
        return
    try:
        if commit:
            await connection.commit()
    except BaseException:
        # A COMMIT that is refused ends no transaction, and closing rolls back only what nobody has
        # tried to commit: without this no write would ever succeed again.
        await connection.rollback()
        raise
    finally:
        await connection.close()


def _is_memory(url: URL) -> bool:
    return url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:")


def _engine(
    url: URL,
    *,
    pool_size: int,
    foreign_keys: bool = True,
    read_only: bool = False,
    synchronous: str = "FULL",
) -> AsyncEngine:
    if url.get_backend_name() != "sqlite":
        return create_async_engine(url)
    options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"} if read_only else {}
    engine = create_async_engine(
        url,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=pool_size,
        max_overflow=0,
        connect_args={"timeout": BUSY_SECONDS},
        # Parameters hold prompts, and an error's text may end up in a log.
        hide_parameters=True,
        **options,
    )
    engine.dialect.statement_compiler = _Compiler

    def configure(connection: DBAPIConnection, _record: object) -> None:
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA foreign_keys={'ON' if foreign_keys else 'OFF'}")
        # In WAL, NORMAL may lose the last commits when the power fails, and FULL none.
        cursor.execute(f"PRAGMA synchronous={synchronous}")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            # What is forgotten is overwritten, and does not stay readable in the file.
            cursor.execute("PRAGMA secure_delete=ON")
            # BEGIN is ours: sqlite3 of Python 3.11 begins late and without the lock.
            connection.isolation_level = None
        cursor.close()

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine.sync_engine, "connect", configure)
    if not read_only:
        event.listen(engine.sync_engine, "begin", begin)
    return engine
