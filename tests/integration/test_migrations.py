import os
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine, inspect, text
from sqlalchemy.pool import NullPool

from bot.store.database import Database, migrate
from bot.store.schema import migrations_folder, shipped_revisions
from bot.store.tables import metadata
from tests.stores import sqlite_url, store_over

TABLES = {"alembic_version", "generations", "events", "notices"}


def alembic(connection: Connection | None = None) -> Config:
    config = Config()
    config.set_main_option("path_separator", "os")
    config.set_main_option("script_location", str(migrations_folder()))
    config.attributes["connection"] = connection
    return config


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
    """The order of constraints carries no meaning."""
    return sorted(part.strip(" )") for part in sql.replace("CONSTRAINT", ", CONSTRAINT").split(","))


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
    """Down one step and up again with a row in it, for every step but the first, which makes
    the tables."""
    async with Database(url) as database:
        row = await store_over(database).finished()
    for revision in reversed(shipped_revisions()[:-1]):
        with engine.begin() as connection:
            command.downgrade(alembic(connection), revision)
        await migrate(url)
    async with Database(url) as database:
        assert await store_over(database).now(row) == row


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
