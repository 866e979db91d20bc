"""What Telegram asks of the core beside what every platform does."""

from typing import Protocol

from bot.adapters.shared import asked
from bot.core.generation import Origin
from bot.core.messages import Toast


class Core(asked.Core, Protocol):
    """Questions in place of forms, and what concerns a chat as a whole."""

    async def ask_for_prompt(self, origin: Origin) -> None: ...

    async def ask_for_edit(
        self, origin: Origin, generation_id: str, *, quiet: bool
    ) -> Toast | None: ...

    async def offer(self, origin: Origin) -> None: ...

    async def offer_again(
        self, origin: Origin, generation_id: str | None, status_message: str | None
    ) -> None: ...

    async def help(self, origin: Origin, *, start: bool, call: str | None = None) -> None: ...

    async def chat_moved(self, platform: str, old: str, new: str) -> None: ...
