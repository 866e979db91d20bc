"""`<state_dir>/crash.log`: the tracebacks of errors that nobody expected."""

import os
import traceback
from datetime import UTC, datetime
from pathlib import Path

from bot.core.errors import StartupError
from bot.load_settings import load_settings
from bot.log import redact


def record(error: Exception) -> str:
    """Append the traceback of `error`; the line that tells a person what and where."""
    what = redact(" ".join(f"{type(error).__name__}: {error}".split()))[:300]
    try:
        path = load_settings().state_dir / "crash.log"
        _append(path, trace_of(error))
    except (OSError, StartupError):
        return f"unexpected error: {what}; set ZDRAW_LOG_LEVEL=debug to see where"
    return f"unexpected error: {what}; the traceback is in {path}"


def trace_of(error: Exception) -> str:
    """The traceback as text, without tokens."""
    return redact("".join(traceback.format_exception(error)))


def _append(path: Path, trace: str) -> None:
    # An error may quote what people wrote: for the operator's eyes only.
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(fd, "w", encoding="utf-8") as file:
        file.write(f"{datetime.now(UTC).isoformat()} pid {os.getpid()}\n{trace}\n")
