import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from bot.core.errors import Refusal
from bot.core.generation import Forgotten
from bot.core.messages import Attachment
from bot.core.uploads import UploadName
from bot.store.database import Database, migrate
from bot.store.schema import migrations_folder, shipped_revisions
from bot.store.tables import metadata
from tests.builders import act, address, notice
from tests.ready_schema import ReadySchema
from tests.stores import sqlite_url, store_over

ROWS_OF_0001 = (
    "INSERT INTO generations (id, event_key, requester, platform, chat, request_message, locale,"
    " prompt, negative_prompt, width, height, steps, guidance, seed, count, model, cost, notes,"
    " tag, outcome, attempt, counted_attempts, begun, error_data, pictures, preview, delivery,"
    " status_message, created_ms, started_ms, finished_ms, delivered_ms) VALUES ('old',"
    " 'telegram:e', 'telegram:1', 'telegram', '-100', '7', 'zh', '圆', '', 512, 512, 8, 0, 42, 1,"
    " 'demo', 2, '[]', 2, 'finished', 1, 0, 0, '{}', '[\"1.png\"]', '1.jpg', 'done', '9', 1, 2, 3,"
    " 4)",
    "INSERT INTO events VALUES ('telegram:e', 'draw', 'old', 1)",
    "INSERT INTO notices (event_key, platform, chat, request_message, text, ask, created_ms)"
    " VALUES ('telegram:n', 'telegram', '-100', '8', '排队已满', 0, 1)",
)
TABLES = {
    "alembic_version",
    "generations",
    "events",
    "notices",
    "removals",
    "chats",
    "accounts",
    "ledger",
    "exports",
    "acts",
    "people",
    "bans",
    "places",
    "words",
    "groups",
    "switches",
    "api_tokens",
    "forgettings",
    "clearings",
    "errands",
    "program_jobs",
    "uploads",
}


def alembic(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["connection"] = connection
    return config


@pytest.fixture(autouse=True)
def every_migration_runs(monkeypatch: pytest.MonkeyPatch, ready_schema: ReadySchema) -> None:
    monkeypatch.setattr(command, "upgrade", ready_schema.alembic_upgrade)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return sqlite_url(tmp_path / "zdraw.db")


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    return create_engine(f"sqlite:///{tmp_path / 'zdraw.db'}", poolclass=NullPool)


def schema(engine: Engine) -> list[str]:
    """What SQLite remembers of how everything was made, in one spacing."""
    with engine.connect() as connection:
        rows = connection.execute(text("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL"))
        statements = [" ".join(sql.split()) for (sql,) in rows]
    return sorted(sql for sql in statements if "alembic_version" not in sql)


def test_there_is_one_head_and_its_name_sorts_last():
    scripts = ScriptDirectory.from_config(alembic())
    assert scripts.get_heads() == [shipped_revisions()[-1]]


def test_file_names_begin_with_their_revision():
    scripts = list(ScriptDirectory.from_config(alembic()).walk_revisions())
    assert sorted(script.revision for script in scripts) == shipped_revisions()
    for script in scripts:
        assert Path(script.path).name.startswith(f"{script.revision}_")


async def test_migrated_schema_is_the_one_the_code_declares(url: str, engine: Engine):
    await migrate(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, metadata) == []


async def test_migrated_schema_has_the_same_checks_and_index_conditions(
    url: str, engine: Engine, tmp_path: Path
):
    await migrate(url)
    declared = create_engine(f"sqlite:///{tmp_path / 'declared.db'}", poolclass=NullPool)
    metadata.create_all(declared)
    assert [columns_apart(sql) for sql in schema(engine)] == [
        columns_apart(sql) for sql in schema(declared)
    ]


def columns_apart(sql: str) -> list[str]:
    """The order of constraints carries no meaning, nor whether one stands with its column."""
    parts = (part.strip(" )") for part in sql.replace("CONSTRAINT", ", CONSTRAINT").split(","))
    return sorted(part for part in parts if part)


async def test_schema_of_other_tests_is_the_migrated_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its text, its order and its rows; and that it comes from what was remembered."""
    files = [tmp_path / f"{name}.db" for name in ("migrated", "first", "repeated")]
    await migrate(sqlite_url(files[0]))
    ready = ReadySchema(command.upgrade)
    monkeypatch.setattr(command, "upgrade", ready)
    await migrate(sqlite_url(files[1]))
    monkeypatch.setattr(ready, "alembic_upgrade", None)
    await migrate(sqlite_url(files[2]))
    migrated, first, repeated = (dump(file) for file in files)
    assert f"INSERT INTO \"alembic_version\" VALUES('{shipped_revisions()[-1]}');" in repeated
    assert migrated == first == repeated


def dump(file: Path) -> list[str]:
    with closing(sqlite3.connect(file)) as connection:
        order = connection.execute("SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'")
        return [*connection.iterdump(), *(name for (name,) in order)]


async def test_up_down_up(url: str, engine: Engine):
    await migrate(url)
    migrated = schema(engine)
    assert set(inspect(engine).get_table_names()) == TABLES
    with engine.begin() as connection:
        command.downgrade(alembic(connection), "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}
    await migrate(url)
    assert schema(engine) == migrated


async def test_repeated_migration_keeps_the_rows(url: str):
    async with Database(url) as database:
        row = await store_over(database).finished()
    await migrate(url)
    async with Database(url) as database:
        assert await store_over(database).now(row) == row


async def test_each_step_up_keeps_rows(url: str, engine: Engine):
    """Down one step and up again with rows in it, for every step but the first, which makes
    the tables."""
    async with Database(url) as database:
        store = store_over(database)
        row = await store.finished(address=address(reply_token="secret"))
        await store.notices.post(notice(event_key="n", attachment=Attachment(path="1.png")))
        await store.removals.remove((await store.finished()).id, [("-100", "9")], "press")
        forgotten = await store.forgotten(requester="telegram:7")
        assert (forgotten.spec.prompt, forgotten.forgotten) == ("", Forgotten.FILES)
        await store.settings.set_quiet("telegram", "-100", quiet=True, act=act())
    for revision in reversed(shipped_revisions()[:-1]):
        with engine.begin() as connection:
            command.downgrade(alembic(connection), revision)
        await migrate(url)
    async with Database(url) as database:
        store = store_over(database)
        now = await store.now(row)
        assert replace(now, address=row.address) == row
        assert await store.records.seen("n")
        assert await store.records.seen("press")
        assert (await store.now(forgotten)).spec.prompt == ""
        assert (await store.queued(address=address(parent_chat="70"))).address.parent_chat == "70"


async def test_rows_of_the_first_version_are_served_by_this_one(url: str, engine: Engine):
    with engine.begin() as connection:
        command.upgrade(alembic(connection), "0001")
        for statement in ROWS_OF_0001:
            connection.execute(text(statement))
    await migrate(url)
    async with Database(url) as database:
        store = store_over(database)
        generation = await store.admissions.get("old")
        assert generation is not None
        assert (generation.address.reply_token, generation.spec.prompt) == (None, "圆")
        assert await store.unsaid() == [
            notice(event_key="telegram:n", text="排队已满", address=address(request_message="8"))
        ]
        assert await store.removals.remove("old", [], "press")
        (removal,) = await store.removals.waiting(["telegram"])
        assert (removal.chat, removal.message) == ("-100", "9")


def since(revision: str) -> list[str]:
    """It and all later ones."""
    return [one for one in shipped_revisions() if one >= revision]


async def brought_up_and_down(url: str, engine: Engine, revision: str, row: str) -> None:
    """A row of that version, to this one, and to that one and this one again."""
    with engine.begin() as connection:
        command.upgrade(alembic(connection), revision)
        connection.execute(text(row))
    await migrate(url)
    with engine.begin() as connection:
        command.downgrade(alembic(connection), revision)
    await migrate(url)


@pytest.mark.parametrize("revision", since("0006"))
async def test_a_place_that_was_closed_stays_closed(url: str, engine: Engine, revision: str):
    row = "INSERT INTO places (platform, chat, thread, open) VALUES ('telegram', '-100', '', false)"
    await brought_up_and_down(url, engine, revision, row)
    async with Database(url) as database:
        with pytest.raises(Refusal, match="closed"):
            await store_over(database).queued()


@pytest.mark.parametrize("revision", since("0012"))
async def test_by_whom_a_place_was_closed_stays_known(url: str, engine: Engine, revision: str):
    row = (
        "INSERT INTO places (platform, chat, thread, open, by_fleet)"
        " VALUES ('telegram', '-100', '', false, true)"
    )
    await brought_up_and_down(url, engine, revision, row)
    async with Database(url) as database:
        kept = await store_over(database).sql("SELECT chat, open, by_fleet FROM places")
    assert kept == [("-100", 0, 1)]


@pytest.mark.parametrize("revision", since("0020"))
async def test_what_was_uploaded_is_found(url: str, engine: Engine, revision: str):
    row = (
        "INSERT INTO uploads (requester, kind, subfolder, name, sha256, size_bytes, media_type,"
        " path, used_ms) VALUES ('api:local', 'input', '', 'a.png', 'ab', 9, 'image/png',"
        " 'uploads/1', 1)"
    )
    await brought_up_and_down(url, engine, revision, row)
    at = UploadName(kind="input", subfolder="", name="a.png")
    async with Database(url) as database:
        found = await store_over(database).uploads.find("api:local", at)
    assert found is not None
    assert (found.path, found.size_bytes, found.sha256) == ("uploads/1", 9, "ab")


FLAGS = {
    "10:p": (False, False, "10:p"),
    "p10:s": (True, False, "10:s"),
    "s10:x": (False, True, "10:x"),
    "ps10:x": (True, True, "10:x"),
}


async def test_what_a_reply_token_said_is_said_by_the_row(url: str, engine: Engine):
    with engine.begin() as connection:
        command.upgrade(alembic(connection), "0002")
        for number, token in enumerate(FLAGS):
            for statement in ROWS_OF_0001[::2]:
                fresh = statement.replace("'telegram:", f"'{number}:")
                connection.execute(text(fresh.replace("'old'", f"'{number}'")))
            for table in ("generations", "notices"):
                column = f"UPDATE {table} SET reply_token = :token WHERE reply_token IS NULL"
                connection.execute(text(column), {"token": token})
    await migrate(url)
    async with Database(url) as database:
        store = store_over(database)
        for number, (private, spoiler, token) in enumerate(FLAGS.values()):
            row = await store.admissions.get(f"{number}")
            assert row is not None
            assert (row.private, row.spoiler) == (private, spoiler)
            assert row.address.reply_token == token
        assert [n.private for n in await store.unsaid()] == [p for p, _, _ in FLAGS.values()]
    with engine.begin() as connection:
        command.downgrade(alembic(connection), "0002")
        tokens = connection.execute(text("SELECT reply_token FROM generations ORDER BY serial"))
        assert list(tokens.scalars()) == list(FLAGS)


ACCOUNTS_OF_0020 = (
    "INSERT INTO accounts (serial, platform, scope, holder, extra, given)"
    " VALUES (1, 'telegram', '-100', 'telegram:1', 1, 8),"
    " (2, 'telegram', '-100', 'telegram:2', 9, 2)",
    *[
        "INSERT INTO ledger (account, kind, daily, extra, day, generation_id, created_ms)"
        f" VALUES ({account}, '{kind}', 0, {extra}, '2026-01-02', '{generation}', 1)"
        for account, kind, extra, generation in (
            (1, "reserve", -4, "open"),
            (1, "reserve", -9, "spent"),
            (1, "settle", 0, "spent"),
            (1, "reserve", -5, "late"),
            (2, "reserve", -3, "open"),
        )
    ],
)


async def test_what_was_reserved_of_what_came_out_of_a_pool_is_known(url: str, engine: Engine):
    """Seven of those units are in requests that are under way, in the last ones first."""
    with engine.begin() as connection:
        command.upgrade(alembic(connection), "0020")
        for generation in ("open", "spent", "late"):
            fresh = ROWS_OF_0001[0].replace("'telegram:e'", f"'telegram:{generation}'")
            connection.execute(text(fresh.replace("'old'", f"'{generation}'")))
        for statement in ACCOUNTS_OF_0020:
            connection.execute(text(statement))
    await migrate(url)
    with engine.begin() as connection:
        accounts = connection.execute(text("SELECT extra, given FROM accounts ORDER BY serial"))
        assert accounts.all() == [(1, 1), (9, 2)]
        lines = connection.execute(text("SELECT given FROM ledger ORDER BY serial"))
        assert list(lines.scalars()) == [-2, 0, 0, -5, 0]
        command.downgrade(alembic(connection), "0020")
        accounts = connection.execute(text("SELECT given FROM accounts ORDER BY serial"))
        assert list(accounts.scalars()) == [8, 2]


async def test_migration_that_fails_leaves_nothing_behind(url: str, engine: Engine):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE notices (taken INTEGER)"))
    with pytest.raises(Exception, match="notices") as refused:
        await migrate(url)
    assert getattr(refused.value, "exit_code", None) == os.EX_DATAERR
    assert inspect(engine).get_table_names() == ["notices"]


async def test_developer_can_run_alembic_itself(tmp_path: Path, url: str):
    await migrate(url)
    config = Config(migrations_folder() / "alembic.ini")
    config.set_main_option("sqlalchemy.url", f"sqlite:///{tmp_path / 'zdraw.db'}")
    command.check(config)
