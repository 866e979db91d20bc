"""Zip files of exports: what fits, and nothing left of what was not closed."""

import json
import os
import random
import stat
import threading
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.data_ports import Rows
from bot.store.archives import ExportFolder

PATH = "exports/zdraw-export-1.zip"
ROOM = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> ExportFolder:
    return ExportFolder(tmp_path)


async def pages(*rows: dict[str, Any], size: int = 2) -> AsyncIterator[Rows]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def picture(state: Path, name: str, size: int) -> str:
    path = state / "pictures" / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(bytes(size))
    return f"pictures/{name}"


async def test_everything_is_in_it_and_only_its_owner_reads_it(folder, tmp_path):
    rows = [{"id": number, "prompt": "一只猫"} for number in range(5)]
    name = picture(tmp_path, "1.png", 10)
    async with folder.open(PATH, ROOM) as archive:
        assert await archive.add_rows("generations.json", pages(*rows)) == 5
        assert await archive.add_rows("accounts.json", pages()) == 0
        assert await archive.add_file(name)
        await archive.close({"person": "telegram:1"})
    with zipfile.ZipFile(tmp_path / PATH) as made:
        assert made.testzip() is None
        assert json.loads(made.read("generations.json")) == rows
        assert json.loads(made.read("accounts.json")) == []
        assert json.loads(made.read("about.json")) == {"person": "telegram:1"}
        assert made.read(name) == bytes(10)
    assert stat.S_IMODE((tmp_path / PATH).stat().st_mode) == 0o600
    assert [path.name for path in (tmp_path / "exports").iterdir()] == ["zdraw-export-1.zip"]


@pytest.mark.parametrize("room", [20_000, 50_000, 100_000])
async def test_it_is_never_larger_than_its_room_and_takes_what_fits(folder, tmp_path, room):
    names = [picture(tmp_path, f"{number:03}.png", 900) for number in range(200)]
    async with folder.open(PATH, room) as archive:
        fitted = [await archive.add_file(name) for name in names]
        await archive.close({})
    size = (tmp_path / PATH).stat().st_size
    assert room - 6000 < size <= room
    assert 0 < sum(fitted) < 200
    # One that is small enough still finds room.
    async with folder.open(PATH, room) as archive:
        assert not await archive.add_file(picture(tmp_path, "large.png", room))
        assert await archive.add_file(names[0])


async def test_rows_leave_room_for_pictures(folder, tmp_path):
    noise = random.Random(1)
    rows = [{"prompt": noise.randbytes(500).hex()} for _ in range(400)]
    async with folder.open(PATH, 100_000) as archive:
        count = await archive.add_rows("generations.json", pages(*rows, size=10))
        assert 0 < count < 400
        assert await archive.add_file(picture(tmp_path, "1.png", 20_000))
        await archive.close({})
    with zipfile.ZipFile(tmp_path / PATH) as made:
        assert json.loads(made.read("generations.json")) == rows[:count]


async def test_a_file_that_is_not_there_is_told(folder):
    async with folder.open(PATH, ROOM) as archive:
        with pytest.raises(FileNotFoundError):
            await archive.add_file("pictures/none.png")


async def test_what_is_left_unfinished_leaves_nothing_and_complains_of_nothing(folder, tmp_path):
    async def broken() -> AsyncIterator[Rows]:
        yield [{"id": 1}]
        raise ValueError("the database is away")

    with pytest.raises(ValueError, match="away"):
        async with folder.open(PATH, ROOM) as archive:
            await archive.add_rows("generations.json", broken())
    assert list((tmp_path / "exports").iterdir()) == []


async def test_what_a_killed_process_left_is_overwritten_and_swept(folder, tmp_path):
    (tmp_path / "exports").mkdir()
    part = tmp_path / "exports" / ".zdraw-export-1.zip.part"
    part.write_bytes(bytes(100))
    async with folder.open(PATH, ROOM) as archive:
        await archive.close({})
    assert not part.exists()
    part.write_bytes(bytes(100))
    now = int(part.stat().st_mtime * 1000)
    assert await folder.sweep(now - 60_000) == 0
    assert await folder.sweep(now + 60_000) == 2
    assert list((tmp_path / "exports").iterdir()) == []


async def test_deleting_twice_does_no_harm(folder, tmp_path):
    async with folder.open(PATH, ROOM) as archive:
        await archive.close({})
    for _ in range(2):
        await folder.delete([PATH])
    assert list((tmp_path / "exports").iterdir()) == []
    assert await ExportFolder(tmp_path / "elsewhere").sweep(0) == 0


async def test_nothing_of_it_holds_up_the_loop(folder, tmp_path, monkeypatch):
    """Every step that writes or packs is done in another thread."""
    threads = set()

    def noting(owner: Any, name: str) -> None:
        real = getattr(owner, name)

        def noted(*arguments: Any, **options: Any) -> Any:
            threads.add((name, threading.current_thread() is threading.main_thread()))
            return real(*arguments, **options)

        monkeypatch.setattr(owner, name, noted)

    for owner, name in (
        (json, "dumps"),
        *((zipfile.ZipFile, one) for one in ("open", "write", "close")),
        *((os, one) for one in ("open", "fsync")),
    ):
        noting(owner, name)
    async with folder.open(PATH, ROOM) as archive:
        await archive.add_rows("generations.json", pages({"id": 1}))
        await archive.add_file(picture(tmp_path, "1.png", 10))
        await archive.close({})
    names = {"dumps", "open", "write", "close", "fsync"}
    assert threads == {(name, False) for name in names}
