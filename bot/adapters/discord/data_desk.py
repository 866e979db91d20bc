"""What people ask of what is stored of them. All of it is for their own eyes."""

from typing import Any

import discord

from bot.adapters.discord.reception import Reception, Visit
from bot.adapters.shared.asked import MyData
from bot.adapters.shared.named_id import named_id
from bot.core.messages import Toast


class DataDesk:
    """Translates commands and presses into calls of the core."""

    def __init__(self, data: MyData, reception: Reception) -> None:
        self._data = data
        self._reception = reception

    async def info(self, interaction: discord.Interaction[Any], named: str | None) -> None:
        async def work(visit: Visit) -> None:
            await self._data.info(visit.origin, named_id(named))

        await self._reception.receive(interaction, work, whispered=True)

    async def history(self, interaction: discord.Interaction[Any]) -> None:
        async def work(visit: Visit) -> None:
            await self._data.history(visit.origin)

        await self._reception.receive(interaction, work, whispered=True)

    async def turn(self, interaction: discord.Interaction[Any], named: str, *, newer: bool) -> None:
        async def work(visit: Visit) -> None:
            await self._whisper(visit, await self._data.turn(visit.origin, named, newer=newer))

        await self._reception.receive(interaction, work, whispered=True, in_place=True)

    async def export(self, interaction: discord.Interaction[Any]) -> None:
        async def work(visit: Visit) -> None:
            await self._data.export(visit.origin, limit_bytes=visit.key.upload_bytes)

        await self._reception.receive(interaction, work, whispered=True)

    async def ask_to_forget(self, interaction: discord.Interaction[Any]) -> None:
        async def work(visit: Visit) -> None:
            await self._data.ask_to_forget(visit.origin)

        await self._reception.receive(interaction, work, whispered=True)

    async def forget(self, interaction: discord.Interaction[Any], named: str) -> None:
        async def work(visit: Visit) -> None:
            await self._whisper(visit, await self._data.forget(visit.origin, named))

        await self._reception.receive(interaction, work, whispered=True, in_place=True)

    async def _whisper(self, visit: Visit, said: Toast | None) -> None:
        if said is not None:
            await self._reception.whisper(visit, said.text)
