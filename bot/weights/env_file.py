"""Changes settings in `.env`, and leaves everything else of it as it is."""

import io
import os
import re
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

#: A setting with its lines, or what stands between settings: (its name or None, text). Read by what
#: reads it for the settings: a value in quotation marks may have lines of its own.
Piece = tuple[str | None, str]


def set_values(file: Path, values: Mapping[str, str]) -> None:
    """Gives `values` to their names; the file is written whole or not at all, for its owner alone
    where it is new. Raises OSError, UnicodeDecodeError."""
    # Where it is a link, what it leads to.
    file = file.resolve()
    pieces = _pieces(file) if file.exists() else []
    for name, value in values.items():
        pieces = _with(pieces, name, value)
    written = file.with_name(f"{file.name}.new")
    # What an earlier try has left may be readable for others.
    written.unlink(missing_ok=True)
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as opened:
            opened.write("".join(text for _, text in pieces))
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


def _pieces(file: Path) -> list[Piece]:
    with file.open(encoding="utf-8", newline="") as opened:
        found = parse_stream(io.StringIO(opened.read(), newline=""))
        # Without "=" it sets nothing.
        return [(one.key if one.value is not None else None, one.original.string) for one in found]


def _with(pieces: list[Piece], name: str, value: str) -> list[Piece]:
    """The last one that sets `name` is the one that counts; others go, so that none is read by
    mistake. A new one comes last."""
    said = [place for place, (key, _) in enumerate(pieces) if (key or "").upper() == name.upper()]
    # As the others end, which may have come from Windows.
    end = "\r\n" if pieces and re.match(r"[^\n]*\r\n", pieces[0][1]) else "\n"
    setting = f"{name}={_quoted(value)}{end}"
    if not said:
        between = "" if not pieces or pieces[-1][1].endswith("\n") else end
        return [*pieces, (name, between + setting)] if value else pieces
    changed = list(pieces)
    for place in said:
        above = _empty_lines(changed[place][1])
        changed[place] = (name, above + setting) if place == said[-1] else (None, above)
    return changed


def _empty_lines(text: str) -> str:
    """Those that a piece begins with."""
    found = re.match(r"(?:[ \t]*\r?\n)*", text)
    return found[0] if found else ""


def _quoted(value: str) -> str:
    if re.fullmatch(r"[\w./:@%+-]*", value):
        return value
    inside = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{inside}'"
