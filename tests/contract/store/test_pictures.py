import errno
import os
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from bot.store.images import PictureFolder
from tests.builders import generation

DRAWN = generation(id="abc12345")


@pytest.fixture
def folder(tmp_path: Path) -> PictureFolder:
    return PictureFolder(tmp_path / "state")


def files_in(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


async def test_pictures_lie_in_the_folder_of_the_day(folder: PictureFolder, tmp_path: Path):
    names, preview = await folder.save(DRAWN, [b"one", b"two"], b"sheet")
    day = "pictures/2026/01/02"
    assert names == (f"{day}/abc12345-1.png", f"{day}/abc12345-2.png")
    assert preview == f"{day}/abc12345.jpg"
    assert files_in(tmp_path / "state") == {
        names[0]: b"one",
        names[1]: b"two",
        preview: b"sheet",
    }
    assert folder.path(preview).read_bytes() == b"sheet"


async def test_repeated_save_leaves_one_set(folder: PictureFolder, tmp_path: Path):
    first = await folder.save(DRAWN, [b"one"], b"sheet")
    (tmp_path / "state/pictures/2026/01/02/.abc12345-1.png.part").write_bytes(b"o")
    assert await folder.save(DRAWN, [b"one"], b"sheet") == first
    assert files_in(tmp_path / "state") == {first[0][0]: b"one", first[1]: b"sheet"}


DAY = "pictures/2026/01/02"
#: What holds the names on the way to a picture, from the inside.
ABOVE = ["pictures/2026/01", "pictures/2026", "pictures", "."]


@pytest.fixture
def synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is on the disk, in order, by its name in the state folder."""
    paths: list[str] = []
    fsync = os.fsync

    def record(descriptor: int) -> None:
        path = os.readlink(f"/proc/self/fd/{descriptor}")
        paths.append(os.path.relpath(path, tmp_path / "state"))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", record)
    return paths


async def test_everything_is_on_the_disk_when_it_returns(folder: PictureFolder, synced: list[str]):
    await folder.save(DRAWN, [b"one"], b"sheet")
    files = {f"{DAY}/.abc12345-1.png.part", f"{DAY}/.abc12345.jpg.part"}
    assert set(synced[:2]) == files
    assert synced[2:] == [DAY, *ABOVE]
    synced.clear()
    await folder.save(DRAWN, [b"one"], b"sheet")
    assert (set(synced[:2]), synced[2:]) == (files, [DAY])


async def test_a_folder_that_was_there_may_not_be_on_the_disk(
    folder: PictureFolder, tmp_path: Path, synced: list[str]
):
    """A process that was killed had made it, or another save is about to bring it there."""
    (tmp_path / "state" / DAY).mkdir(parents=True)
    await folder.save(DRAWN, [b"one"], b"sheet")
    assert synced[2:] == [DAY, *ABOVE]


async def test_a_folder_that_is_made_anew_is_brought_to_the_disk_anew(
    folder: PictureFolder, tmp_path: Path, synced: list[str]
):
    await folder.save(DRAWN, [b"one"], b"sheet")
    shutil.rmtree(tmp_path / "state/pictures")
    synced.clear()
    await folder.save(DRAWN, [b"one"], b"sheet")
    assert synced[2:] == [DAY, *ABOVE]


async def test_full_disk_is_told_and_leaves_no_half_picture(
    folder: PictureFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            await folder.save(DRAWN, [b"one"], b"sheet")
    assert files_in(tmp_path / "state") == {}
    await folder.save(DRAWN, [b"one"], b"sheet")


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "pictures/../../secret"])
def test_no_path_leaves_the_state_folder(folder: PictureFolder, name: str):
    with pytest.raises(ValueError, match="outside the state folder"):
        folder.path(name)


async def test_id_cannot_lead_out_of_the_state_folder(folder: PictureFolder):
    with pytest.raises(ValueError, match="outside the state folder"):
        await folder.save(generation(id="../../../../../../x"), [b"one"], b"sheet")


async def test_files_that_are_deleted_are_gone_also_those_no_row_knows(
    folder: PictureFolder, tmp_path: Path
):
    other = generation(id="other123")
    kept, preview = await folder.save(other, [b"kept"], b"kept")
    names, _ = await folder.save(DRAWN, [b"one", b"two"], b"sheet")
    (tmp_path / "state" / DAY / ".abc12345-3.png.part").write_bytes(b"t")
    known = replace(DRAWN, pictures=names[:1])
    assert await folder.delete([known]) == [DRAWN.id]
    assert set(files_in(tmp_path / "state")) == {*kept, preview}
    assert await folder.delete([known]) == [DRAWN.id], "harmless to repeat"


async def test_what_was_never_there_is_gone(folder: PictureFolder):
    assert await folder.delete([DRAWN]) == [DRAWN.id]


async def test_a_file_that_cannot_be_deleted_is_told_and_holds_up_no_other(
    folder: PictureFolder, tmp_path: Path
):
    other = generation(id="other123")
    await folder.save(other, [b"two"], b"sheet")
    (tmp_path / "state" / DAY / "abc12345-1.png").mkdir(parents=True)
    assert await folder.delete([DRAWN, other]) == [other.id]


async def test_deletions_are_on_the_disk_when_it_returns(folder: PictureFolder, synced: list[str]):
    await folder.save(DRAWN, [b"one"], b"sheet")
    synced.clear()
    await folder.delete([DRAWN])
    assert synced == [DAY]
