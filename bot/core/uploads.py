"""Pictures that programs have sent to draw from, by the names they gave them.

Each user has their own. They are bounded in number, bytes and age: who sends more loses what they
have not used for longest. A request that draws from one keeps a copy, so nothing that was accepted
needs it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Protocol

from bot.core.errors import Refusal
from bot.core.ports import Clock

#: Of each user.
MAX_UPLOADS, MAX_BYTES = 200, 500 * 1000 * 1000
DAY_MS = 24 * 3600 * 1000
#: After they were sent, or used, the last time.
KEPT_DAYS = 7


@dataclass(frozen=True, kw_only=True)
class UploadName:
    """As its user calls it; texts without any meaning for a file system."""

    kind: str
    subfolder: str
    name: str

    def numbered(self, number: int) -> "UploadName":
        """Another one beside it: `name (1).png`; 0 is itself."""
        if not number:
            return self
        path = PurePosixPath(self.name)
        return replace(self, name=f"{path.stem} ({number}){path.suffix}")


@dataclass(frozen=True, kw_only=True)
class Upload:
    """One of them."""

    #: `platform:id` of the user.
    requester: str
    at: UploadName
    #: Of its bytes.
    sha256: str
    size_bytes: int
    media_type: str
    #: Where it lies, relative to the state folder.
    path: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """Bytes that are a picture."""

    content: bytes
    sha256: str
    media_type: str


class UploadFiles(Protocol):
    """The bytes."""

    async def checked(self, content: bytes) -> Checked:
        """Raises Refusal("not_a_picture" | "picture_too_large" | "too_many_pixels")."""
        ...

    async def write(self, picture: Checked) -> str:
        """Durable when it returns; its path, which no other one has."""
        ...

    async def read(self, path: str) -> bytes:
        """Raises OSError."""
        ...

    async def drop(self, path: str) -> None:
        """Harmless to repeat."""
        ...

    async def masked(self, content: bytes, mask: bytes) -> bytes:
        """`content` as a PNG, as opaque as `mask`. Raises Refusal("not_a_picture" |
        "picture_too_large" | "too_many_pixels" | "mask_of_another_size")."""
        ...


class UploadRows(Protocol):
    """The names."""

    async def add(self, new: Upload, *, overwrite: bool) -> tuple[UploadName, Sequence[str]]:
        """Under its name, in place of what had it if `overwrite`; else under the next one that is
        free (`name (1).png`), or that of the same bytes, in their place. Then what is over the
        bounds goes. Returns its name, and paths that no row names any more."""
        ...

    async def find(self, requester: str, at: UploadName) -> Upload | None:
        """Counts as a use."""
        ...

    async def names(self, requester: str, kind: str) -> Sequence[str]:
        """Those in no subfolder, in order."""
        ...

    async def expire(self, before_ms: int) -> Sequence[str]:
        """Paths of those that were not used since, whose rows are gone now."""
        ...


class Uploads:
    """Takes and finds them."""

    def __init__(
        self, files: UploadFiles, rows: UploadRows, clock: Clock, *, keep_days: int = 0
    ) -> None:
        """`keep_days`: how long anything is kept; 0 = for ever."""
        self._files = files
        self._rows = rows
        self._clock = clock
        self._kept_ms = min(KEPT_DAYS, keep_days or KEPT_DAYS) * DAY_MS

    async def take(
        self, requester: str, at: UploadName, content: bytes, *, overwrite: bool
    ) -> UploadName:
        """The name it has got. Raises Refusal: not_a_picture, picture_too_large,
        too_many_pixels."""
        picture = await self._files.checked(content)
        new = Upload(
            requester=requester,
            at=at,
            sha256=picture.sha256,
            size_bytes=len(content),
            media_type=picture.media_type,
            # Before the row: whoever sees that finds it.
            path=await self._files.write(picture),
        )
        name, unnamed = await self._rows.add(new, overwrite=overwrite)
        await self.drop(unnamed)
        return name

    async def read(self, requester: str, at: UploadName) -> tuple[Upload, bytes]:
        """Raises Refusal("no_upload"), the same for what is not there and what is not theirs."""
        missed = ""
        while (found := await self._rows.find(requester, at)) and found.path != missed:
            try:
                return found, await self._files.read(found.path)
            except OSError:
                # It may have been overwritten since, and is another file now.
                missed = found.path
        raise Refusal("no_upload")

    async def masked(self, content: bytes, mask: bytes) -> bytes:
        """See UploadFiles."""
        return await self._files.masked(content, mask)

    async def names(self, requester: str, kind: str) -> Sequence[str]:
        """Those in no subfolder, in order."""
        return await self._rows.names(requester, kind)

    async def sweep(self) -> int:
        """What was not used for long goes. How many there were."""
        paths = await self._rows.expire(self._clock() - self._kept_ms)
        await self.drop(paths)
        return len(paths)

    async def drop(self, paths: Sequence[str]) -> None:
        """Files that no row names any more."""
        for path in paths:
            await self._files.drop(path)
