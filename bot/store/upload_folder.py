"""Pictures that programs have sent, on disk: state folder/uploads/<number>. No name that a program
gave is part of a path."""

import secrets
from hashlib import sha256

from bot.core.uploads import Checked
from bot.store.images import PictureFolder
from bot.store.kept_files import KeptFiles
from bot.store.sources import check_bytes

FOLDER = "uploads"


class UploadFolder(KeptFiles):
    """Implements bot.core.uploads.UploadFiles."""

    def __init__(self, pictures: PictureFolder) -> None:
        super().__init__(pictures, FOLDER)

    async def checked(self, content: bytes) -> Checked:
        check_bytes(content)
        return await self._pictures.decode(_checked, content)

    async def write(self, picture: Checked) -> str:
        return await self.put(secrets.token_hex(12), picture.content)

    async def masked(self, content: bytes, mask: bytes) -> bytes:
        check_bytes(content, mask)
        return await self._pictures.decode(_masked, content, mask)


def _checked(content: bytes) -> Checked:
    # Here: Pillow takes memory that a bot need not have before its first picture.
    from bot.store.ready_picture import media_type_of

    return Checked(
        content=content, sha256=sha256(content).hexdigest(), media_type=media_type_of(content)
    )


def _masked(content: bytes, mask: bytes) -> bytes:
    from bot.store.ready_picture import with_opacity_of

    return with_opacity_of(content, mask)
