"""What the Telegram adapter asks of the core: bot/core/front_desk.py, as its fakes stand in for it.

Everything is committed when a call returns, and none raises Refusal.
"""

from typing import Any, Protocol

from bot.core.generation import Origin


class Core(Protocol):
    """What people can ask for."""

    async def draw(self, origin: Origin, text: str, *, quiet: bool = False) -> str | None: ...

    async def ask_for_prompt(self, origin: Origin) -> None: ...

    async def again(
        self,
        origin: Origin,
        generation_id: str | None,
        status_message: str | None,
        *,
        quiet: bool,
    ) -> str | None: ...

    async def ask_for_edit(
        self, origin: Origin, generation_id: str, *, quiet: bool
    ) -> str | None: ...

    async def offer(self, origin: Origin) -> None: ...

    async def offer_again(
        self, origin: Origin, generation_id: str | None, status_message: str | None
    ) -> None: ...

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

    async def set_quiet(self, origin: Origin, wish: str, *, admin: bool) -> None: ...

    async def help(self, origin: Origin, *, start: bool, call: str | None = None) -> None: ...

    async def refuse(
        self, origin: Origin, code: str, *, quiet: bool = False, **data: Any
    ) -> str: ...

    async def chat_moved(self, platform: str, old: str, new: str) -> None: ...
