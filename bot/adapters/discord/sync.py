"""Publishes the commands, and only when they have changed: Discord limits how often that may be
done, and shows old ones for a while each time."""

import asyncio
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import discord
from discord import app_commands

from bot.adapters.discord.failures import NETWORK_ERRORS
from bot.adapters.shared.trouble import trouble
from bot.core.log import Log

FILE_NAME = "discord-commands.json"
#: Pauses between attempts; the last one repeats.
SYNC_PAUSES = (5.0, 30.0, 300.0)


class CommandSync:
    """What was published last lies in the state folder."""

    def __init__(self, state_dir: Path, log: Log) -> None:
        self._file = state_dir / FILE_NAME
        self._log = log

    async def run(self, tree: app_commands.CommandTree[Any]) -> None:
        """Returns when Discord has them."""
        attempt = 0
        while not await self._published(tree):
            await asyncio.sleep(SYNC_PAUSES[min(attempt, len(SYNC_PAUSES) - 1)])
            attempt += 1

    async def _published(self, tree: app_commands.CommandTree[Any]) -> bool:
        """False if it should be tried again."""
        print_ = await fingerprint(tree)
        if await asyncio.to_thread(self._known) == print_:
            return True
        try:
            await tree.sync()
        except app_commands.CommandSyncFailure as error:
            # Ours, not Discord's: it would refuse them again.
            self._log.error("commands_refused", **trouble(error))
            return True
        except (discord.DiscordException, *NETWORK_ERRORS) as error:
            self._log.warning("commands_not_published", error=type(error).__name__)
            return False
        await asyncio.to_thread(self._remember, print_)
        self._log.info("commands_published")
        return True

    def _known(self) -> dict[str, str] | None:
        try:
            known: dict[str, str] = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return known

    def _remember(self, print_: dict[str, str]) -> None:
        try:
            new = self._file.with_suffix(".new")
            new.write_text(json.dumps(print_), encoding="utf-8")
            os.replace(new, self._file)
        except OSError as error:
            # The next start publishes them once more.
            self._log.warning("commands_not_noted", reason=error.strerror)


async def payload(tree: app_commands.CommandTree[Any]) -> list[dict[str, Any]]:
    """What Discord is told, in all languages."""
    translator = tree.translator
    assert translator is not None, "set before"
    commands = tree.get_commands()
    return [await command.get_translated_payload(tree, translator) for command in commands]


async def fingerprint(tree: app_commands.CommandTree[Any]) -> dict[str, str]:
    """The same for the same commands of the same application."""
    text = json.dumps(await payload(tree), sort_keys=True, ensure_ascii=False)
    return {
        "application": str(tree.client.application_id),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
