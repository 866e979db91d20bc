"""Pictures that programs send: by their names, each user's own, within bounds."""

from contextlib import suppress
from pathlib import Path

import pytest

from bot.core.errors import Refusal
from bot.core.uploads import DAY_MS, KEPT_DAYS, UploadName, Uploads
from bot.store import uploads as rows
from bot.store.images import PictureFolder
from bot.store.upload_folder import UploadFolder
from tests.contract.store.test_sources import bomb
from tests.photos import photo
from tests.stores import Store

KRITA, WEBUI = "api:krita", "api:webui"
ONE, OTHER, THIRD = (photo((8 * n, 8), kind="PNG") for n in (1, 2, 3))


@pytest.fixture
def uploads(store: Store, tmp_path: Path) -> Uploads:
    return Uploads(UploadFolder(PictureFolder(tmp_path)), store.uploads, store.clock)


def at(name: str = "a.png", subfolder: str = "", kind: str = "input") -> UploadName:
    return UploadName(kind=kind, subfolder=subfolder, name=name)


async def sent(
    uploads: Uploads,
    content: bytes = ONE,
    name: UploadName | None = None,
    *,
    by: str = KRITA,
    overwrite: bool = False,
) -> str:
    return (await uploads.take(by, name or at(), content, overwrite=overwrite)).name


async def missing(uploads: Uploads, name: UploadName, by: str = KRITA) -> bool:
    with suppress(Refusal):
        await uploads.read(by, name)
        return False
    return True


def files(folder: Path) -> int:
    return len(list((folder / "uploads").iterdir()))


async def test_it_is_found_by_its_name_as_it_was_sent(uploads: Uploads) -> None:
    assert await sent(uploads, photo()) == "a.png"
    found, content = await uploads.read(KRITA, at())
    assert (found.media_type, content) == ("image/jpeg", photo())


async def test_each_user_folder_and_kind_has_names_of_its_own(uploads: Uploads) -> None:
    await sent(uploads)
    await sent(uploads, OTHER, by=WEBUI)
    for elsewhere in (at(subfolder="x"), at(kind="temp"), at("b.png"), at("A.png")):
        assert await missing(uploads, elsewhere)
        assert await sent(uploads, THIRD, elsewhere) == elsewhere.name
    assert (await uploads.read(KRITA, at()))[1] == ONE
    assert (await uploads.read(WEBUI, at()))[1] == OTHER
    assert await uploads.names(KRITA, "input") == ["A.png", "a.png", "b.png"]


async def test_another_picture_of_one_name_gets_a_number(uploads: Uploads, tmp_path) -> None:
    names = [await sent(uploads, picture) for picture in (ONE, OTHER, THIRD)]
    assert names == ["a.png", "a (1).png", "a (2).png"]
    assert (await uploads.read(KRITA, at("a (1).png")))[1] == OTHER
    # The same bytes are the same file.
    assert await sent(uploads, OTHER) == "a (1).png"
    assert files(tmp_path) == 3


async def test_where_it_is_to_be_overwritten_it_is(uploads: Uploads, tmp_path) -> None:
    await sent(uploads)
    for _ in range(2):
        assert await sent(uploads, OTHER, overwrite=True) == "a.png"
    assert (await uploads.read(KRITA, at()))[1] == OTHER
    assert files(tmp_path) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_a_picture"),
        (b"no picture", "not_a_picture"),
        (photo(kind="GIF"), "not_a_picture"),
        (photo()[:-200], "not_a_picture"),
        (bytes(20_000_001), "picture_too_large"),
        (bomb(12_000), "too_many_pixels"),
        (bomb(60_000), "too_many_pixels"),
    ],
)
async def test_what_is_no_picture_or_too_large_is_not_kept(
    uploads: Uploads, tmp_path, content: bytes, code: str
) -> None:
    with pytest.raises(Refusal) as caught:
        await sent(uploads, content)
    assert caught.value.code == code
    assert not (tmp_path / "uploads").exists()


async def test_who_sends_too_many_loses_what_was_not_used_for_longest(
    uploads: Uploads, store: Store, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_UPLOADS", 3)
    await sent(uploads, by=WEBUI)
    for n in range(5):
        store.clock.advance(1)
        await sent(uploads, photo((8 + n, 8)), at(f"{n}.png"))
        if n == 3:
            store.clock.advance(1)
            await uploads.read(KRITA, at("1.png"))
    assert await uploads.names(KRITA, "input") == ["1.png", "3.png", "4.png"]
    assert not await missing(uploads, at(), WEBUI)
    assert files(tmp_path) == 4


async def test_who_sends_too_many_bytes_loses_the_oldest(
    uploads: Uploads, store: Store, tmp_path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "MAX_BYTES", 2 * len(ONE) + 10)
    for n in range(3):
        store.clock.advance(1)
        await sent(uploads, ONE, at(f"{n}.png"))
    assert await uploads.names(KRITA, "input") == ["1.png", "2.png"]
    assert files(tmp_path) == 2


async def test_what_is_not_used_for_long_goes(uploads: Uploads, store: Store, tmp_path) -> None:
    await sent(uploads)
    await sent(uploads, OTHER, at("b.png"))
    store.clock.advance(KEPT_DAYS * DAY_MS - 1)
    await uploads.read(KRITA, at())
    store.clock.advance(2)
    assert await uploads.sweep() == 1
    assert await uploads.names(KRITA, "input") == ["a.png"]
    assert files(tmp_path) == 1


async def test_nothing_is_kept_for_longer_than_the_operator_keeps_anything(
    store: Store, tmp_path
) -> None:
    uploads = Uploads(
        UploadFolder(PictureFolder(tmp_path)), store.uploads, store.clock, keep_days=1
    )
    await sent(uploads)
    store.clock.advance(DAY_MS + 1)
    assert await uploads.sweep() == 1


async def test_a_file_that_is_gone_is_not_found_until_it_is_sent_again(
    uploads: Uploads, tmp_path
) -> None:
    await sent(uploads)
    for path in (tmp_path / "uploads").iterdir():
        path.unlink()
    assert await missing(uploads, at())
    assert await sent(uploads) == "a.png"
    assert (await uploads.read(KRITA, at()))[1] == ONE
    assert files(tmp_path) == 1


class Overtaken(UploadFolder):
    """Each file is overwritten between the look at its row and the one at it."""

    uploads: Uploads
    left: list[bytes]

    async def read(self, path: str) -> bytes:
        if self.left:
            await sent(self.uploads, self.left.pop(0), overwrite=True)
        return await super().read(path)


async def test_what_is_overwritten_while_it_is_looked_up_is_found(
    store: Store, tmp_path: Path
) -> None:
    folder = Overtaken(PictureFolder(tmp_path))
    folder.uploads = Uploads(folder, store.uploads, store.clock)
    folder.left = [OTHER, THIRD]
    await sent(folder.uploads)
    assert (await folder.uploads.read(KRITA, at()))[1] == THIRD
