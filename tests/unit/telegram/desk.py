"""Handlers between people of a Telegram that is not running and a core that only notes."""

import time
from dataclasses import dataclass, field
from typing import Any

from telegram import Update

from bot.adapters.telegram.handlers import Handlers
from tests.fakes.recording_core import RecordingCore
from tests.fakes.telegram_api import FakeTelegram

GROUP = -1001


@dataclass
class Desk:
    """`people` act, `work()` handles it, `core` and `acknowledged` say what came of it."""

    telegram: FakeTelegram = field(default_factory=FakeTelegram)
    core: RecordingCore = field(default_factory=RecordingCore)
    acknowledged: list[tuple[str, str | None]] = field(default_factory=list)
    #: (chat, person) of the admins.
    admins: set[tuple[str, int]] = field(default_factory=set)
    #: Telegram does not say who is.
    silent: bool = False
    #: How often somebody's rights were asked for.
    lookups: int = 0
    now: float = field(default_factory=time.time)

    def __post_init__(self) -> None:
        self.people = self.telegram.people
        self.handlers = Handlers(
            self.core,
            bot_id=self.telegram.bot_id,
            bot_username=self.telegram.username,
            acknowledge=lambda query, text: self.acknowledged.append((query, text)),
            is_admin=self._is_admin,
            clock=lambda: self.now,
        )

    async def work(self, *, waited: float = 0.0) -> RecordingCore:
        """Handle everything that people did."""
        for update in self.updates():
            await self.handlers.handle(update, waited=waited)
        return self.core

    async def _is_admin(self, chat: str, person: int) -> bool | None:
        self.lookups += 1
        return None if self.silent else (chat, person) in self.admins

    def updates(self) -> list[Update]:
        queued = self.telegram.updates.history.values()
        return [Update.de_json({"update_id": q.update_id, **q.payload}, None) for q in queued]

    def bot_says(self, text: str, chat: int, **content: Any) -> int:
        world = self.telegram.world
        return world.add(world.chat(chat), world.bot, text=text, **content).message_id
