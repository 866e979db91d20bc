"""Pictures that people give to draw from: what is taken, what is made of it, where it lies."""

import struct
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from bot.core.errors import Refusal
from bot.core.sources import MAX_BYTES
from bot.store.images import PictureFolder
from bot.store.ready_picture import KEPT_PIXELS
from bot.store.sources import SourceFolder
from tests.photos import BLUE, RED, encoded, photo, see_through


@pytest.fixture
def sources(tmp_path: Path) -> SourceFolder:
    return SourceFolder(PictureFolder(tmp_path))


async def made_of(sources: SourceFolder, content: bytes, mask: bytes | None = None):
    given = await sources.make_ready(content, mask)
    opened = Image.open(BytesIO(given.png))
    assert opened.size == (given.width, given.height)
    return given, opened


async def refused(sources: SourceFolder, content: bytes, mask: bytes | None = None) -> str:
    with pytest.raises(Refusal) as caught:
        await sources.make_ready(content, mask)
    return caught.value.code


def near(found, colour) -> bool:
    return all(abs(one - other) < 12 for one, other in zip(found, colour, strict=True))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
async def test_each_kind_that_people_send_is_taken(sources, kind):
    given, opened = await made_of(sources, photo(kind=kind))
    assert (opened.format, opened.mode, opened.size, given.masked) == (
        "PNG",
        "RGB",
        (320, 240),
        False,
    )
    assert near(opened.getpixel((160, 20)), RED)
    assert near(opened.getpixel((160, 220)), BLUE)


async def test_a_picture_is_turned_as_its_camera_was_and_says_nothing_of_where(sources):
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned right by a quarter
    exif[0x010F] = "a camera"
    given, opened = await made_of(sources, photo((300, 100), exif=exif))
    assert (given.width, given.height) == (100, 300)
    assert near(opened.getpixel((90, 150)), RED)
    assert near(opened.getpixel((10, 150)), BLUE)
    assert not opened.info
    assert not opened.getexif()
    assert b"a camera" not in given.png


@pytest.mark.parametrize(
    ("mode", "colour", "grey"),
    [
        ("L", 128, 128),
        ("LA", (128, 255), 128),
        ("P", 0, 0),
        ("CMYK", (0, 0, 0, 128), 127),
        ("1", 1, 255),
        ("I;16", 32_768, 128),
    ],
)
@pytest.mark.parametrize("size", [(64, 48), (4000, 2000)])
async def test_whatever_its_colours_are_kept_in(sources, mode, colour, grey, size):
    kind = "JPEG" if mode == "CMYK" else "PNG"
    _, opened = await made_of(sources, encoded(Image.new(mode, size, colour), kind))
    assert opened.mode == "RGB"
    assert near(opened.getpixel((5, 5)), (grey,) * 3)


async def test_what_is_transparent_in_sixteen_bits_is_so_in_eight(sources):
    grey = Image.new("I;16", (64, 48), 32_768)
    given, opened = await made_of(sources, encoded(grey, "PNG", transparency=32_768))
    assert given.masked
    assert opened.getpixel((5, 5)) == (128, 128, 128, 0)


async def test_a_mask_in_sixteen_bits_is_white_where_it_is_bright(sources):
    mask = Image.new("I;16", (320, 240), 13_000)
    mask.paste(Image.new("I;16", (160, 240), 65_535), (0, 0))
    given, opened = await made_of(sources, photo(kind="PNG"), encoded(mask, "PNG"))
    assert given.masked
    assert opened.getpixel((10, 10)) == (*RED, 0)
    assert opened.getpixel((300, 10)) == (*RED, 255 - 13_000 // 256)


async def test_what_is_transparent_is_to_be_drawn_anew(sources):
    given, opened = await made_of(sources, see_through())
    assert given.masked
    assert given.usual_strength == 1.0
    assert opened.mode == "RGBA"
    # Its colours are those that it has beneath.
    assert opened.getpixel((10, 10)) == (10, 200, 10, 0)


async def test_a_soft_edge_is_no_hole(sources):
    soft = Image.new("RGBA", (64, 64), (0, 0, 0, 200))
    given, opened = await made_of(sources, encoded(soft, "PNG"))
    assert not given.masked
    assert near(opened.getpixel((5, 5)), (55, 55, 55))


async def test_a_mask_says_what_is_drawn_anew(sources):
    mask = Image.new("L", (320, 240), 0)
    mask.paste(255, (0, 0, 160, 240))
    given, opened = await made_of(sources, photo(kind="PNG"), encoded(mask, "PNG"))
    assert given.masked
    assert opened.getpixel((10, 10)) == (*RED, 0)
    assert opened.getpixel((300, 10)) == (*RED, 255)


async def test_a_mask_may_be_transparent_instead_of_white(sources):
    given, opened = await made_of(sources, photo(kind="PNG"), see_through())
    assert given.masked
    assert opened.getpixel((10, 10)) == (*RED, 0)


async def test_a_mask_of_another_size_is_refused(sources):
    assert await refused(sources, photo(), photo((100, 100))) == "mask_of_another_size"


async def test_a_large_picture_is_kept_smaller_and_in_its_shape(sources):
    given, _ = await made_of(sources, photo((4000, 2000)))
    assert given.width * given.height <= KEPT_PIXELS
    assert given.width / given.height == pytest.approx(2, rel=0.01)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no picture",
        photo()[:200],
        photo(kind="PNG")[:60],
        photo(kind="GIF"),
        photo(kind="TIFF"),
        b"%PDF-1.7\n",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    ],
)
async def test_what_is_no_picture_is_refused(sources, content):
    assert await refused(sources, content) == "not_a_picture"


async def test_too_many_bytes_are_refused_unread(sources):
    assert await refused(sources, bytes(MAX_BYTES + 1)) == "picture_too_large"


@pytest.mark.parametrize("side", [8000, 12_000, 60_000])
async def test_a_few_bytes_that_are_billions_of_pixels_are_refused(sources, side):
    assert await refused(sources, bomb(side)) == "too_many_pixels"


def bomb(side: int) -> bytes:
    """A PNG of `side` squared pixels whose data is a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    data = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(1000)))
    return b"\x89PNG\r\n\x1a\n" + data + chunk(b"IEND", b"")


async def test_it_lies_in_the_state_folder_until_it_is_dropped(sources, tmp_path):
    given = await sources.make_ready(photo())
    path = await sources.keep("k3v9x2ab", given)
    assert (tmp_path / path).read_bytes() == given.png
    again = await sources.load(path)
    assert (again.width, again.height) == (320, 240)
    await sources.drop(path)
    await sources.drop(path)
    assert not (tmp_path / path).exists()
    with pytest.raises(Refusal) as caught:
        await sources.load(path)
    assert caught.value.code == "source_gone"


async def test_what_was_masked_is_so_when_it_is_loaded(sources):
    path = await sources.keep("k3v9x2ab", await sources.make_ready(see_through()))
    assert (await sources.load(path)).masked
