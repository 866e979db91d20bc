"""What a bot may upload to Telegram."""

from pathlib import Path

from bot.adapters.shared import files
from bot.core.log import Log

MAX_FILE_BYTES = 50 * 1024 * 1024
#: What it calls 50 MB may be less.
MAX_EXPORT_BYTES = 50 * 1000 * 1000


async def read_document(path: Path, log: Log) -> bytes:
    """What a notice brings along. Raises PictureRefused for what Telegram would not take."""
    return await files.read_document(path, MAX_FILE_BYTES, log)
