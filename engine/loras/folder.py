"""The folder of LoRA files: what lies in it, by name, and what is wrong with it."""

from dataclasses import dataclass
from pathlib import Path

import structlog

from engine.lora import MAX_LORA_NAME, LoraInfo, LoraProblem
from engine.loras.changes import Change, Layers, Unfit, changes_in
from engine.loras.sidecar import info_of
from engine.tensor_header import DamagedFile, read_header

ENDING = ".safetensors"
#: Files that are looked at, by name: all of them are told to people.
MOST_FILES = 500
#: Bytes of a header: a few hundred kilobytes are usual.
LONGEST_HEADER = 16 * 2**20
#: Bytes of a file: all of it is read when it is used, and its matrices are made anew beside that.
#: All layers of Z-Image's blocks with a rank of 256 take 1.4 GiB in 16 bits.
LARGEST = 2 * 2**30
#: They have a meaning in requests.
_NOT_IN_NAMES = frozenset("<>:,，：")
#: Of a file's content: bytes, when it was written, and which file it is.
Stamp = tuple[int, int, int]
_log = structlog.get_logger()


@dataclass(frozen=True, kw_only=True)
class LoraFile:
    """A file as it was when it was looked at."""

    name: str
    path: Path
    stamp: Stamp
    #: Empty where `info` has a problem.
    changes: tuple[Change, ...]
    info: LoraInfo


class LoraFolder:
    """Looks at files that are new or have changed, and remembers the others. Not thread-safe."""

    def __init__(self, folder: Path, layers: Layers) -> None:
        """`layers`: those of the model that they are for."""
        self._folder = folder
        self._layers = layers
        self._known: dict[str, tuple[tuple[Stamp | None, Stamp | None], LoraFile]] = {}

    def files(self) -> dict[str, LoraFile]:
        """By name, without the ending. None where there is no such folder."""
        try:
            found = sorted(path for path in self._folder.iterdir() if path.suffix == ENDING)
        except OSError:
            found = []
        known, self._known = self._known, {}
        for path in found[:MOST_FILES]:
            stamps = stamp_of(path), stamp_of(path.with_suffix(".json"))
            old = known.get(path.stem)
            if old is None or old[0] != stamps:
                old = stamps, self._looked_at(path, stamps[0])
            self._known[path.stem] = old
        return {name: file for name, (_, file) in self._known.items()}

    def _looked_at(self, path: Path, stamp: Stamp | None) -> LoraFile:
        changes: tuple[Change, ...] = ()
        try:
            header = read_header(self._checked(path), LONGEST_HEADER)
            changes = changes_in(header, self._layers)
            _check_size(path)
            info = info_of(path.stem, header.metadata, path.with_suffix(".json"))
        except Unfit as unfit:
            info = _unusable(path.stem, unfit.problem, unfit.data)
        except DamagedFile:
            info = _unusable(path.stem, LoraProblem.DAMAGED, {})
        except OSError:
            info = _unusable(path.stem, LoraProblem.UNREADABLE, {})
        except Exception:
            # A bug must cost one file, not the engine.
            _log.exception("lora_not_understood", name=_shown(path.stem))
            info = _unusable(path.stem, LoraProblem.DAMAGED, {})
        if info.problem is not None:
            _log.warning("lora_not_usable", name=info.name, problem=info.problem, **info.data)
        return LoraFile(
            name=path.stem, path=path, stamp=stamp or (0, 0, 0), changes=changes, info=info
        )

    def _checked(self, path: Path) -> Path:
        """Itself. Raises Unfit, OSError."""
        name = path.stem
        if len(name) > MAX_LORA_NAME or name != name.strip() or not name.isprintable():
            raise Unfit(LoraProblem.BAD_NAME)
        if not name or _NOT_IN_NAMES & set(name):
            raise Unfit(LoraProblem.BAD_NAME)
        try:
            target = path.resolve(strict=True)
        except RuntimeError:
            # Python 3.11 and 3.12, of a link that leads to itself.
            raise OSError from None
        if not target.is_relative_to(self._folder.resolve()):
            raise Unfit(LoraProblem.OUTSIDE)
        if not path.is_file():
            raise OSError
        return path


def stamp_of(path: Path) -> Stamp | None:
    """None where there is nothing."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns, found.st_ino


def _check_size(path: Path) -> None:
    size = path.stat().st_size
    if size > LARGEST:
        raise Unfit(LoraProblem.TOO_LARGE, size=f"{size / 2**30:.1f} GB")


def _unusable(name: str, problem: LoraProblem, data: dict[str, str]) -> LoraInfo:
    # What stands in a file is not ours: as much of it as a sentence can bear.
    told = {key: _shown(text) for key, text in data.items()}
    return LoraInfo(name=_shown(name), problem=problem, data=told)


def _shown(text: str) -> str:
    return "".join(character if character.isprintable() else "?" for character in text)[:80]
