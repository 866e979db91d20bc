"""What a bot may upload to Telegram."""

from pathlib import Path

from bot.adapters.shared import files
from bot.core.log import Log

MAX_FILE_BYTES = 50 * 1024 * 1024


async def read_document(path: Path, log: Log) -> bytes:
    """What a notice brings along. Raises PictureRefused for what Telegram would not take."""
    return await files.read_document(path, MAX_FILE_BYTES, log)
