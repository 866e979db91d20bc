"""One update at a time, however it came: tried until its effect is committed."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from telegram import Bot, Update

from bot.adapters.shared.trouble import trouble
from bot.adapters.telegram.handlers import Handlers
from bot.core.log import Log

#: What Telegram is asked for.
ALLOWED_UPDATES = ("message", "callback_query")
#: Pauses between the attempts at one update.
HANDLER_PAUSES = (0.1, 0.5, 2.0)


class Intake:
    """Runs the handlers. What fails again and again is skipped with an apology; while not even
    that can be kept, the database is down and nothing is skipped."""

    def __init__(
        self, bot: Bot, handlers: Handlers, log: Log, pauses: Sequence[float] = HANDLER_PAUSES
    ) -> None:
        self._bot = bot
        self._handlers = handlers
        self._log = log
        self._pauses = pauses

    async def take(self, raw: dict[str, Any], received: float) -> None:
        """Returns when the update's effect is committed, or it is known to have none.
        `received`: time.monotonic() of its arrival."""
        told = False
        while not await self.attempt(raw, received, told=told):
            told = True

    async def attempt(self, raw: dict[str, Any], received: float, *, told: bool = False) -> bool:
        """The same, but False where nothing could be kept. `told`: its failure was logged."""
        try:
            update = Update.de_json(raw, self._bot)
        except Exception as error:
            self._log.error("update_unreadable", update_id=raw["update_id"], **trouble(error))
            return True
        for pause in self._pauses:
            try:
                await self._handlers.handle(update, waited=time.monotonic() - received)
            except Exception as error:
                if not told:
                    self._log.error("update_failed", update_id=update.update_id, **trouble(error))
                    told = True
                await asyncio.sleep(pause)
            else:
                return True
        try:
            await self._handlers.apologise(update)
        except Exception:
            return False
        self._log.error("update_skipped", update_id=update.update_id)
        return True


def is_update(raw: object) -> bool:
    return isinstance(raw, dict) and isinstance(raw.get("update_id"), int)
