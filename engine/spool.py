"""Results on disk until the client has them, and which jobs had begun when a process died.

    spool/<id>-<attempt>/    1.png .. n.png, preview.jpg, result.json
    begun/<id>-<attempt>     empty; the first step was about to begin

What has another name is not ours and is left alone.

Nothing is synced to the disk: written pages survive the death of the process, which is what this
guards against. After a power cut a missing result is drawn again.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path

import structlog
from pydantic import TypeAdapter, ValidationError

from engine.contract import JobKey, Result
from engine.inputs import InputFolder

#: Older results belong to a client that will not come back for them.
KEPT_SECONDS = 48 * 3600.0
#: A folder is called so until everything is in it.
_UNFINISHED = ".tmp"
_RESULT: TypeAdapter[Result] = TypeAdapter(Result)
_log = structlog.get_logger()


class Spool:
    """The results and begun jobs below one state folder. Safe from any thread, per key."""

    def __init__(self, state_dir: Path) -> None:
        self._results = state_dir / "spool"
        self._begun = state_dir / "begun"
        self.inputs = InputFolder(state_dir)
        self._results.mkdir(parents=True, exist_ok=True)
        self._begun.mkdir(parents=True, exist_ok=True)

    def begin(self, key: JobKey) -> None:
        """From here on the attempt counts, also when this process is killed."""
        (self._begun / str(key)).touch()

    def save(self, result: Result, files: Mapping[str, bytes]) -> None:
        """Keeps a job's end and its files. It is there whole or not at all."""
        folder = self._results / str(result.key)
        unfinished = self._unfinished(result.key)
        for old in (unfinished, folder):
            shutil.rmtree(old, ignore_errors=True)
        unfinished.mkdir()
        for name, content in files.items():
            (unfinished / name).write_bytes(content)
        (unfinished / "result.json").write_bytes(_RESULT.dump_json(result))
        unfinished.rename(folder)
        # Last: killed before this line, the next process finds the result and drops the marker.
        (self._begun / str(result.key)).unlink(missing_ok=True)

    def read(self, key: JobKey, name: str) -> bytes:
        """A file of a kept result. Raises FileNotFoundError."""
        return (self._results / str(key) / name).read_bytes()

    def forget(self, key: JobKey) -> None:
        """Drops the result of `key` and the note that it had begun; both may be missing."""
        for folder in (self._unfinished(key), self._results / str(key)):
            shutil.rmtree(folder, ignore_errors=True)
        (self._begun / str(key)).unlink(missing_ok=True)

    def recover(self, now: float) -> tuple[list[Result], list[JobKey]]:
        """What an earlier process left: results, and jobs begun without one, oldest first.

        `now` is a time.time(); what is older than KEPT_SECONDS is removed.
        """
        self.inputs.clear()
        results = []
        for changed, folder, key in _by_age(self._results, _UNFINISHED):
            result = _read(folder, key) if now - changed < KEPT_SECONDS else None
            if result is None:
                shutil.rmtree(folder, ignore_errors=True)
            else:
                results.append(result)
                (self._begun / folder.name).unlink(missing_ok=True)
        return results, self._interrupted(now)

    def _interrupted(self, now: float) -> list[JobKey]:
        keys = []
        for changed, marker, key in _by_age(self._begun):
            if now - changed < KEPT_SECONDS:
                keys.append(key)
            else:
                marker.unlink(missing_ok=True)
        return keys

    def _unfinished(self, key: JobKey) -> Path:
        return self._results / f"{key}{_UNFINISHED}"


def _by_age(folder: Path, suffix: str = "") -> list[tuple[float, Path, JobKey]]:
    """When each entry that is ours was changed, where it is and whose; oldest first."""
    entries = []
    for path in folder.iterdir():
        key = _key_of(path.name.removesuffix(suffix))
        if key is None:
            _log.warning("stray_file_left_alone", file=str(path))
        else:
            entries.append((path.lstat().st_mtime, path, key))
    return sorted(entries, key=lambda entry: entry[:2])


def _key_of(name: str) -> JobKey | None:
    generation_id, _, attempt = name.rpartition("-")
    try:
        key = JobKey(generation_id=generation_id, attempt=int(attempt))
    except ValueError:
        return None
    return key if str(key) == name else None


def _read(folder: Path, key: JobKey) -> Result | None:
    """The result of `key`, if `folder` holds it whole: a kill may have come between two files, or
    before the last of them was followed by the folder's name."""
    try:
        result = _RESULT.validate_json((folder / "result.json").read_bytes())
    except (OSError, ValidationError):
        result = None
    if result is None or result.key != key or folder.name != str(key):
        # Half of one, or another version's: it is drawn again.
        _log.warning("spool_entry_dropped", entry=folder.name)
        return None
    return result
