"""Pictures to begin from that no row names: a process died between keeping one and its row, or
between the end of a row and that of its file."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from bot.core.ports import Clock

#: A row is admitted within moments of its picture.
YOUNGEST_MS = 3600 * 1000
#: Looked at every time. Older ones once, after each start: they are as many as there are pictures,
#: and only a process that dies leaves strays.
LATELY_MS = 48 * YOUNGEST_MS
#: Asked for together.
BATCH = 200


class SourceRows(Protocol):
    """The rows, as far as they name pictures."""

    async def named(self, paths: Sequence[str]) -> frozenset[str]:
        """Those of `paths` that a row names."""
        ...


class SourceFiles(Protocol):
    """The files."""

    async def written(self, after_ms: int, before_ms: int) -> Sequence[str]:
        """Paths of those that were written in between."""
        ...

    async def drop(self, path: str) -> None: ...


class Strays:
    """Finds and deletes them."""

    def __init__(self, places: Mapping[SourceFiles, SourceRows], clock: Clock) -> None:
        """`places`: folders, and the rows that name their files."""
        self._places = places
        self._clock = clock
        #: Before it nothing strays any more.
        self._since_ms = 0

    async def sweep(self) -> int:
        """How many there were."""
        now = self._clock()
        dropped = [await self._drop(files, now - YOUNGEST_MS) for files in self._places]
        self._since_ms = now - LATELY_MS
        return sum(dropped)

    async def _drop(self, files: SourceFiles, before_ms: int) -> int:
        rows, dropped = self._places[files], 0
        paths = await files.written(self._since_ms, before_ms)
        for start in range(0, len(paths), BATCH):
            some = paths[start : start + BATCH]
            for path in set(some) - await rows.named(some):
                await files.drop(path)
                dropped += 1
        return dropped
