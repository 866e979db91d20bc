"""Changes settings in `.env`, and leaves every other line of it as it is."""

import os
import re
from collections.abc import Mapping
from pathlib import Path


def set_values(file: Path, values: Mapping[str, str]) -> None:
    """Gives `values` to their names; the file is written whole or not at all, for its owner alone
    where it is new. Raises OSError, UnicodeDecodeError."""
    lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
    for name, value in values.items():
        lines = _with(lines, name, value)
    written = file.with_name(f"{file.name}.new")
    mode = file.stat().st_mode & 0o777 if file.exists() else 0o600
    descriptor = os.open(written, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write("".join(f"{line}\n" for line in lines))
        opened.flush()
        os.fsync(opened.fileno())
    written.chmod(mode)
    written.replace(file)


def _with(lines: list[str], name: str, value: str) -> list[str]:
    """The last line that sets `name` is the one that counts; others go, so that none is read by
    mistake. A new one comes last."""
    said = re.compile(rf"\s*(export\s+)?{re.escape(name)}\s*=", re.IGNORECASE)
    places = [place for place, line in enumerate(lines) if said.match(line)]
    setting = f"{name}={_quoted(value)}"
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
