"""The polling loop. An update is confirmed, by the offset of the next getUpdates, only after its
handler has committed its effect; a crash before that makes Telegram deliver it again."""

import asyncio
import json
import time
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from telegram import Bot
from telegram.error import Conflict, InvalidToken, NetworkError, RetryAfter
from telegram.request import BaseRequest

from bot.adapters.telegram.failures import retry_seconds
from bot.adapters.telegram.intake import ALLOWED_UPDATES, Intake, is_update
from bot.core.log import Log

LONG_POLL_SECONDS = 50
#: How long the answer to a long poll may take beyond its own time.
POLL_GRACE_SECONDS = 10.0
#: Pauses after polls that failed one after the other; the last one repeats.
POLL_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
FAREWELL_SECONDS = 2.0


class Poller:
    """Fetches updates and runs their handlers in order."""

    def __init__(
        self,
        bot: Bot,
        request: BaseRequest,
        intake: Intake,
        log: Log,
        *,
        poll_pauses: Sequence[float] = POLL_PAUSES,
    ) -> None:
        self._bot = bot
        self._request = request
        self._intake = intake
        self._log = log
        self._poll_pauses = poll_pauses
        self._failures = 0
        #: One more than the last update whose effect is committed; None before the first.
        self._offset: int | None = None
        self._confirmed: int | None = None

    async def run(self) -> None:
        """Poll until cancelled."""
        try:
            while True:
                updates, received = await self._fetch(), time.monotonic()
                for raw in updates:
                    await self._intake.take(raw, received)
                    self._offset = raw["update_id"] + 1
        finally:
            await self._farewell()

    async def _fetch(self) -> list[dict[str, Any]]:
        """The next updates, or none after a failure and a pause."""
        try:
            updates = await self._get_updates(LONG_POLL_SECONDS)
        except Exception as error:
            # Whatever it is: a bot that cannot poll now can poll later.
            await self._pause(error)
            return []
        if self._failures:
            self._log.info("telegram_is_back", failures=self._failures)
            self._failures = 0
        return updates

    async def _get_updates(self, seconds: int, limit: int = 100) -> list[dict[str, Any]]:
        # Not Bot.get_updates: it parses the batch as a whole, so that one update that it cannot
        # read would hide all others for ever, and it logs what people wrote.
        query = {"timeout": seconds, "limit": limit, "allowed_updates": json.dumps(ALLOWED_UPDATES)}
        if self._offset is not None:
            query["offset"] = self._offset
        updates: Any = await self._request.post(
            f"{self._bot.base_url}/getUpdates?{urlencode(query)}",
            read_timeout=seconds + POLL_GRACE_SECONDS,
        )
        if not isinstance(updates, list) or not all(map(is_update, updates)):
            raise NetworkError("these are no updates")
        self._confirmed = self._offset
        return updates

    async def _pause(self, error: Exception) -> None:
        seconds = self._poll_pauses[min(self._failures, len(self._poll_pauses) - 1)]
        if isinstance(error, RetryAfter):
            seconds = retry_seconds(error)
        if self._failures == 0:
            # Once for each outage; and never the error's text, which may contain the token.
            self._log.warning(_event_of(error), error=type(error).__name__)
        self._failures += 1
        await asyncio.sleep(seconds)

    async def _farewell(self) -> None:
        """Confirm what was handled, so that the next start need not look at it again."""
        if self._offset == self._confirmed:
            return
        try:
            async with asyncio.timeout(FAREWELL_SECONDS):
                await self._get_updates(0, limit=1)
        except Exception as error:
            # It comes again and is recognised by its key.
            self._log.info("updates_not_confirmed", error=type(error).__name__)


def _event_of(error: Exception) -> str:
    if isinstance(error, Conflict):
        return "another_program_uses_this_telegram_token"
    if isinstance(error, InvalidToken):
        return "telegram_refuses_the_token"
    return "telegram_unreachable"
