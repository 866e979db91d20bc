"""Brings a database to the schema of this code, or says in one line why that cannot be.

Alembic is imported only when there is something to migrate: it costs time and memory that an
up-to-date database need not pay.
"""

import asyncio
import os
import sqlite3
import time
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.core.errors import StartupError


async def prepare(url: URL, busy_seconds: float) -> None:
    """Make the folder of a SQLite file, and check the file before anything relies on it."""
    if url.get_backend_name() == "sqlite" and url.database:
        await asyncio.to_thread(_prepare_file, Path(url.database), busy_seconds)


async def upgrade(engine: AsyncEngine) -> None:
    """Run the missing migrations in one transaction."""
    name = f"the database {engine.url.database}"
    try:
        # The transaction holds SQLite's write lock, so of two processes the second finds
        # the work done.
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, name)
    except DBAPIError as error:
        raise _startup_error(error.orig, name) from error


def _prepare_file(path: Path, busy_seconds: float) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with closing(sqlite3.connect(path, timeout=busy_seconds)) as connection:
            _check_file(connection, path, busy_seconds)
    except OSError as error:
        message = f"cannot create the folder of the database {path}: {error.strerror}"
        raise StartupError(message, os.EX_CANTCREAT) from error
    except sqlite3.Error as error:
        raise _startup_error(error, f"the database {path}") from error


def _switched_to_wal(connection: sqlite3.Connection, busy_seconds: float) -> str:
    """The mode it is in then. SQLite itself does not wait for another that switches at the same
    moment."""
    deadline = time.monotonic() + busy_seconds
    while True:
        try:
            (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return str(mode)


def _check_file(connection: sqlite3.Connection, path: Path, busy_seconds: float) -> None:
    """quick_check reads the whole file, without comparing indexes with rows."""
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        message = f"the database {path} is corrupt: {' '.join(verdict.split())}"
        raise StartupError(message, os.EX_DATAERR)
    # Stored in the file. Readers then never wait for the writer.
    mode = _switched_to_wal(connection, busy_seconds)
    if mode != "wal":
        message = f"the database {path} is on a file system without write-ahead logging"
        raise StartupError(message, os.EX_CANTCREAT)


def _startup_error(error: BaseException | None, what: str) -> StartupError:
    code = getattr(error, "sqlite_errorcode", None)
    # The low byte is the primary code, the rest says more about it.
    match code and code & 0xFF:
        case sqlite3.SQLITE_CANTOPEN | sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM:
            return StartupError(f"{what} cannot be written: {error}", os.EX_CANTCREAT)
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return StartupError(f"{what} cannot be written: {error}", os.EX_IOERR)
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            # It passes: a code after which the supervisor tries again.
            return StartupError(f"{what} is locked by another process", os.EX_OSERR)
        case _:
            return StartupError(f"{what} is damaged or not a database: {error}", os.EX_DATAERR)


def migrations_folder() -> Path:
    """Where the migrations lie: beside `bot`, in a checkout as in an installed wheel."""
    spec = find_spec("migrations")
    if spec is None or spec.origin is None:
        raise StartupError("this installation lacks its migrations", os.EX_SOFTWARE)
    return Path(spec.origin).parent


def shipped_revisions() -> list[str]:
    """Oldest first. A migration is named `<revision>_<what it does>.py`."""
    versions = migrations_folder() / "versions"
    return sorted(path.name.split("_")[0] for path in versions.glob("[0-9]*_*.py"))


def _upgrade(connection: Connection, name: str) -> None:
    shipped = shipped_revisions()
    current = _revision(connection)
    if current == shipped[-1]:
        return
    if current is not None and current not in shipped:
        message = (
            f"{name} is newer than this zdraw (schema {current}, known up to"
            f" {shipped[-1]}): install the newer version"
        )
        raise StartupError(message, os.EX_DATAERR)
    _run_alembic(connection)


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _run_alembic(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("path_separator", "os")
    # A % in a path would begin an interpolation.
    config.set_main_option("script_location", str(migrations_folder()).replace("%", "%%"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
