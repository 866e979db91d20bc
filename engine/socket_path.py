"""Where the engine listens. Standard library only: the bot computes the same path."""

import hashlib
import os
import stat
import tempfile
from pathlib import Path

#: Linux keeps 108 bytes for a Unix socket's path, the closing zero included.
LONGEST = 107


def socket_path(state_dir: Path) -> Path:
    """The socket of the engine that works in `state_dir`.

    A path over 107 bytes is replaced by a short one in a folder that only this user can enter.
    Raises PermissionError where somebody else owns that folder.
    """
    path = Path(os.path.abspath(state_dir)) / "engine.sock"
    if len(os.fsencode(path)) <= LONGEST:
        return path
    digest = hashlib.sha256(os.fsencode(path)).hexdigest()[:24]
    return _private_folder() / f"{digest}.sock"


def _private_folder() -> Path:
    folder = Path(tempfile.gettempdir()) / f"zdraw-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    # The temp folder is everybody's: another user may have made this one first, to listen in.
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder that only this user can enter")
    return folder
