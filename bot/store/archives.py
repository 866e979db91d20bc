"""Exports on disk: state folder/exports/*.zip, readable by their owner only."""

import asyncio
import json
import os
import zipfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from bot.core.data_ports import Rows

#: What a zip file has for each entry beside its bytes: a header before them, and one at the end.
HEADER_BYTES, ENTRY_BYTES = 30, 46
#: For the last entry and the end of the zip file.
SPARE_BYTES = 4096
#: The share of the room that rows may take: pictures are wanted too.
ROWS_SHARE = 0.5


class ExportFolder:
    """Implements bot.core.data_ports.Archives."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir.absolute()
        self._folder = self._state_dir / "exports"

    def open(self, path: str, limit_bytes: int) -> "ZipArchive":
        return ZipArchive(self._state_dir, self._state_dir / path, limit_bytes)

    async def delete(self, paths: Sequence[str]) -> None:
        await asyncio.to_thread(self._delete, [self._state_dir / path for path in paths])

    async def sweep(self, before_ms: int) -> int:
        return await asyncio.to_thread(self._sweep, before_ms / 1000)

    @staticmethod
    def _delete(paths: Sequence[Path]) -> None:
        for path in paths:
            path.unlink(missing_ok=True)
            _unfinished(path).unlink(missing_ok=True)

    def _sweep(self, before: float) -> int:
        if not self._folder.is_dir():
            return 0
        old = [path for path in self._folder.iterdir() if path.stat().st_mtime < before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)


class ZipArchive:
    """Implements bot.core.data_ports.Archive. Every step is done in a thread: some take long."""

    def __init__(self, state_dir: Path, path: Path, limit_bytes: int) -> None:
        self._state_dir = state_dir
        self._path = path
        self._limit = limit_bytes
        self._entry: IO[bytes] | None = None
        #: Of what the zip file has at its end.
        self._index_bytes = SPARE_BYTES

    async def __aenter__(self) -> "ZipArchive":
        await asyncio.to_thread(self._begin)
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self._abandon)

    async def add_rows(self, name: str, pages: AsyncIterator[Rows]) -> int:
        entry = await asyncio.to_thread(self._open_list, name)
        count = 0
        async for page in pages:
            await asyncio.to_thread(_write_rows, entry, page, first=count == 0)
            count += len(page)
            if self._written() > self._limit * ROWS_SHARE:
                break
        await asyncio.to_thread(_close_list, entry)
        return count

    async def add_file(self, path: str) -> bool:
        return await asyncio.to_thread(self._add_file, path)

    async def close(self, about: Mapping[str, Any]) -> None:
        await asyncio.to_thread(self._close, about)

    # --- in a thread --------------------------------------------------------------------------

    def _begin(self) -> None:
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(
            _unfinished(self._path), os.O_RDWR | os.O_CREAT | os.O_TRUNC, mode=0o600
        )
        self._file = os.fdopen(descriptor, "w+b")
        self._zip = zipfile.ZipFile(self._file, "w", zipfile.ZIP_DEFLATED)

    def _open_list(self, name: str) -> IO[bytes]:
        self._index_bytes += ENTRY_BYTES + len(name)
        self._entry = self._zip.open(name, "w", force_zip64=True)
        self._entry.write(b"[")
        return self._entry

    def _add_file(self, path: str) -> bool:
        file = self._state_dir / path
        size = file.stat().st_size
        names = HEADER_BYTES + ENTRY_BYTES + 2 * len(path)
        if self._written() + size + names > self._limit:
            return False
        # Pictures are as small as they get.
        self._zip.write(file, path, zipfile.ZIP_STORED)
        self._index_bytes += ENTRY_BYTES + len(path)
        return True

    def _close(self, about: Mapping[str, Any]) -> None:
        self._zip.writestr("about.json", json.dumps(about, ensure_ascii=False, indent=1))
        self._zip.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        _unfinished(self._path).replace(self._path)

    def _abandon(self) -> None:
        if self._file.closed:
            return
        # In this order, or the library complains when they are collected.
        for part in (self._entry, self._zip, self._file):
            with suppress(OSError):
                if part is not None:
                    part.close()
        _unfinished(self._path).unlink(missing_ok=True)

    def _written(self) -> int:
        return self._file.tell() + self._index_bytes


def _write_rows(entry: IO[bytes], rows: Rows, *, first: bool) -> None:
    for number, row in enumerate(rows):
        between = "\n" if first and number == 0 else ",\n"
        entry.write((between + json.dumps(row, ensure_ascii=False)).encode())


def _close_list(entry: IO[bytes]) -> None:
    entry.write(b"\n]\n")
    entry.close()


def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.part")
