"""Buttons find their way by what they carry, also after a restart, and next year."""

import re
from typing import Any, Protocol, cast

import discord

from bot.adapters.discord.press_id import MARK, TEMPLATE, press_of
from bot.core.press import Press


class Presses(Protocol):
    """Whoever takes presses; see desk.py."""

    async def press(self, interaction: discord.Interaction[Any], press: Press | None) -> None: ...


class PressedButton(discord.ui.DynamicItem[discord.ui.Button[Any]], template=TEMPLATE):
    """Any of our buttons, made when it is pressed."""

    def __init__(self, button: discord.ui.Button[Any], carried: str) -> None:
        super().__init__(button)
        self._carried = carried

    @classmethod
    async def from_custom_id(
        cls,
        interaction: discord.Interaction[Any],
        item: discord.ui.Item[Any],
        match: re.Match[str],
        /,
    ) -> "PressedButton":
        return cls(cast("discord.ui.Button[Any]", item), MARK + match["rest"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        desk: Presses = interaction.client.desk
        await desk.press(interaction, press_of(self._carried))
