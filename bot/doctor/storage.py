"""The state folder, its disk and the database in it."""

import errno
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.doctor.finding import Finding, broken, fine, reason, warning
from bot.store.schema import shipped_revisions

#: Below so much the disk is worth a warning.
LITTLE_SPACE = 2_000_000_000
#: A PNG of 1024x1024 with much detail.
PICTURE_BYTES = 2_000_000
_BUSY_SECONDS = 5.0


def state_folder(folder: Path) -> Iterator[Finding]:
    """Whether it can be written, and how much fits in."""
    shown = folder.absolute()
    # What is not there yet is made at the start, in the nearest folder that is.
    nearest = next(path for path in (shown, *shown.parents) if path.exists())
    try:
        _try_to_write(nearest, there=nearest == shown)
    except OSError as error:
        yield broken(
            os.EX_CANTCREAT,
            f"状态文件夹 {shown} 不能写（{error.strerror}）：把 ZDRAW_STATE_DIR 设成可写的文件夹",
            f"state folder cannot be written ({error.strerror}): set ZDRAW_STATE_DIR to one that"
            " zdraw may write to",
        )
        return
    if nearest == shown:
        yield fine(f"状态文件夹 {shown} 可以写", "state folder is writable")
    else:
        yield fine(
            f"状态文件夹 {shown} 还没有，启动时会建", "state folder will be made at the start"
        )
    yield _space(shutil.disk_usage(nearest).free)


def _try_to_write(folder: Path, *, there: bool) -> None:
    """Raises OSError. Leaves nothing behind."""
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
    if there:
        with tempfile.TemporaryFile(dir=folder):
            return
    if not os.access(folder, os.W_OK | os.X_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))


def _space(free: int) -> Finding:
    gigabytes, pictures = f"{free / 1e9:.1f} GB", free // PICTURE_BYTES
    zh = f"磁盘剩 {gigabytes}，约 {pictures} 张图（每张按 2 MB 算）"
    en = f"{gigabytes} free, about {pictures} pictures of 2 MB"
    if free >= LITTLE_SPACE:
        return fine(zh, en)
    return warning(
        f"{zh}：请清理，旧图在 pictures 里，可以删",
        f"{en}: make room; old ones under pictures may be deleted",
    )


def database(url: str) -> Iterator[Finding]:
    """Whether it can be opened, is whole, and which schema it has."""
    name = make_url(url).database
    if name in (None, "", ":memory:"):
        yield warning("数据库只在内存里，重启就没了", "the database is in memory and ends with it")
        return
    path = Path(str(name)).absolute()
    try:
        found = path.exists()
        revision = _revision(path) if found else None
    except (OSError, sqlite3.Error) as error:
        yield _unusable(path, error)
        return
    if not found:
        yield fine(f"数据库 {path} 还没有，启动时会建", "the database will be made at the start")
    else:
        yield _schema(path, revision)


def _revision(path: Path) -> str | None:
    """Which schema it has, None for none. Raises OSError, sqlite3.Error."""
    # Not read-only: that would leave the files of the write-ahead log behind. Nothing is written.
    address = f"{path.as_uri()}?mode=rw"
    with closing(sqlite3.connect(address, uri=True, timeout=_BUSY_SECONDS)) as connection:
        connection.execute("PRAGMA query_only=ON")
        (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if verdict != "ok":
            raise sqlite3.DatabaseError(verdict)
        tables = "SELECT count(*) FROM sqlite_master WHERE name = 'alembic_version'"
        if not connection.execute(tables).fetchone()[0]:
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def _schema(path: Path, revision: str | None) -> Finding:
    shipped = shipped_revisions()
    if revision == shipped[-1]:
        return fine(
            f"数据库 {path} 完好，结构是最新的（{revision}）",
            f"the database is sound, its schema the newest ({revision})",
        )
    if revision is None or revision in shipped:
        return fine(
            f"数据库 {path} 完好，启动时会升级到 {shipped[-1]}",
            f"the database is sound, and will be migrated to {shipped[-1]} at the start",
        )
    return broken(
        os.EX_DATAERR,
        f"数据库 {path} 比这个 zdraw 新（{revision}）：请装新版的 zdraw",
        f"the database is newer than this zdraw ({revision}): install the newer version",
    )


def _unusable(path: Path, error: Exception) -> Finding:
    otherwise = sqlite3.SQLITE_CANTOPEN if isinstance(error, OSError) else sqlite3.SQLITE_CORRUPT
    # The low byte is the primary code.
    code = getattr(error, "sqlite_errorcode", otherwise) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return warning(
            f"数据库 {path} 正被别的程序占用，没能检查",
            "the database is locked by another process and was not checked",
        )
    if code in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_READONLY):
        return broken(
            os.EX_CANTCREAT,
            f"数据库 {path} 打不开（{reason(error)}）：检查它和所在文件夹的权限",
            "the database cannot be opened: check the rights of the file and its folder",
        )
    return broken(
        os.EX_DATAERR,
        f"数据库 {path} 坏了（{reason(error)}）：请用备份替换",
        "the database is damaged or no database: put a backup in its place",
    )
