"""Files of one folder within the state folder, each written once and whole; rows name them."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress

from bot.store.images import PictureFolder, sync_folder, write_whole


class KeptFiles:
    """Implements bot.core.strays.SourceFiles. Paths are relative to the state folder."""

    def __init__(self, pictures: PictureFolder, folder: str) -> None:
        self._pictures = pictures
        self._folder = folder

    async def put(self, file: str, content: bytes) -> str:
        """Its path. Durable when it returns."""
        name = f"{self._folder}/{file}"
        await asyncio.to_thread(self._put, name, content)
        return name

    async def read(self, path: str) -> bytes:
        """Raises OSError."""
        return await self._pictures.read(path)

    async def drop(self, path: str) -> None:
        await asyncio.to_thread(self._pictures.path(path).unlink, missing_ok=True)

    async def written(self, after_ms: int, before_ms: int) -> Sequence[str]:
        return await asyncio.to_thread(self._written, after_ms / 1000, before_ms / 1000)

    def _put(self, name: str, content: bytes) -> None:
        path = self._pictures.path(name)
        is_first = not path.parent.is_dir()
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, content)
        # Names are on the disk only when the folder that holds them is.
        for folder in path.parents[: name.count("/") + 1 if is_first else 1]:
            sync_folder(folder)

    def _written(self, after: float, before: float) -> list[str]:
        """`after` and `before`: seconds since the epoch."""
        folder = self._pictures.path(self._folder)
        if not folder.is_dir():
            return []
        found = []
        # Half a file is one too: whoever wrote it is gone after an hour.
        for path in folder.iterdir():
            # Another one may be forgotten meanwhile.
            with suppress(FileNotFoundError):
                if after < path.stat().st_mtime < before:
                    found.append(f"{self._folder}/{path.name}")
        return found
