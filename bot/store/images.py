"""Pictures on disk: state folder/pictures/YYYY/MM/DD/<id>-<n>.png, with a JPEG preview."""

import asyncio
import os
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import ParamSpec, TypeVar

from bot.core.generation import Generation
from bot.store.picture_thread import PictureThread
from engine.contract import MAX_PICTURES

P = ParamSpec("P")
T = TypeVar("T")


class PictureFolder:
    """Implements bot.core.picture_port.Pictures."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir.absolute()
        #: Folders whose names this process has brought to the disk, with all above them.
        self._synced: set[Path] = set()
        self._decoding, self._converting = PictureThread(), PictureThread()

    async def save(
        self, generation: Generation, pictures: Sequence[bytes], preview: bytes
    ) -> tuple[tuple[str, ...], str]:
        """Repeated, it writes the same paths again. Raises OSError when the disk is full."""
        names, preview_name = _names(generation, len(pictures))
        files = [*zip(names, pictures, strict=True), (preview_name, preview)]
        folder = self.path(preview_name).parent
        await asyncio.to_thread(self._make, folder)
        # At once: the disk then takes them in one go, and waiting for it is most of the work.
        writes = (asyncio.to_thread(write_whole, self.path(name), data) for name, data in files)
        # All have ended when one fails: a repetition writes the same files.
        for outcome in await asyncio.gather(*writes, return_exceptions=True):
            if outcome is not None:
                raise outcome
        await asyncio.to_thread(self._sync, folder)
        return names, preview_name

    async def delete(self, generations: Sequence[Generation]) -> Sequence[str]:
        """Implements bot.core.data_ports.Files. By the names that `save` gives: a result that
        came too late for its row has left files that the row does not name."""
        return await asyncio.to_thread(self._delete, generations)

    async def read(self, relative: str) -> bytes:
        return await asyncio.to_thread(self.path(relative).read_bytes)

    async def decode(self, work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        return await self._decoding(work, *args, **options)

    async def convert(self, work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        return await self._converting(work, *args, **options)

    def path(self, relative: str) -> Path:
        path = Path(os.path.normpath(self._state_dir / relative))
        if not path.is_relative_to(self._state_dir):
            raise ValueError(f"{relative!r} lies outside the state folder")
        return path

    def _make(self, folder: Path) -> None:
        if not folder.is_dir():
            self._synced.discard(folder)
            folder.mkdir(parents=True, exist_ok=True)

    def _delete(self, generations: Sequence[Generation]) -> list[str]:
        gone, folders = [], set()
        for generation in generations:
            paths = [self.path(name) for name in _all_names(generation)]
            with suppress(OSError):
                for path in (*paths, *map(_unfinished, paths)):
                    path.unlink(missing_ok=True)
                gone.append(generation.id)
            folders |= {path.parent for path in paths}
        for folder in folders:
            if folder.is_dir():
                sync_folder(folder)
        return gone

    def _sync(self, folder: Path) -> None:
        """Names are on the disk only when the folder that holds them is. Those above it hold none
        that is new after the first time; and then they may, also where it was there already: a
        process that was killed has made it, or another save is about to do the same."""
        sync_folder(folder)
        if folder in self._synced:
            return
        for above in folder.parents:
            if above.is_relative_to(self._state_dir):
                sync_folder(above)
        self._synced.add(folder)


def _day(created_ms: int) -> PurePosixPath:
    """From the row and not from the clock, so that a repetition finds the same folder."""
    created = datetime.fromtimestamp(created_ms / 1000, UTC)
    return PurePosixPath("pictures", f"{created:%Y}", f"{created:%m}", f"{created:%d}")


def _names(generation: Generation, count: int) -> tuple[tuple[str, ...], str]:
    stem = _day(generation.created_ms) / generation.id
    pictures = tuple(f"{stem}-{number}.png" for number in range(1, count + 1))
    return pictures, f"{stem}.jpg"


def _all_names(generation: Generation) -> set[str]:
    pictures, preview = _names(generation, MAX_PICTURES)
    known = (generation.preview, generation.spec.source)
    return {*pictures, preview, *generation.pictures, *filter(None, known)}


def _unfinished(path: Path) -> Path:
    """One fixed name: what a kill left behind is overwritten when the save is repeated."""
    return path.with_name(f".{path.name}.part")


def write_whole(path: Path, data: bytes) -> None:
    """A reader sees the whole picture or none."""
    unfinished = _unfinished(path)
    try:
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
