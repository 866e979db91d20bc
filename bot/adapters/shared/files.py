"""Reading what is to be uploaded, and only when its turn has come: many may be waiting."""

import asyncio
from pathlib import Path

from bot.adapters.shared.patience import MAX_PATIENCE
from bot.core.errors import DeliveryError, PictureRefused, TryLater
from bot.core.log import Log


async def read_picture(path: Path, log: Log) -> bytes:
    """What a status message becomes. Raises DeliveryError, and TryLater."""
    try:
        return await asyncio.to_thread(path.read_bytes)
    except FileNotFoundError:
        raise DeliveryError(f"the picture is no longer on the disk: {path}") from None
    except OSError as error:
        # Too many open files, no memory, a disk that is away: it may pass by then.
        log.warning("picture_unreadable", path=str(path), reason=error.strerror)
        raise TryLater(MAX_PATIENCE, f"the picture cannot be read: {error.strerror}") from None


async def read_document(path: Path, limit: int, log: Log) -> bytes:
    """What a notice brings along. Raises PictureRefused for what the platform would not take,
    and TryLater."""
    try:
        size = (await asyncio.to_thread(path.stat)).st_size
    except FileNotFoundError:
        raise PictureRefused(f"the file is no longer on the disk: {path}") from None
    if size > limit:
        # Not uploaded first, to hear the same minutes later.
        raise PictureRefused(f"{size} bytes are too many")
    return await read_picture(path, log)
