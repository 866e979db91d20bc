"""LoRA files in Discord: the list of them, and what is offered while a name is typed."""

from typing import Any

import discord
from discord import app_commands

from bot.adapters.discord.reception import Reception, Visit
from bot.adapters.shared.asked import LoraDesk as Asked

#: A completion shows at most 25 of at most 100 characters.
MAX_COMPLETIONS, MAX_COMPLETION = 25, 100


class LoraDesk:
    """Translates commands and completions into calls of the core."""

    def __init__(self, loras: Asked, reception: Reception) -> None:
        self._loras = loras
        self._reception = reception

    async def tell(self, interaction: discord.Interaction[Any]) -> None:
        async def work(visit: Visit) -> None:
            await self._loras.tell(visit.origin)

        await self._reception.receive(interaction, work, whispered=True)

    def named(self, typed: str) -> list[app_commands.Choice[str]]:
        """Those that can be used, for completion. A weight that was typed stays."""
        name, colon, weight = typed.partition(":")
        found = [info for info in self._loras.like(name) if info.problem is None]
        return [
            app_commands.Choice(
                name=" · ".join(filter(None, (info.name, info.title)))[:MAX_COMPLETION],
                value=f"{info.name}{colon}{weight}"[:MAX_COMPLETION],
            )
            for info in found[:MAX_COMPLETIONS]
        ]
