"""What Discord asks of the core."""

from collections.abc import Sequence
from typing import Any, Protocol

from bot.core.generation import Generation, Origin


class Core(Protocol):
    """What people can ask for. Everything is committed when a call returns. With `quiet` a
    refusal is returned, otherwise said; only `edit_text` raises it."""

    async def draw(self, origin: Origin, text: str, *, quiet: bool = False) -> str | None: ...

    async def again(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        quiet: bool,
    ) -> str | None: ...

    async def cancel(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        all_: bool,
        quiet: bool,
        admin: bool = False,
    ) -> str | None: ...

    async def edit_text(self, origin: Origin, generation_id: str) -> str: ...

    async def original(
        self, origin: Origin, generation_id: str, picture: int, *, quiet: bool
    ) -> str | None: ...

    async def show(self, origin: Origin, generation_id: str | None) -> None: ...

    async def remove(
        self,
        origin: Origin,
        generation_id: str,
        *,
        admin: bool,
        quiet: bool,
        pressed: str | None = None,
    ) -> str | None: ...

    async def queue(self, origin: Origin, *, private: bool = True) -> None: ...

    async def refuse(
        self, origin: Origin, code: str, *, quiet: bool = False, **data: Any
    ) -> str: ...


class Waiting(Protocol):
    """The part of Records from which completions are offered."""

    async def waiting(self, requester: str) -> Sequence[Generation]: ...
