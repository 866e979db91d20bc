"""Pictures that requests begin from, on disk: state folder/pictures/sources/<id>.png."""

import asyncio
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from bot.core.errors import Refusal
from bot.core.sources import Given
from bot.store.images import PictureFolder, sync_folder, write_whole

#: Of what somebody sends; the Bot API of Telegram hands out no more.
MAX_BYTES = 20 * 1000 * 1000
#: Decoded it takes four bytes each.
MAX_PIXELS = 50_000_000
#: What is kept: no model draws more.
KEPT_PIXELS = 2048 * 2048
FORMATS = ("JPEG", "PNG", "WEBP")
FOLDER = "pictures/sources"
#: Half of 255: less is drawn anew.
_OPAQUE = 128
#: Decoded at once, for the sake of memory.
_AT_ONCE = 2


class SourceFolder:
    """Implements bot.core.sources.Sources."""

    def __init__(self, pictures: PictureFolder) -> None:
        self._pictures = pictures
        self._turn = asyncio.Semaphore(_AT_ONCE)

    async def make_ready(self, content: bytes, mask: bytes | None = None) -> Given:
        if max(len(content), len(mask or b"")) > MAX_BYTES:
            raise Refusal("picture_too_large", megabytes=MAX_BYTES // 1_000_000)
        async with self._turn:
            return await asyncio.to_thread(_made_ready, content, mask)

    async def load(self, path: str) -> Given:
        try:
            content = await self._pictures.read(path)
        except OSError:
            raise Refusal("source_gone") from None
        async with self._turn:
            return await asyncio.to_thread(_made_ready, content, None)

    async def keep(self, generation_id: str, given: Given) -> str:
        name = f"{FOLDER}/{generation_id}.png"
        await asyncio.to_thread(_keep, self._pictures.path(name), given.png)
        return name

    async def written(self, after_ms: int, before_ms: int) -> Sequence[str]:
        """Implements, with `drop`, bot.core.strays.SourceFiles."""
        folder = self._pictures.path(FOLDER)
        return await asyncio.to_thread(_written, folder, after_ms / 1000, before_ms / 1000)

    async def drop(self, path: str) -> None:
        await asyncio.to_thread(self._pictures.path(path).unlink, missing_ok=True)


def _written(folder: Path, after: float, before: float) -> list[str]:
    if not folder.is_dir():
        return []
    # Half a file is one too: whoever wrote it is gone after an hour.
    times = ((path.name, path.stat().st_mtime) for path in folder.iterdir())
    return [f"{FOLDER}/{name}" for name, time in times if after < time < before]


def _keep(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    sync_folder(path.parent)


def _made_ready(content: bytes, mask: bytes | None) -> Given:
    """Runs in a thread: decoding takes up to a second."""
    picture = _opened(content)
    if mask is not None:
        anew = _anew(_opened(mask))
        if anew.size != picture.size:
            raise Refusal("mask_of_another_size")
        picture.putalpha(ImageOps.invert(anew))
    picture = _within_bounds(picture)
    masked = picture.mode == "RGBA" and _has_anew(picture)
    if not masked and picture.mode == "RGBA":
        picture = _on_white(picture)
    out = BytesIO()
    picture.save(out, "png", compress_level=1)
    return Given(png=out.getvalue(), width=picture.width, height=picture.height, masked=masked)


def _opened(content: bytes) -> Image.Image:
    """RGB, or RGBA where it can be seen through; upright. Raises Refusal."""
    try:
        with Image.open(BytesIO(content), formats=FORMATS) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                # Before anything is decoded: a few bytes can be billions of pixels.
                raise Refusal("too_many_pixels", megapixels=MAX_PIXELS // 1_000_000)
            upright = ImageOps.exif_transpose(opened)
            seen_through = "A" in upright.getbands() or "transparency" in upright.info
            bare = upright.convert("RGBA" if seen_through else "RGB")
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal("too_many_pixels", megapixels=MAX_PIXELS // 1_000_000) from None
    except Refusal:
        raise
    except Exception as error:
        # Whatever a decoder makes of damaged or hostile bytes.
        raise Refusal("not_a_picture") from error
    # What a file says beside its pixels (where it was taken, by what) is not saved again.
    bare.info = {}
    return bare


def _anew(mask: Image.Image) -> Image.Image:
    """Mode L, white where it is to be drawn anew."""
    if mask.mode == "RGBA":
        return ImageOps.invert(mask.getchannel("A"))
    return mask.convert("L")


def _within_bounds(picture: Image.Image) -> Image.Image:
    pixels = picture.width * picture.height
    if pixels <= KEPT_PIXELS:
        return picture
    scale = (KEPT_PIXELS / pixels) ** 0.5
    size = (max(1, int(picture.width * scale)), max(1, int(picture.height * scale)))
    if picture.mode != "RGBA":
        return picture.resize(size, Image.Resampling.LANCZOS)
    # Apart: Pillow weighs colours by their alpha, and what is drawn anew has colours too.
    alpha = picture.getchannel("A").resize(size, Image.Resampling.LANCZOS)
    smaller = picture.convert("RGB").resize(size, Image.Resampling.LANCZOS)
    smaller.putalpha(alpha)
    return smaller


def _has_anew(picture: Image.Image) -> bool:
    lowest, _ = picture.getchannel("A").getextrema()
    assert isinstance(lowest, int | float)
    return lowest < _OPAQUE


def _on_white(picture: Image.Image) -> Image.Image:
    """What lies behind a shadow or a soft edge."""
    white = Image.new("RGBA", picture.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, picture).convert("RGB")
