"""The results of bench.gpu: what they name, the file they lie in, and lines to read."""

import json
import platform
import re
import subprocess
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from bench.card.models import Model
from bench.card.stand import Stand

_LIBRARIES = ("torch", "triton", "diffusers", "transformers")
_ROOT = Path(__file__).parents[2]


def about(stand: Stand, model: Model, commit: str | None = None) -> dict[str, Any]:
    """What figures are of: card, driver, versions, commit."""
    return {
        "card": stand.name,
        "model": model.profile.name,
        "date": datetime.now(UTC).date().isoformat(),
        "commit": commit or _commit(),
        "python": platform.python_version(),
        **{name: _version(name) for name in _LIBRARIES},
        **stand.about(),
    }


class Report:
    """One file of results, written anew with each row."""

    def __init__(self, folder: Path, head: dict[str, Any]) -> None:
        """Goes on with the file of the same card and day where all that it names is the same;
        what other code or libraries have measured is not touched."""
        folder.mkdir(parents=True, exist_ok=True)
        card = re.sub(r"[^a-z0-9]+", "-", head["card"].lower()).strip("-")
        self.found: dict[str, Any] = dict(head)
        self._begun: set[str] = set()
        for path in _names(folder, f"{card}-{head['date']}"):
            self.path = path
            if not path.exists():
                break
            known = json.loads(path.read_text())
            # What the driver and others hold changes from run to run.
            aside = {"context_gb": head.get("context_gb")}
            if {**known, **aside, **head} == {**known, **aside}:
                self.found = {**known, **head}
                break

    def add(self, section: str, key: str, value: Any) -> None:
        """Keeps a row. The first one of a section takes the place of all that an earlier run told
        of it."""
        if section not in self._begun:
            self._begun.add(section)
            self.found[section] = {}
        self.found[section][key] = value
        text = json.dumps(self.found, ensure_ascii=False, indent=1)
        self.path.write_text(f"{text}\n")


def line(key: str, value: Any) -> str:
    """A row for people."""
    if not isinstance(value, dict):
        return f"  {key} {value}"
    return f"  {key:<28} " + "  ".join(f"{name} {_short(one)}" for name, one in value.items())


def _short(value: Any) -> str:
    if isinstance(value, dict):
        return "/".join(str(one) for one in value.values())
    return str(value)


def _names(folder: Path, name: str) -> Iterator[Path]:
    yield folder / f"{name}.json"
    for number in range(2, 1000):
        yield folder / f"{name}-{number}.json"


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "none"


def _commit() -> str:
    try:
        commit = _git("rev-parse", "--short", "HEAD")
        return f"{commit}+" if _git("status", "--porcelain", "--untracked-files=no") else commit
    except (OSError, subprocess.SubprocessError):
        return "unknown"


def _git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=_ROOT, capture_output=True, text=True, timeout=20, check=True
    )
    return done.stdout.strip()
