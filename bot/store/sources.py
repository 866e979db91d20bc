"""Pictures that requests begin from, on disk: state folder/pictures/sources/<id>.png."""

from bot.core.errors import Refusal
from bot.core.sources import MAX_BYTES, Given, MaskFrom
from bot.store.images import PictureFolder
from bot.store.kept_files import KeptFiles

FOLDER = "pictures/sources"


class SourceFolder(KeptFiles):
    """Implements bot.core.sources.Sources."""

    def __init__(self, pictures: PictureFolder) -> None:
        super().__init__(pictures, FOLDER)

    async def make_ready(self, content: bytes, mask: bytes | None = None) -> Given:
        check_bytes(content, mask or b"")
        return await self._pictures.decode(_made_ready, content, mask)

    async def laid_under(self, content: bytes, mask: MaskFrom | None) -> Given:
        check_bytes(content, mask.content if mask else b"")
        return await self._pictures.decode(_laid_under, content, mask)

    async def load(self, path: str) -> Given:
        try:
            content = await self.read(path)
        except OSError:
            raise Refusal("source_gone") from None
        return await self._pictures.decode(_made_ready, content, None)

    async def keep(self, generation_id: str, given: Given) -> str:
        return await self.put(f"{generation_id}.png", given.png)


def check_bytes(*contents: bytes) -> None:
    """Raises Refusal."""
    if any(len(content) > MAX_BYTES for content in contents):
        raise Refusal("picture_too_large", megabytes=MAX_BYTES // 1_000_000)


def _made_ready(content: bytes, mask: bytes | None) -> Given:
    # Here: Pillow takes memory that a bot need not have before its first picture.
    from bot.store.ready_picture import made_ready

    return made_ready(content, mask)


def _laid_under(content: bytes, mask: MaskFrom | None) -> Given:
    from bot.store.ready_picture import laid_under

    return laid_under(content, mask)
