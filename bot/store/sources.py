"""Pictures that requests begin from, on disk: state folder/pictures/sources/<id>.png."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from bot.core.errors import Refusal
from bot.core.sources import MAX_BYTES, Given, MaskFrom
from bot.store.images import PictureFolder, sync_folder, write_whole

FOLDER = "pictures/sources"


class SourceFolder:
    """Implements bot.core.sources.Sources."""

    def __init__(self, pictures: PictureFolder) -> None:
        self._pictures = pictures

    async def make_ready(self, content: bytes, mask: bytes | None = None) -> Given:
        check_bytes(content, mask or b"")
        return await self._pictures.decode(_made_ready, content, mask)

    async def laid_under(self, content: bytes, mask: MaskFrom | None) -> Given:
        check_bytes(content, mask.content if mask else b"")
        return await self._pictures.decode(_laid_under, content, mask)

    async def load(self, path: str) -> Given:
        try:
            content = await self._pictures.read(path)
        except OSError:
            raise Refusal("source_gone") from None
        return await self._pictures.decode(_made_ready, content, None)

    async def keep(self, generation_id: str, given: Given) -> str:
        name = f"{FOLDER}/{generation_id}.png"
        await asyncio.to_thread(keep_file, self._pictures, name, given.png)
        return name

    async def written(self, after_ms: int, before_ms: int) -> Sequence[str]:
        """Implements, with `drop`, bot.core.strays.SourceFiles."""
        return await asyncio.to_thread(
            written_between, self._pictures, FOLDER, after_ms / 1000, before_ms / 1000
        )

    async def drop(self, path: str) -> None:
        await asyncio.to_thread(self._pictures.path(path).unlink, missing_ok=True)


def check_bytes(*contents: bytes) -> None:
    """Raises Refusal."""
    if any(len(content) > MAX_BYTES for content in contents):
        raise Refusal("picture_too_large", megabytes=MAX_BYTES // 1_000_000)


def written_between(pictures: PictureFolder, name: str, after: float, before: float) -> list[str]:
    """Paths of files of a folder. `after` and `before`: seconds since the epoch."""
    folder = pictures.path(name)
    if not folder.is_dir():
        return []
    found = []
    # Half a file is one too: whoever wrote it is gone after an hour.
    for path in folder.iterdir():
        # Another one may be forgotten meanwhile.
        with suppress(FileNotFoundError):
            if after < path.stat().st_mtime < before:
                found.append(f"{name}/{path.name}")
    return found


def keep_file(pictures: PictureFolder, name: str, content: bytes) -> None:
    """Durable when it returns. `name`: relative to the state folder."""
    path = pictures.path(name)
    is_first = not path.parent.is_dir()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    # Names are on the disk only when the folder that holds them is.
    for folder in path.parents[: name.count("/") + 1 if is_first else 1]:
        sync_folder(folder)


def _made_ready(content: bytes, mask: bytes | None) -> Given:
    # Here: Pillow takes memory that a bot need not have before its first picture.
    from bot.store.ready_picture import made_ready

    return made_ready(content, mask)


def _laid_under(content: bytes, mask: MaskFrom | None) -> Given:
    from bot.store.ready_picture import laid_under

    return laid_under(content, mask)
