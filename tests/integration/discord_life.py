"""Runs of zdraw between real rows and a Discord on loopback; the test is the engine."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import structlog

from bot import wiring
from bot.adapters.discord.adapter import DiscordAdapter
from bot.core.generation import Delivery, Generation
from bot.settings import BotSettings
from bot.store.database import Database
from bot.wiring import Core, assemble
from tests.builders import ManualClock
from tests.fakes.discord_api import FakeDiscord, Interaction, Message
from tests.integration.waiting import eventually
from tests.stores import Store, sqlite_url, store_over

GUILD, CHANNEL = 7, 70
PRIVATE_CHAT = 90
ANNA, BORIS = 1, 2
PROMPT = "一个红色的圆"
MINUTE = 60_000
PAUSES = (0.05,)


def furnish(discord: FakeDiscord) -> None:
    discord.people.guild(GUILD)
    discord.people.channel(CHANNEL, guild=GUILD)
    discord.people.private_chat(PRIVATE_CHAT, ANNA, BORIS)


def answer(interaction: Interaction) -> Message:
    """The message with which it was answered."""
    assert interaction.original is not None
    return interaction.original


@dataclass
class Life:
    """One run of the bot."""

    discord: FakeDiscord
    clock: ManualClock
    core: Core
    adapter: DiscordAdapter
    store: Store
    tasks: list[asyncio.Task[None]]

    # --- people -------------------------------------------------------------------------------

    async def ready(self) -> None:
        """The commands are known and the gateway listens."""
        await eventually(self._listens)
        await eventually(lambda: self.discord.world.commands.syncs.get(None))

    def _listens(self) -> bool:
        for task in self.tasks:
            if task.done():
                task.result()
        return any(c.session is not None for c in self.discord.gateway.connections)

    def ask(self, prompt: str = PROMPT, *, user: int = ANNA, **where: Any) -> Interaction:
        """`/draw` in the guild's channel, if nothing else is said."""
        options = {"prompt": prompt, **where.pop("options", {})}
        place = where or {"channel": CHANNEL}
        return self.discord.people.slash("draw", options, user=user, **place)

    async def row(self, interaction: Interaction) -> Generation:
        """What became of it."""
        key = f"discord:{self.discord.application_id}:interaction:{interaction.id}"

        async def look() -> Generation | None:
            found = await self.store.sql("SELECT id FROM generations WHERE event_key = :k", k=key)
            return await self.core.admissions.get(found[0][0]) if found else None

        found: Generation = await eventually(look)
        return found

    async def opened(self, interaction: Interaction) -> Generation:
        """Its status message stands and is noted."""

        async def look() -> Generation | None:
            row = await self.row(interaction)
            return row if row.status_message is not None else None

        found: Generation = await eventually(look)
        return found

    # --- the engine ---------------------------------------------------------------------------

    async def finish(
        self, generation: Generation, pictures: Sequence[bytes] = (b"\x89PNG one",)
    ) -> None:
        started = await self.store.start(generation)
        paths, preview = await self.core.pictures.save(started, pictures, _jpeg(started))
        assert await self.store.outcomes.finish(started.key, paths, preview)
        self.core.news.moved(generation.id)

    async def drawn(self, interaction: Interaction, **more: Any) -> Message:
        """The message that shows its picture."""
        generation = await self.opened(interaction)
        await self.finish(generation, **more)
        await self.settled(generation)
        (message,) = [m for m in self.discord.pictures() if generation.id in m.images[0].filename]
        return message

    async def settled(
        self, generation: Generation, delivery: Delivery = Delivery.DONE
    ) -> Generation:
        async def look() -> Generation | None:
            row = await self.core.admissions.get(generation.id)
            return row if row is not None and row.delivery is delivery else None

        found: Generation = await eventually(look)
        return found


def _jpeg(generation: Generation) -> bytes:
    return b"\xff\xd8 " + generation.id.encode()


@asynccontextmanager
async def living(
    folder: Path,
    discord: FakeDiscord,
    monkeypatch: pytest.MonkeyPatch,
    *,
    clock: ManualClock | None = None,
    token: str | None = None,
    **options: Any,
) -> AsyncIterator[Life]:
    """The bot in `folder`, without its engine; stopped as by SIGTERM."""
    clock = clock or ManualClock()
    monkeypatch.setattr(wiring, "now_ms", clock)
    settings = BotSettings(
        _env_file=None, state_dir=folder, database_url=sqlite_url(folder / "zdraw.db")
    )
    log = structlog.get_logger()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings.database_url))
        core = assemble(settings, database, stack, log)
        adapter = DiscordAdapter(
            token=token or discord.token,
            core=core.desk,
            waiting=core.records,
            find=core.pictures.path,
            state_dir=folder,
            clock=clock,
            log=log,
            **{
                "proxy": None,
                "connect_pauses": PAUSES,
                "api_base": discord.api_base,
                "gateway_url": discord.gateway_url,
                **options,
            },
        )
        core.platforms.messengers["discord"] = adapter.messenger
        core.platforms.erasers["discord"] = adapter.eraser
        data = (core.exporter.run(), core.retention.run())
        shown = (core.deliverer.run(), core.notifier.run(), core.erasures.run())
        loops = [*shown, *data, adapter.run()]
        tasks = [asyncio.create_task(loop) for loop in loops]
        try:
            yield Life(discord, clock, core, adapter, store_over(database), tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
