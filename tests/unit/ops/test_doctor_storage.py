"""What `zdraw doctor` says of the state folder, the disk and the database."""

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.doctor.finding import Finding, Mark
from bot.doctor.storage import database, state_folder
from bot.store.database import migrate
from bot.store.schema import shipped_revisions


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def only(found: Iterator[Finding]) -> Finding:
    (finding,) = found
    return finding


@pytest.fixture
def migrated(tmp_path):
    path = tmp_path / "zdraw.db"
    asyncio.run(migrate(url(path)))
    return path


def set_revision(path: Path, revision: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


def test_writable_folder_is_fine_and_stays_as_it_is(tmp_path):
    folder, space = state_folder(tmp_path)
    assert folder.mark is space.mark is Mark.FINE
    assert os.listdir(tmp_path) == []


def test_folder_that_is_not_there_is_fine_and_is_not_made(tmp_path):
    folder, _ = state_folder(tmp_path / "deep" / "state")
    assert folder.mark is Mark.FINE
    assert "启动时会建" in folder.zh
    assert os.listdir(tmp_path) == []


def test_folder_below_a_file_is_broken_and_names_the_setting(tmp_path):
    (tmp_path / "file").touch()
    finding = only(state_folder(tmp_path / "file" / "state"))
    assert (finding.mark, finding.exit_code) == (Mark.BROKEN, os.EX_CANTCREAT)
    assert "ZDRAW_STATE_DIR" in finding.zh
    assert "ZDRAW_STATE_DIR" in finding.en


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
@pytest.mark.parametrize("name", [".", "state"])
def test_folder_without_the_right_to_write_is_broken(tmp_path, name):
    tmp_path.chmod(0o500)
    assert only(state_folder(tmp_path / name)).exit_code == os.EX_CANTCREAT


def test_folder_that_refuses_a_file_is_broken(tmp_path, monkeypatch):
    def refuse(**_options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    finding = only(state_folder(tmp_path))
    assert finding.exit_code == os.EX_CANTCREAT
    assert "Read-only file system" in finding.line


@pytest.mark.parametrize(
    ("free", "mark", "said"),
    [
        (2_000_000_000, Mark.FINE, "2.0 GB free, about 1000 pictures of 2 MB"),
        (1_999_999_999, Mark.WARNING, "2.0 GB free, about 999 pictures of 2 MB: make room"),
        (50_000_000, Mark.WARNING, "0.1 GB free, about 25 pictures of 2 MB: make room"),
    ],
)
def test_little_space_is_warned_of_in_pictures(tmp_path, monkeypatch, free, mark, said):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: SimpleNamespace(free=free))
    _, space = state_folder(tmp_path)
    assert space.mark is mark
    assert space.en.startswith(said)


def test_database_that_is_not_there_is_fine_and_is_not_made(tmp_path):
    assert only(database(url(tmp_path / "zdraw.db"))).mark is Mark.FINE
    assert os.listdir(tmp_path) == []


def test_database_of_the_newest_schema_is_fine_and_stays_as_it_is(migrated):
    before = migrated.read_bytes()
    finding = only(database(url(migrated)))
    assert finding.mark is Mark.FINE
    assert shipped_revisions()[-1] in finding.en
    assert migrated.read_bytes() == before
    assert os.listdir(migrated.parent) == ["zdraw.db"]


def test_older_schema_will_be_migrated(migrated):
    set_revision(migrated, shipped_revisions()[0])
    finding = only(database(url(migrated)))
    assert finding.mark is Mark.FINE
    assert f"will be migrated to {shipped_revisions()[-1]}" in finding.en


def test_empty_database_will_be_migrated(tmp_path):
    (tmp_path / "zdraw.db").touch()
    assert "will be migrated" in only(database(url(tmp_path / "zdraw.db"))).en


def test_newer_schema_is_broken(migrated):
    set_revision(migrated, "9999")
    finding = only(database(url(migrated)))
    assert (finding.mark, finding.exit_code) == (Mark.BROKEN, os.EX_DATAERR)
    assert "newer than this zdraw (9999)" in finding.en


@pytest.mark.parametrize(
    "content", [b"not a database " * 400, b"SQLite format 3\0" + b"\xff" * 8000]
)
def test_file_that_is_no_database_is_broken_and_left_as_it_is(tmp_path, content):
    path = tmp_path / "zdraw.db"
    path.write_bytes(content)
    finding = only(database(url(path)))
    assert (finding.mark, finding.exit_code) == (Mark.BROKEN, os.EX_DATAERR)
    assert path.read_bytes() == content


def test_damage_inside_is_found(migrated):
    with migrated.open("r+b") as file:
        file.seek(3 * 4096)
        file.write(b"\xff" * 4096)
    assert only(database(url(migrated))).exit_code == os.EX_DATAERR


def test_folder_in_the_place_of_the_database_is_broken(tmp_path):
    (tmp_path / "zdraw.db").mkdir()
    assert only(database(url(tmp_path / "zdraw.db"))).exit_code == os.EX_CANTCREAT


def test_database_that_is_written_at_the_moment_can_be_checked(migrated):
    with closing(sqlite3.connect(migrated, isolation_level=None)) as writer:
        writer.execute("BEGIN IMMEDIATE")
        assert only(database(url(migrated))).mark is Mark.FINE


def test_database_that_another_has_for_itself_is_a_warning(migrated, monkeypatch):
    monkeypatch.setattr("bot.doctor.storage._BUSY_SECONDS", 0.05)
    with closing(sqlite3.connect(migrated, isolation_level=None)) as owner:
        owner.execute("PRAGMA journal_mode=DELETE")
        owner.execute("BEGIN EXCLUSIVE")
        assert only(database(url(migrated))).mark is Mark.WARNING


def test_database_in_memory_is_a_warning():
    assert only(database("sqlite+aiosqlite:///")).mark is Mark.WARNING
