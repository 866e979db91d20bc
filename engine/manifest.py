"""What a folder of weights was fetched from: by this a check, and the engine, know what should lie
in it. `zdraw model pull` writes it. Standard library only: no torch.

While files are exchanged for others it says that it is not complete, and what lies there then is
loaded by nobody.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

NAME = ".zdraw-source.json"
#: In the folder, of files that have not come whole, or not all of which have.
PARTS = ".zdraw-parts"
_PIECE = 4 * 2**20


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file of a published model."""

    path: str
    #: Bytes.
    size: int
    #: Hexadecimal; None where the hub does not say.
    sha256: str | None = None
    #: The hash that git names it by, of small files at Hugging Face.
    blob: str | None = None

    def part(self, folder: Path) -> Path:
        """Where it lies until it is put into its place in `folder`."""
        # By its hash: a part of what has changed since is not gone on with.
        state = (self.sha256 or self.blob or "")[:16]
        return folder / PARTS / f"{self.path.replace('/', '--')}.{state or self.size}"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """One fetched model."""

    hub: str
    source: str
    revision: str
    files: tuple[RemoteFile, ...]
    #: All of them are there and right, and of nothing else is there more than they say.
    complete: bool

    def save(self, folder: Path) -> None:
        """Writes it, whole or not at all, and on the disk before anything that is done next."""
        written = folder / f"{NAME}.new"
        with written.open("w", encoding="utf-8") as opened:
            json.dump(asdict(self), opened, indent=1)
            opened.flush()
            os.fsync(opened.fileno())
        written.replace(folder / NAME)
        settle(folder)


def read(folder: Path) -> Manifest | None:
    """The one in `folder`; None where there is none that can be read."""
    try:
        told = json.loads((folder / NAME).read_bytes())
        files = tuple(_file(**entry) for entry in told.pop("files"))
        return Manifest(files=files, **told)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return None


def _file(*, path: str, size: int, **hashes: str | None) -> RemoteFile:
    # It may have come with a folder of somebody else's, and what it names may be removed.
    if not is_safe(path):
        raise ValueError
    return RemoteFile(path=path, size=int(size), **hashes)


def is_safe(path: str) -> bool:
    """Whether what is called `path` in a folder lies within it."""
    parts = path.split("/")
    return bool(re.fullmatch(r"[\w .+()/-]+", path)) and not {"", ".", ".."} & set(parts)


def differences(folder: Path, manifest: Manifest, *, hashes: bool) -> Iterator[str]:
    """What is not as it was fetched, file by file. `hashes`: read all of it, which takes a minute
    for 20 GB."""
    faults = (_difference(folder, manifest, file, hashes) for file in manifest.files)
    found = [fault for fault in faults if fault is not None]
    yield from found
    if not found and not manifest.complete:
        yield f"{NAME} says that it was not finished"


def _difference(folder: Path, manifest: Manifest, file: RemoteFile, hashes: bool) -> str | None:
    found = folder / file.path
    try:
        size = found.stat().st_size
    except OSError:
        return f"{file.path} is missing"
    if size != file.size:
        return f"{file.path} has {size} bytes instead of {file.size}"
    if hashes and not has_the_hash(found, file):
        return f"{file.path} has another checksum than at {manifest.hub}"
    if not manifest.complete and file.part(folder).exists():
        return f"{file.path} was not put into its place"
    return None


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


def settle(folder: Path) -> None:
    """What was renamed and removed in `folder` is so after a power failure too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
