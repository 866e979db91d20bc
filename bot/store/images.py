"""Pictures on disk: state folder/pictures/YYYY/MM/DD/<id>-<n>.png, with a JPEG preview."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath

from bot.core.generation import Generation


class PictureFolder:
    """Implements bot.core.ports.Pictures."""

    def __init__(self, state_dir: Path) -> None:
        self._state_dir = state_dir.absolute()

    async def save(
        self, generation: Generation, pictures: Sequence[bytes], preview: bytes
    ) -> tuple[tuple[str, ...], str]:
        """Repeated, it writes the same paths again. Raises OSError when the disk is full."""
        day = _day(generation.created_ms)
        names = tuple(
            str(day / f"{generation.id}-{number}.png") for number in range(1, len(pictures) + 1)
        )
        preview_name = str(day / f"{generation.id}.jpg")
        files = [*zip(names, pictures, strict=True), (preview_name, preview)]
        await asyncio.to_thread(self._write_all, files)
        return names, preview_name

    def path(self, relative: str) -> Path:
        path = Path(os.path.normpath(self._state_dir / relative))
        if not path.is_relative_to(self._state_dir):
            raise ValueError(f"{relative!r} lies outside the state folder")
        return path

    def _write_all(self, files: Sequence[tuple[str, bytes]]) -> None:
        folder = self.path(files[0][0]).parent
        folder.mkdir(parents=True, exist_ok=True)
        for name, data in files:
            _write(self.path(name), data)
        # The names, and the folders that may be new, are on the disk only when the folders
        # that hold them are.
        while folder != self._state_dir.parent:
            _sync_folder(folder)
            folder = folder.parent


def _day(created_ms: int) -> PurePosixPath:
    """From the row and not from the clock, so that a repetition finds the same folder."""
    created = datetime.fromtimestamp(created_ms / 1000, UTC)
    return PurePosixPath("pictures", f"{created:%Y}", f"{created:%m}", f"{created:%d}")


def _write(path: Path, data: bytes) -> None:
    """A reader sees the whole picture or none."""
    # One fixed name: what a kill left behind is overwritten when the save is repeated.
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with unfinished.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except OSError:
        unfinished.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
