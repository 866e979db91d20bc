"""Publishes the commands, and only when Discord has others: it limits how often that may be done,
and shows old ones for a while each time."""

import asyncio
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from discord import app_commands

from bot.adapters.discord.failures import CALL_ERRORS
from bot.adapters.shared.trouble import trouble
from bot.core.log import Log

FILE_NAME = "discord-commands.json"
#: Pauses between attempts; the last one repeats.
SYNC_PAUSES = (5.0, 30.0, 300.0)


class CommandSync:
    """What was published last, and what Discord has made of it, lies in the state folder."""

    def __init__(self, state_dir: Path, log: Log) -> None:
        self._file = state_dir / FILE_NAME
        self._log = log
        #: Looked at once in the life of a process.
        self._done = False

    async def run(self, tree: app_commands.CommandTree[Any]) -> None:
        """Returns when Discord has them."""
        attempt = 0
        while not self._done:
            self._done = await self._published(tree)
            if not self._done:
                await asyncio.sleep(SYNC_PAUSES[min(attempt, len(SYNC_PAUSES) - 1)])
                attempt += 1

    async def _published(self, tree: app_commands.CommandTree[Any]) -> bool:
        """False if it should be tried again."""
        try:
            ours = await digest(tree)
            known = await asyncio.to_thread(self._known)
            if known == {"sha256": ours, "published": await _published_ones(tree)}:
                return True
            await tree.sync()
            noted = {"sha256": ours, "published": await _published_ones(tree)}
        except app_commands.CommandSyncFailure as error:
            # Ours, not Discord's: it would refuse them again.
            self._log.error("commands_refused", **trouble(error))
            return True
        except CALL_ERRORS as error:
            self._log.warning("commands_not_published", **trouble(error))
            return False
        await asyncio.to_thread(self._remember, noted)
        self._log.info("commands_published")
        return True

    def _known(self) -> dict[str, Any] | None:
        try:
            known: dict[str, Any] = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return known

    def _remember(self, noted: dict[str, Any]) -> None:
        try:
            new = self._file.with_suffix(".new")
            new.write_text(json.dumps(noted), encoding="utf-8")
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


async def digest(tree: app_commands.CommandTree[Any]) -> str:
    """The same for the same commands."""
    text = json.dumps(await payload(tree), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


async def _published_ones(tree: app_commands.CommandTree[Any]) -> dict[str, str]:
    """What Discord has: the version of each command by its id. A version is another one when
    anybody has changed the command."""
    client = tree.client
    assert client.application_id is not None, "signed in"
    found = await client.http.get_global_commands(client.application_id)
    return {str(one["id"]): str(one["version"]) for one in found}
