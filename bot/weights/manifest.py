"""What a folder was fetched from, kept in it: by this a later check knows what should be there."""

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bot.weights.hubs import RemoteFile

NAME = ".zdraw-source.json"
_PIECE = 4 * 2**20


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One fetched model."""

    hub: str
    source: str
    revision: str
    files: tuple[RemoteFile, ...]
    #: All of them were there and right.
    complete: bool

    def save(self, folder: Path) -> None:
        """Writes it, whole or not at all."""
        written = folder / f"{NAME}.new"
        with written.open("w", encoding="utf-8") as opened:
            json.dump(asdict(self), opened, indent=1)
            opened.flush()
            os.fsync(opened.fileno())
        written.replace(folder / NAME)


def read(folder: Path) -> Manifest | None:
    """The one in `folder`; None where there is none that can be read."""
    try:
        told = json.loads((folder / NAME).read_bytes())
        files = tuple(RemoteFile(**entry) for entry in told.pop("files"))
        return Manifest(files=files, **told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def differences(folder: Path, manifest: Manifest, *, hashes: bool) -> Iterator[str]:
    """What is not as it was fetched, file by file. `hashes`: read all of it, which takes a minute
    for 20 GB."""
    for file in manifest.files:
        found = folder / file.path
        try:
            size = found.stat().st_size
        except OSError:
            yield f"{file.path} is missing"
            continue
        if size != file.size:
            yield f"{file.path} has {size} bytes instead of {file.size}"
        elif hashes and not has_the_hash(found, file):
            yield f"{file.path} has another checksum than at {manifest.hub}"


def has_the_hash(found: Path, file: RemoteFile) -> bool:
    """Whether the content of `found` is that of `file`, as far as its hub says."""
    if file.sha256 is not None:
        return _digest(found, hashlib.sha256()) == file.sha256
    if file.blob is not None:
        # How git names what it keeps.
        start = hashlib.sha1(f"blob {file.size}\0".encode(), usedforsecurity=False)
        return _digest(found, start) == file.blob
    return True


def _digest(found: Path, hashing: "hashlib._Hash") -> str:
    with found.open("rb") as opened:
        while piece := opened.read(_PIECE):
            hashing.update(piece)
    return hashing.hexdigest()
