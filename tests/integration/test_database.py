import asyncio
import contextlib
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError, OperationalError

from bot.core.errors import StartupError
from bot.store import database as database_module
from bot.store.database import Database, migrate
from tests.builders import bounds, new_generation
from tests.stores import MEMORY, sqlite_url, store_over


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "state" / "zdraw.db"


def put(file: Path, content: bytes) -> None:
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(content)


def content_of(file: Path) -> bytes:
    return file.read_bytes()


def damage(file: Path, table: str) -> None:
    """Overwrite the first page of a table."""
    connection = sqlite3.connect(file)
    query = "SELECT rootpage FROM sqlite_schema WHERE name = ?"
    (page,) = connection.execute(query, [table]).fetchone()
    connection.close()
    content = bytearray(file.read_bytes())
    content[(page - 1) * 4096 : page * 4096] = b"\xff" * 4096
    file.write_bytes(content)


async def refusal_to_open(path: Path) -> StartupError:
    with pytest.raises(StartupError) as refused:
        await Database(sqlite_url(path)).open()
    assert "\n" not in str(refused.value)
    assert str(path) in str(refused.value)
    return refused.value


async def test_missing_folder_and_file_are_made(file: Path):
    async with Database(sqlite_url(file)) as database:
        await store_over(database).queued()


async def test_rows_are_there_after_reopening(file: Path):
    async with Database(sqlite_url(file)) as database:
        row = await store_over(database).queued()
    async with Database(sqlite_url(file)) as database:
        assert await store_over(database).now(row) == row


@pytest.mark.parametrize("content", [b"this is not a database" * 100, b"\x00" * 4096])
async def test_file_that_is_no_database_stops_the_start(file: Path, content: bytes):
    put(file, content)
    assert (await refusal_to_open(file)).exit_code == os.EX_DATAERR


async def test_file_that_is_no_database_is_not_changed(file: Path):
    put(file, b"somebody's diary" * 1000)
    await refusal_to_open(file)
    assert content_of(file) == b"somebody's diary" * 1000


async def test_damaged_page_stops_the_start(file: Path):
    async with Database(sqlite_url(file)) as database:
        store = store_over(database)
        for _ in range(50):
            await store.queued()
    damage(file, "generations")
    assert (await refusal_to_open(file)).exit_code == os.EX_DATAERR


async def test_folder_that_cannot_be_made_stops_the_start(tmp_path: Path):
    put(tmp_path / "state", b"a file where the folder should be")
    refused = await refusal_to_open(tmp_path / "state" / "zdraw.db")
    assert refused.exit_code == os.EX_CANTCREAT


async def test_folder_in_place_of_the_file_stops_the_start(file: Path):
    os.makedirs(file)
    assert (await refusal_to_open(file)).exit_code == os.EX_CANTCREAT


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
async def test_folder_without_write_permission_stops_the_start(file: Path):
    os.mkdir(file.parent, mode=0o500)
    assert (await refusal_to_open(file)).exit_code == os.EX_CANTCREAT


async def test_database_of_a_newer_zdraw_stops_the_start(file: Path):
    async with Database(sqlite_url(file)) as database:
        await store_over(database).sql("UPDATE alembic_version SET version_num = '9999'")
    refused = await refusal_to_open(file)
    assert refused.exit_code == os.EX_DATAERR
    assert "newer" in str(refused)


async def test_lock_of_another_process_is_not_waited_for_forever(
    file: Path, monkeypatch: pytest.MonkeyPatch
):
    await migrate(sqlite_url(file))
    monkeypatch.setattr(database_module, "BUSY_SECONDS", 0.05)
    other = sqlite3.connect(file, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        assert (await refusal_to_open(file)).exit_code == os.EX_OSERR
    finally:
        other.close()


async def test_many_may_open_a_new_file_at_once(file: Path):
    databases = [Database(sqlite_url(file)) for _ in range(4)]
    await asyncio.gather(*(database.open() for database in databases))
    row = await store_over(databases[0]).queued()
    assert await store_over(databases[3]).now(row) == row
    await asyncio.gather(*(database.close() for database in databases))


@pytest.mark.parametrize(("durable", "synchronous"), [(True, 2), (False, 1)])
async def test_commits_are_durable_and_keys_are_checked(file: Path, durable, synchronous):
    async with Database(sqlite_url(file)) as database, database.write(durable=durable) as writer:
        settings = {
            name: (await writer.execute(text(f"PRAGMA {name}"))).scalar_one()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }
    assert settings == {"journal_mode": "wal", "synchronous": synchronous, "foreign_keys": 1}


async def test_writers_of_both_kinds_take_turns(file: Path):
    async with Database(sqlite_url(file)) as database:
        store = store_over(database)
        rows = [await store.queued() for _ in range(5)]
        started = await asyncio.gather(*(store.start(row) for row in rows))
        moves = [store.deliveries.record_status(row.id, row.id) for row in started]
        await asyncio.gather(*moves, *(store.jobs.renew([row.key], 1) for row in started))
        now = [await store.now(row) for row in rows]
    assert [(row.status_message, row.lease_until) for row in now] == [(row.id, 1) for row in now]


async def test_reading_connection_cannot_write(file: Path):
    async with Database(sqlite_url(file)) as database, database.read() as connection:
        with pytest.raises(OperationalError, match="readonly"):
            await connection.execute(text("DELETE FROM notices"))


async def test_reader_does_not_wait_for_a_writer(file: Path):
    async with Database(sqlite_url(file)) as database:
        store = store_over(database)
        row = await store.queued()
        async with database.write() as connection:
            await connection.execute(text("UPDATE generations SET status_message = '1'"))
            async with asyncio.timeout(1):
                assert await store.now(row) == row
        assert (await store.now(row)).status_message == "1"


async def test_two_programs_write_at_once(file: Path):
    async with Database(sqlite_url(file)) as one, Database(sqlite_url(file)) as two:
        writes = [
            store_over(database).running(requester=name)
            for database, name in ((one, "one"), (two, "two"))
            for _ in range(40)
        ]
        await asyncio.gather(*writes)
        assert len(await store_over(one).jobs.running()) == 80


async def test_same_event_from_two_programs_makes_one_row(file: Path):
    async with Database(sqlite_url(file)) as one, Database(sqlite_url(file)) as two:
        for number in range(10):
            key = f"telegram:update:twin{number}"
            admitted = await asyncio.gather(
                *(
                    store_over(database).admissions.admit(new_generation(event_key=key), bounds())
                    for database in (one, two)
                )
            )
            assert sorted(one.duplicate for one in admitted) == [False, True]


@pytest.mark.parametrize("kind", ["memory", "file"])
async def test_exception_rolls_the_transaction_back(kind: str, file: Path):
    async with Database(MEMORY if kind == "memory" else sqlite_url(file)) as database:
        store = store_over(database)
        row = await store.queued()

        async def write_and_fail() -> None:
            async with database.write() as connection:
                await connection.execute(text("UPDATE generations SET status_message = '1'"))
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            await write_and_fail()
        assert await store.now(row) == row


@pytest.mark.parametrize("kind", ["memory", "file"])
async def test_commit_that_is_refused_leaves_the_writer_free(kind: str, file: Path):
    """Here because of a key that is checked no earlier."""
    async with Database(MEMORY if kind == "memory" else sqlite_url(file)) as database:
        with pytest.raises(IntegrityError):  # noqa: PT012 - the commit is what raises
            async with database.write() as connection:
                await connection.execute(text("PRAGMA defer_foreign_keys=ON"))
                await connection.execute(text("INSERT INTO events VALUES ('e', 'draw', 'no', 1)"))
        store = store_over(database)
        await store.queued()
        assert await store.sql("SELECT count(*) FROM events") == [(1,)]


async def test_cancelled_write_rolls_back_and_frees_the_writer(file: Path):
    async with Database(sqlite_url(file)) as database:
        store = store_over(database)
        row = await store.queued()
        inside = asyncio.Event()

        async def write_and_wait() -> None:
            async with database.write() as connection:
                await connection.execute(text("UPDATE generations SET status_message = '1'"))
                inside.set()
                await asyncio.Event().wait()

        task = asyncio.create_task(write_and_wait())
        await inside.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await store.now(row) == row
        async with asyncio.timeout(1):
            await store.start(row)


async def test_writes_cancelled_at_any_point_leave_the_store_usable(file: Path):
    async with Database(sqlite_url(file)) as database:
        store = store_over(database)
        for steps in range(60):
            task = asyncio.create_task(
                store.admissions.admit(new_generation(requester=str(steps)), bounds())
            )
            for _ in range(steps):
                await asyncio.sleep(0)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        async with asyncio.timeout(5):
            row = await store.queued()
        assert await store.now(row) == row
        # A generation is there with its event or not at all.
        counts = "SELECT (SELECT count(*) FROM generations), (SELECT count(*) FROM events)"
        [(rows, events)] = await store.sql(counts)
        assert rows == events


async def test_many_writes_cancelled_within_a_statement_leave_nothing_locked(file: Path):
    """A cancelled statement goes on in SQLite's thread: nobody may lose sight of it there."""
    async with Database(sqlite_url(file)) as database:
        store = store_over(database)
        for tenths in range(30):
            writes = [
                asyncio.create_task(store.admissions.admit(new_generation(), bounds()))
                for _ in range(5)
            ]
            await asyncio.sleep(tenths / 3000)
            for write in writes:
                write.cancel()
            async with asyncio.timeout(2):
                await asyncio.gather(*writes, return_exceptions=True)
            with contextlib.closing(sqlite3.connect(file, timeout=0.5)) as other:
                other.execute("BEGIN IMMEDIATE")
        counts = "SELECT (SELECT count(*) FROM generations), (SELECT count(*) FROM events)"
        [(rows, events)] = await store.sql(counts)
        assert rows == events


KILLED = """
import asyncio, os, signal, sys
from bot.store.database import Database
from tests.stores import store_over

async def main():
    database = Database(sys.argv[1])
    await database.open()
    for _ in range(20):
        row = await store_over(database).queued()
        print(row.id, flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


async def test_admitted_rows_survive_kill_9(file: Path):
    killed = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", KILLED, sqlite_url(file)],
        capture_output=True,
        text=True,
        check=False,
    )
    admitted = killed.stdout.split()
    assert len(admitted) == 20, killed.stderr
    async with Database(sqlite_url(file)) as database:
        assert await store_over(database).deliveries.undelivered() == admitted


def test_up_to_date_database_opens_without_alembic(file: Path):
    program = (
        "import asyncio, sys; from bot.store.database import Database\n"
        "async def main():\n"
        "    async with Database(sys.argv[1]): print('alembic' in sys.modules)\n"
        "asyncio.run(main())"
    )
    command = [sys.executable, "-c", program, sqlite_url(file)]
    loaded = [subprocess.check_output(command, text=True).strip() for _ in range(2)]
    assert loaded == ["True", "False"]
