"""Pictures to begin from that no row names: a process died between keeping one and its row."""

from collections.abc import Sequence
from typing import Protocol

from bot.core.ports import Clock

#: A row is admitted within moments of its picture, and what strays is found within days.
YOUNGEST_MS = 3600 * 1000
OLDEST_MS = 48 * YOUNGEST_MS
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

    def __init__(self, files: SourceFiles, rows: SourceRows, clock: Clock) -> None:
        self._files = files
        self._rows = rows
        self._clock = clock

    async def sweep(self) -> int:
        """How many there were."""
        now, dropped = self._clock(), 0
        paths = await self._files.written(now - OLDEST_MS, now - YOUNGEST_MS)
        for start in range(0, len(paths), BATCH):
            some = paths[start : start + BATCH]
            for path in set(some) - await self._rows.named(some):
                await self._files.drop(path)
                dropped += 1
        return dropped
