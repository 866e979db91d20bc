"""The state folder holds what people wrote and drew: it is for its owner alone."""

import os
import stat
from pathlib import Path

import structlog

_log = structlog.get_logger()


def keep_private(folder: Path) -> None:
    """Closes `folder` to others if somebody made it open, such as a download of the weights.

    Not a folder of another user, nor one that is everybody's on purpose, such as /tmp.
    Raises OSError.
    """
    status = folder.stat()
    mode = stat.S_IMODE(status.st_mode)
    if mode & 0o077 and status.st_uid == os.geteuid() and not mode & stat.S_ISVTX:
        folder.chmod(0o700)
        _log.warning("state_folder_made_private", folder=str(folder), mode=f"{mode:04o}")
