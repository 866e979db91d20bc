"""What signs the tokens: a setting, or a file in the state folder."""

import errno
import os
import secrets
from pathlib import Path

#: In the state folder.
FILE_NAME = "api.secret"
_BYTES = 32


class ApiSecret:
    """The secret; `None` until there is one."""

    def __init__(self, state_dir: Path, setting: str | None) -> None:
        self._path = state_dir / FILE_NAME
        self._known = setting

    def read(self) -> str | None:
        """The first token may be made while the bot runs, so it is looked for until it is there."""
        if self._known is None:
            try:
                self._known = self._path.read_text(encoding="ascii").strip() or None
            except FileNotFoundError:
                return None
        return self._known

    def made(self) -> str:
        """The secret, made if there is none: once, whoever else makes one at the same moment.
        Raises OSError."""
        known = self.read()
        if known is not None:
            return known
        draft = self._path.with_name(f".{FILE_NAME}.{os.getpid()}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(secrets.token_hex(_BYTES))
                file.flush()
                os.fsync(file.fileno())
            # A link does not replace what is there: the first one wins, and is whole.
            os.link(draft, self._path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        found = self.read()
        if found is None:
            raise OSError(errno.EINVAL, f"{FILE_NAME} is empty: remove it")
        return found
