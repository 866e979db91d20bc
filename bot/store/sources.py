"""Pictures that requests begin from, on disk: state folder/pictures/sources/<id>.png."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bot.core.errors import Refusal
from bot.core.sources import Given
from bot.store.images import PictureFolder, sync_folder, write_whole

#: Of what somebody sends; the Bot API of Telegram hands out no more.
MAX_BYTES = 20 * 1000 * 1000
FOLDER = "pictures/sources"
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
    found = []
    # Half a file is one too: whoever wrote it is gone after an hour.
    for path in folder.iterdir():
        # Another one may be forgotten meanwhile.
        with suppress(FileNotFoundError):
            if after < path.stat().st_mtime < before:
                found.append(f"{FOLDER}/{path.name}")
    return found


def _keep(path: Path, content: bytes) -> None:
    is_first = not path.parent.is_dir()
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    # Names are on the disk only when the folder that holds them is.
    for folder in (path.parent, *(path.parents[1:3] if is_first else ())):
        sync_folder(folder)


def _made_ready(content: bytes, mask: bytes | None) -> Given:
    # Here: Pillow takes memory that a bot need not have before its first picture.
    from bot.store.ready_picture import made_ready

    return made_ready(content, mask)
