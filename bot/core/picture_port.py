"""What the core needs of pictures on disk. Implementation: bot/store/images.py."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import ParamSpec, Protocol, TypeVar

from bot.core.generation import Generation

P = ParamSpec("P")
T = TypeVar("T")


class Pictures(Protocol):
    """Bytes on disk."""

    async def save(
        self, generation: Generation, pictures: Sequence[bytes], preview: bytes
    ) -> tuple[tuple[str, ...], str]:
        """Durable when it returns. Paths of the pictures and of the preview, relative to the
        state folder."""
        ...

    def path(self, relative: str) -> Path: ...

    async def read(self, relative: str) -> bytes:
        """Raises OSError."""
        ...

    async def decode(self, work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """`work` that decodes what somebody sent, in a thread: one after the other, for each may
        take hundreds of megabytes."""
        ...

    async def convert(self, work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """The same in a line of its own, for what programs look at in another format: that may
        take ten seconds, which nobody who sends a picture waits for."""
        ...
