"""Pictures that programs have sent, on disk: state folder/uploads/<number>. No name that a program
gave is part of a path."""

import asyncio
import secrets
from collections.abc import Sequence
from hashlib import sha256

from bot.core.uploads import Checked
from bot.store.images import PictureFolder
from bot.store.sources import check_bytes, keep_file, written_between

FOLDER = "uploads"


class UploadFolder:
    """Implements bot.core.uploads.UploadFiles, and bot.core.strays.SourceFiles."""

    def __init__(self, pictures: PictureFolder) -> None:
        self._pictures = pictures

    async def checked(self, content: bytes) -> Checked:
        check_bytes(content)
        return await self._pictures.decode(_checked, content)

    async def write(self, picture: Checked) -> str:
        name = f"{FOLDER}/{secrets.token_hex(12)}"
        await asyncio.to_thread(keep_file, self._pictures, name, picture.content)
        return name

    async def read(self, path: str) -> bytes:
        return await self._pictures.read(path)

    async def drop(self, path: str) -> None:
        await asyncio.to_thread(self._pictures.path(path).unlink, missing_ok=True)

    async def masked(self, content: bytes, mask: bytes) -> bytes:
        check_bytes(content, mask)
        return await self._pictures.decode(_masked, content, mask)

    async def written(self, after_ms: int, before_ms: int) -> Sequence[str]:
        return await asyncio.to_thread(
            written_between, self._pictures, FOLDER, after_ms / 1000, before_ms / 1000
        )


def _checked(content: bytes) -> Checked:
    # Here: Pillow takes memory that a bot need not have before its first picture.
    from bot.store.ready_picture import media_type_of

    return Checked(
        content=content, sha256=sha256(content).hexdigest(), media_type=media_type_of(content)
    )


def _masked(content: bytes, mask: bytes) -> bytes:
    from bot.store.ready_picture import with_opacity_of

    return with_opacity_of(content, mask)
