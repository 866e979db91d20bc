"""Files that no row names go; those that a row names, or is about to, stay."""

import os
from pathlib import Path

import pytest

from bot.core.strays import LATELY_MS, YOUNGEST_MS, Strays
from bot.core.uploads import UploadName, Uploads
from bot.store.images import PictureFolder
from bot.store.sources import SourceFolder
from bot.store.upload_folder import UploadFolder
from tests.builders import spec
from tests.photos import photo
from tests.stores import Store

OLD = LATELY_MS * 10


@pytest.fixture
def strays(store: Store, tmp_path: Path) -> Strays:
    pictures = PictureFolder(tmp_path)
    return Strays(
        {SourceFolder(pictures): store.sources, UploadFolder(pictures): store.uploads}, store.clock
    )


def lay(store: Store, folder: Path, name: str, age_ms: int) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x")
    made = (store.clock() - age_ms) / 1000
    os.utime(path, (made, made))
    return path


@pytest.mark.parametrize("where", ["pictures/sources/a.png", "uploads/ab12"])
@pytest.mark.parametrize(("age", "goes"), [(OLD, True), (2 * YOUNGEST_MS, True), (1000, False)])
async def test_what_no_row_names_goes_however_old_it_is_and_not_while_it_is_young(
    store: Store, strays: Strays, tmp_path: Path, where: str, age: int, goes: bool
) -> None:
    path = lay(store, tmp_path, where, age)
    assert await strays.sweep() == int(goes)
    assert path.exists() == (not goes)


async def test_what_a_row_names_stays(store: Store, strays: Strays, tmp_path: Path) -> None:
    await store.queued(spec=spec(source="pictures/sources/a.png", strength=0.5))
    source = lay(store, tmp_path, "pictures/sources/a.png", OLD)
    folder = UploadFolder(PictureFolder(tmp_path))
    at = UploadName(kind="input", subfolder="", name="a.png")
    await Uploads(folder, store.uploads, store.clock).take("api:1", at, photo(), overwrite=False)
    (upload,) = (tmp_path / "uploads").iterdir()
    os.utime(upload, (1, 1))
    assert await strays.sweep() == 0
    assert source.exists()
    assert upload.exists()


async def test_after_the_first_time_only_what_is_new_is_looked_at(
    store: Store, strays: Strays, tmp_path: Path
) -> None:
    await strays.sweep()
    lay(store, tmp_path, "uploads/old", LATELY_MS + YOUNGEST_MS)
    lay(store, tmp_path, "uploads/new", LATELY_MS - YOUNGEST_MS)
    assert await strays.sweep() == 1
