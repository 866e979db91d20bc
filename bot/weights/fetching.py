"""Fetches a model into a folder, and goes on where an earlier try has ended.

Files are fetched beside their places and checked against size and checksum; only when all of them
are there they are put into their places. So a model that changed is drawn with as it was until
then, and while they are exchanged the folder's manifest says that nobody may load it.
"""

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx

from bot.weights.hubs import Hub, HubError, Listing, NotThere, complaint
from bot.weights.needed import needed, opened_beside
from engine.file_lock import take_lock
from engine.manifest import PARTS, Manifest, RemoteFile, has_the_hash, read, settle
from engine.profiles import Profile
from engine.weight_files import INDEX

#: Left free on the disk.
RESERVE_BYTES = 256 * 2**20
#: Times that a connection may break without a byte in between, and seconds before each next try.
TRIES = 5
PAUSES = (1.0, 2.0, 4.0, 8.0)
#: Answers that say "later".
_PASSING = frozenset({408, 425, 429, 500, 502, 503, 504})


class NoSpace(Exception):
    """The disk is too full; bytes that are needed, and that are free."""

    def __init__(self, needs: int, free: int) -> None:
        super().__init__(needs, free)
        self.needs = needs
        self.free = free


class Busy(Exception):
    """Another process fetches into the same folder."""


class Mixed(Exception):
    """A file of that path would be loaded with the model, and is none of its files."""


#: Is told of each file as it begins, and of each piece: (path, bytes of it that are there).
OnBytes = Callable[[str, int], None]


class Fetching:
    """One model on its way from a hub to a folder."""

    def __init__(
        self,
        http: httpx.Client,
        hub: Hub,
        model: Profile,
        folder: Path,
        sleep: Callable[[float], None] = time.sleep,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self._http = http
        self._hub = hub
        self._model = model
        self._folder = folder
        self._sleep = sleep
        self._free = free

    def prepare(self) -> Manifest:
        """Asks the hub what there is. A folder that was begun is gone on with in the same state of
        the model, as long as the hub has it. Raises HubError, httpx.HTTPError."""
        source = self._hub.source(self._model)
        began = begun(self._folder)
        revision = None
        if began is not None and (began.hub, began.source) == (self._hub.name, source):
            revision = began.revision
        listing = self._listing(source, revision)
        return Manifest(
            hub=self._hub.name,
            source=source,
            revision=listing.revision,
            files=needed(self._model, listing.files),
            complete=False,
        )

    def _listing(self, source: str, revision: str | None) -> Listing:
        try:
            return self._hub.listing(self._http, source, revision)
        except NotThere:
            if revision is None:
                raise
        # A history that was rewritten: nobody can go on with that state.
        return self._hub.listing(self._http, source, None)

    def fetch(self, manifest: Manifest, on_bytes: OnBytes) -> Manifest:
        """Fetches what is not there. Raises NoSpace, Busy, Mixed, HubError, httpx.HTTPError,
        OSError; what has come stays for the next try."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with self._alone():
            known = read(self._folder)
            before = known.files if known is not None else ()
            self._check_beside(manifest, before)
            missing = [file for file in manifest.files if not self._is_there(file, on_bytes)]
            self._check_space(missing)
            parts = self._folder / PARTS
            parts.mkdir(exist_ok=True)
            # For the next try, which goes on with the same state of the model.
            manifest.save(parts)
            if not (self._folder / INDEX).is_file():
                # What an earlier state had is still named.
                replace(known or manifest, complete=False).save(self._folder)
            for file in missing:
                self._file(manifest, file, on_bytes)
            gone = {file.path for file in before} - {file.path for file in manifest.files}
            done = self._exchanged(manifest, missing, gone)
            shutil.rmtree(parts, ignore_errors=True)
            return done

    def _exchanged(self, manifest: Manifest, missing: list[RemoteFile], gone: set[str]) -> Manifest:
        """The folder with what has come in its place. Whoever ends this half-way leaves a manifest
        that says so; the next try has all it takes to finish."""
        folder = self._folder
        known = read(folder) or manifest
        if missing or gone:
            # As long as it names what has to go.
            replace(known, complete=False).save(folder)
            for path in gone:
                (folder / path).unlink(missing_ok=True)
            _settle_around(folder / path for path in gone)
            manifest.save(folder)
        for file in missing:
            target = folder / file.path
            target.parent.mkdir(parents=True, exist_ok=True)
            file.part(folder).replace(target)
        _settle_around(folder / file.path for file in missing)
        done = replace(manifest, complete=True)
        done.save(folder)
        return done

    @contextmanager
    def _alone(self) -> Iterator[None]:
        # Beside the folder: what is in it comes and goes.
        lock = take_lock(self._folder.parent / f".{self._folder.name}.lock", 0.0)
        if lock is None:
            raise Busy
        try:
            yield
        finally:
            os.close(lock)

    def _is_there(self, file: RemoteFile, on_bytes: OnBytes) -> bool:
        found = self._folder / file.path
        if not found.is_file() or found.stat().st_size != file.size:
            return False
        is_right = has_the_hash(found, file)
        if is_right:
            on_bytes(file.path, file.size)
        return is_right

    def _check_beside(self, manifest: Manifest, before: Iterable[RemoteFile]) -> None:
        # What an earlier state had goes when this one comes; anything else is not ours to delete.
        for path in opened_beside(self._model, (*manifest.files, *before), self._folder):
            raise Mixed(path)

    def _check_space(self, missing: list[RemoteFile]) -> None:
        needs = sum(file.size - min(file.size, self._have(file)) for file in missing)
        free = self._free(self._folder)
        if needs and needs + RESERVE_BYTES > free:
            raise NoSpace(needs + RESERVE_BYTES, free)

    def _have(self, file: RemoteFile) -> int:
        part = file.part(self._folder)
        return part.stat().st_size if part.is_file() else 0

    def _has_come(self, file: RemoteFile) -> bool:
        return file.part(self._folder).exists() and self._have(file) >= file.size

    def _file(self, manifest: Manifest, file: RemoteFile, on_bytes: OnBytes) -> None:
        part, failures = file.part(self._folder), 0
        most = self._have(file)
        on_bytes(file.path, most)
        while not self._has_come(file):
            broken: httpx.TransportError | _Later | None = None
            try:
                self._go_on(manifest, file, part, on_bytes)
            except (httpx.TransportError, _Later) as error:
                broken = error
            if self._has_come(file):
                break
            # An answer that ends well and is too short counts as well: it may always be so.
            there = self._have(file)
            failures = failures + 1 if there <= most else 0
            if failures >= TRIES:
                raise _given_up(broken, file)
            most = max(most, there)
            self._sleep(PAUSES[min(failures, len(PAUSES) - 1)])
        if part.stat().st_size != file.size or not has_the_hash(part, file):
            part.unlink()
            raise HubError(
                f"{file.path} 的校验和不对，已删掉，请重试 / {file.path} came with a wrong "
                "checksum and was thrown away: try again"
            )
        _settle(part)

    def _go_on(self, manifest: Manifest, file: RemoteFile, part: Path, on_bytes: OnBytes) -> None:
        """One answer, from where the last one ended."""
        had = self._have(file)
        url = self._hub.url(manifest.source, manifest.revision, file.path)
        # As it is: a compressed answer has another length, and no ranges.
        headers = {**self._hub.headers(), "Accept-Encoding": "identity"}
        if had:
            headers["Range"] = f"bytes={had}-"
        with self._http.stream("GET", url, headers=headers, follow_redirects=True) as answer:
            if answer.status_code in _PASSING:
                raise _Later(complaint(self._hub, manifest.source, answer.status_code))
            if answer.status_code == httpx.codes.REQUESTED_RANGE_NOT_SATISFIABLE:
                part.unlink(missing_ok=True)
                return
            if answer.status_code not in (httpx.codes.OK, httpx.codes.PARTIAL_CONTENT):
                raise HubError(complaint(self._hub, manifest.source, answer.status_code))
            goes_on = answer.status_code == httpx.codes.PARTIAL_CONTENT
            with part.open("ab" if goes_on else "wb") as opened:
                there = had if goes_on else 0
                for piece in answer.iter_bytes():
                    there += len(piece)
                    if there > file.size:
                        raise HubError(
                            f"{file.path} 比说好的大 / {file.path} is larger than announced"
                        )
                    opened.write(piece)
                    on_bytes(file.path, there)


class _Later(Exception):
    """The hub cannot do it now."""


def _given_up(error: httpx.TransportError | _Later | None, file: RemoteFile) -> Exception:
    """What ended the last of many tries."""
    if isinstance(error, httpx.TransportError):
        return error
    return HubError(
        str(error)
        if error is not None
        else f"{file.path} 比说好的小 / {file.path} is smaller than announced"
    )


def begun(folder: Path) -> Manifest | None:
    """Of what was fetched into `folder`, and is not all there."""
    known, began = read(folder), read(folder / PARTS)
    if known is None or not known.complete:
        return began or known
    # Where all of it is there only the parts' folder was not deleted any more.
    return None if began is None or began.files == known.files else began


def _settle(file: Path) -> None:
    """What is in it is on the disk before it takes the place of another."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())


def _settle_around(paths: Iterable[Path]) -> None:
    """Their names are as they are now on the disk too."""
    for folder in {path.parent for path in paths}:
        if folder.is_dir():
            settle(folder)


def is_full(error: OSError) -> bool:
    """Whether the disk, or somebody's share of it, is."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
