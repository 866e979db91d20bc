"""Telegram, whole: the messenger for what goes out, the polling loop for what comes in."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence

from telegram import BotCommand
from telegram.error import InvalidToken, TelegramError

from bot.adapters.telegram.acknowledge import Acknowledgements
from bot.adapters.telegram.client import make_bot, make_requests
from bot.adapters.telegram.gate import FloodGate
from bot.adapters.telegram.handlers import Core, Handlers
from bot.adapters.telegram.messenger import TelegramMessenger
from bot.adapters.telegram.poll import HANDLER_PAUSES, POLL_PAUSES, Poller
from bot.core.commands import COMMANDS
from bot.core.errors import StartupError
from bot.core.log import Log

DEFAULT_API_BASE = "https://api.telegram.org"


class TelegramAdapter:
    """`messenger` works from the start; `run()` brings in what people write."""

    def __init__(
        self,
        *,
        token: str,
        api_base: str | None,
        proxy: str | None,
        core: Core,
        log: Log,
        poll_pauses: Sequence[float] = POLL_PAUSES,
        handler_pauses: Sequence[float] = HANDLER_PAUSES,
    ) -> None:
        calls, self._polls = make_requests(proxy)
        self._bot = make_bot(token, api_base or DEFAULT_API_BASE, calls, self._polls)
        self._core = core
        self._log = log
        self._poll_pauses = poll_pauses
        self._handler_pauses = handler_pauses
        gate = FloodGate()
        self._acknowledgements = Acknowledgements(self._bot, gate, log)
        self._messenger = TelegramMessenger(self._bot, gate, log)

    @property
    def messenger(self) -> TelegramMessenger:
        return self._messenger

    async def run(self) -> None:
        """Work until cancelled. Raises StartupError when Telegram refuses the token."""
        try:
            await self._until_it_works(self._sign_in)
            await self._until_it_works(self._drop_webhook)
            self._log.info("telegram_ready", bot=self._bot.username)
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(self._publish_menu())
                tasks.create_task(self._poller().run())
        finally:
            await self._acknowledgements.close()
            await self._messenger.close()
            await self._bot.shutdown()

    def _poller(self) -> Poller:
        handlers = Handlers(
            self._core,
            bot_id=self._bot.id,
            bot_username=self._bot.username,
            acknowledge=self._acknowledgements,
        )
        return Poller(
            self._bot,
            self._polls,
            handlers,
            self._log,
            poll_pauses=self._poll_pauses,
            handler_pauses=self._handler_pauses,
        )

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

    async def _publish_menu(self) -> None:
        """The list that Telegram shows while a person types `/`."""
        try:
            for language, commands in menus().items():
                await self._bot.set_my_commands(commands, language_code=language)
        except TelegramError as error:
            # Commands work without it, and the next start tries again.
            self._log.warning("menu_not_published", error=type(error).__name__)


def menus() -> dict[str | None, list[BotCommand]]:
    """By language; None is for everybody else."""
    return {
        None: [BotCommand(command.name, command.meaning_en) for command in COMMANDS],
        "zh": [BotCommand(command.name, command.meaning_zh) for command in COMMANDS],
    }
