"""Telegram, whole: the messenger for what goes out, polling or a webhook for what comes in."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from telegram.error import InvalidToken, TelegramError

from bot.adapters.telegram.acknowledge import Acknowledgements
from bot.adapters.telegram.admins import Admins
from bot.adapters.telegram.asked import Core
from bot.adapters.telegram.client import make_bot, make_requests
from bot.adapters.telegram.gate import FloodGate
from bot.adapters.telegram.handlers import Handlers
from bot.adapters.telegram.intake import HANDLER_PAUSES, Intake
from bot.adapters.telegram.menus import publish_menus
from bot.adapters.telegram.messenger import TelegramMessenger
from bot.adapters.telegram.origin import PLATFORM
from bot.adapters.telegram.pictures import TelegramPictures
from bot.adapters.telegram.poll import POLL_PAUSES, Poller
from bot.adapters.telegram.webhook import Webhook, WebhookAddress
from bot.core.errors import StartupError
from bot.core.log import Log

DEFAULT_API_BASE = "https://api.telegram.org"


class TelegramAdapter:
    """`messenger` works from the start; `run()` brings in what people write, by polling unless
    there is a `webhook`. `files` finds what is to be sent as a file."""

    def __init__(
        self,
        *,
        token: str,
        api_base: str | None,
        proxy: str | None,
        core: Core,
        files: Callable[[str], Path],
        log: Log,
        webhook: WebhookAddress | None = None,
        poll_pauses: Sequence[float] = POLL_PAUSES,
        handler_pauses: Sequence[float] = HANDLER_PAUSES,
    ) -> None:
        calls, self._polls = make_requests(proxy)
        self._bot = make_bot(token, api_base or DEFAULT_API_BASE, calls, self._polls)
        self._core = core
        self._log = log
        self._webhook = webhook
        self._poll_pauses = poll_pauses
        self._handler_pauses = handler_pauses
        gate = FloodGate()
        self._acknowledgements = Acknowledgements(self._bot, gate, log)
        self._admins = Admins(self._bot, log)
        self._messenger = TelegramMessenger(
            self._bot,
            gate,
            log,
            files=files,
            on_move=lambda old, new: core.chat_moved(PLATFORM, old, new),
        )

    @property
    def pictures(self) -> TelegramPictures:
        return TelegramPictures(self._bot)

    @property
    def messenger(self) -> TelegramMessenger:
        return self._messenger

    async def run(self) -> None:
        """Work until cancelled. Raises StartupError when Telegram refuses the token or the
        webhook, or the webhook's port is taken."""
        menus: asyncio.Task[None] | None = None
        try:
            await self._until_it_works(self._sign_in)
            menus = asyncio.create_task(publish_menus(self._bot, self._log))
            await self._receive()
        finally:
            if menus is not None:
                menus.cancel()
                await asyncio.gather(menus, return_exceptions=True)
            await self._acknowledgements.close()
            await self._messenger.close()
            await self._bot.shutdown()

    async def _receive(self) -> None:
        if self._webhook is None:
            await self._until_it_works(self._drop_webhook)
            self._log.info("telegram_ready", bot=self._bot.username)
            await Poller(
                self._bot, self._polls, self._intake(), self._log, poll_pauses=self._poll_pauses
            ).run()
            return
        webhook = Webhook(self._bot, self._intake(), self._log, self._webhook)
        # Listening first: Telegram posts what waits as soon as it knows where to.
        async with webhook.listening() as ended:
            await self._until_it_works(webhook.register)
            self._log.info("telegram_ready", bot=self._bot.username)
            # Shielded: cancelled itself it would log a traceback.
            await asyncio.shield(ended)

    def _intake(self) -> Intake:
        handlers = Handlers(
            self._core,
            bot_id=self._bot.id,
            bot_username=self._bot.username,
            acknowledge=self._acknowledgements,
            is_admin=self._admins,
        )
        return Intake(self._bot, handlers, self._log, self._handler_pauses)

    async def _until_it_works(self, step: Callable[[], Awaitable[None]]) -> None:
        """Telegram may be unreachable when a home server starts; that is no reason to give up."""
        failures = 0
        while True:
            try:
                return await step()
            except InvalidToken:
                # Its text contains the token.
                raise StartupError(
                    "Telegram refuses the token: check ZDRAW_TELEGRAM_TOKEN with @BotFather",
                    os.EX_CONFIG,
                ) from None
            except TelegramError as error:
                if failures == 0:
                    self._log.warning("telegram_unreachable", error=type(error).__name__)
                await asyncio.sleep(self._poll_pauses[min(failures, len(self._poll_pauses) - 1)])
                failures += 1

    async def _sign_in(self) -> None:
        await self._bot.initialize()

    async def _drop_webhook(self) -> None:
        """With a webhook set, polling gets nothing but conflicts."""
        if (await self._bot.get_webhook_info()).url:
            await self._bot.delete_webhook()
            self._log.warning("webhook_removed")
