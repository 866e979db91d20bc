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
        folder = self.path(preview_name).parent
        changed = await asyncio.to_thread(_make_folder, folder)
        # At once: the disk then takes them in one go, and waiting for it is most of the work.
        writes = (asyncio.to_thread(_write, self.path(name), data) for name, data in files)
        # All have ended when one fails: a repetition writes the same files.
        for outcome in await asyncio.gather(*writes, return_exceptions=True):
            if outcome is not None:
                raise outcome
        await asyncio.to_thread(_sync_folders, changed)
        return names, preview_name

    def path(self, relative: str) -> Path:
        path = Path(os.path.normpath(self._state_dir / relative))
        if not path.is_relative_to(self._state_dir):
            raise ValueError(f"{relative!r} lies outside the state folder")
        return path


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


def _make_folder(folder: Path) -> list[Path]:
    """Make it if it is missing. It and those above it that hold a new name: names are on the disk
    only when the folder that holds them is."""
    changed = [folder]
    while not changed[-1].exists():
        changed.append(changed[-1].parent)
    folder.mkdir(parents=True, exist_ok=True)
    return changed


def _sync_folders(folders: Sequence[Path]) -> None:
    for folder in folders:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
