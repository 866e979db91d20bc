"""Changes settings in `.env`, and leaves every other line of it as it is."""

import os
import re
from collections.abc import Mapping
from pathlib import Path


def set_values(file: Path, values: Mapping[str, str]) -> None:
    """Gives `values` to their names; the file is written whole or not at all, for its owner alone
    where it is new. Raises OSError, UnicodeDecodeError."""
    # Where it is a link, what it leads to.
    file = file.resolve()
    lines = _lines(file) if file.exists() else []
    for name, value in values.items():
        lines = _with(lines, name, value)
    written = file.with_name(f"{file.name}.new")
    # What an earlier try has left may be readable for others.
    written.unlink(missing_ok=True)
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
            opened.write("".join(f"{line}\n" for line in lines))
            opened.flush()
            os.fsync(opened.fileno())
        if file.exists():
            _hand_over(written, file.stat())
        written.replace(file)
    finally:
        # It has the secrets of the other.
        written.unlink(missing_ok=True)


def _hand_over(written: Path, like: os.stat_result) -> None:
    """Owner, group and permissions of the file that it takes the place of: an administrator may
    write what the bot's own user is to read."""
    mine = written.stat()
    if (mine.st_uid, mine.st_gid) != (like.st_uid, like.st_gid):
        os.chown(written, like.st_uid, like.st_gid)
    written.chmod(like.st_mode & 0o777)


def _lines(file: Path) -> list[str]:
    """Without their ends. What str.splitlines takes for one may stand in a value."""
    with file.open(encoding="utf-8", newline="") as opened:
        text = opened.read()
    return text.removesuffix("\n").split("\n") if text else []


def _with(lines: list[str], name: str, value: str) -> list[str]:
    """The last line that sets `name` is the one that counts; others go, so that none is read by
    mistake. A new one comes last."""
    said = re.compile(rf"\s*(export\s+)?{re.escape(name)}\s*=", re.IGNORECASE)
    places = [place for place, line in enumerate(lines) if said.match(line)]
    # As the others end, which may have come from Windows.
    end = "\r" if lines and lines[0].endswith("\r") else ""
    setting = f"{name}={_quoted(value)}{end}"
    if not places:
        return [*lines, setting] if value else lines
    kept = [line for place, line in enumerate(lines) if place not in places[:-1]]
    place = places[-1] - len(places) + 1
    return [*kept[:place], setting, *kept[place + 1 :]]


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w./:@%+-]*", value):
        return value
    inside = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{inside}'"
