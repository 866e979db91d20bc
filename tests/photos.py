"""Pictures as people send them."""

from io import BytesIO
from typing import Any

from PIL import Image

from bot.core.edit import Fetch

RED, BLUE = (200, 30, 30), (30, 30, 200)


def photo(size: tuple[int, int] = (320, 240), kind: str = "JPEG", **saved: Any) -> bytes:
    """Red above, blue below."""
    picture = Image.new("RGB", size, RED)
    picture.paste(BLUE, (0, size[1] // 2, *size))
    return encoded(picture, kind, **saved)


def see_through(size: tuple[int, int] = (320, 240)) -> bytes:
    """Green, and transparent on the left."""
    picture = Image.new("RGBA", size, (10, 200, 10, 255))
    picture.paste((10, 200, 10, 0), (0, 0, size[0] // 2, size[1]))
    return encoded(picture, "PNG")


def encoded(picture: Image.Image, kind: str, **saved: Any) -> bytes:
    out = BytesIO()
    picture.save(out, kind, **saved)
    return out.getvalue()


def brought(content: bytes, mask: bytes | None = None) -> Fetch:
    """Comes along with a command."""

    async def fetch() -> tuple[bytes, bytes | None]:
        return content, mask

    return fetch
