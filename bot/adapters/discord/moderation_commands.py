"""`/admin ban`, `unban`, `here` and `words`."""

from collections.abc import Mapping
from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.adapters.discord.desk import Desk
from bot.adapters.discord.moderation_words import RULES, SWITCHES
from bot.adapters.discord.options import options
from bot.adapters.discord.words import choices
from bot.core.admin.ban_syntax import MAX_REASON

MAX_DURATION = 30
#: Of words to forbid, or of a prompt that is tried.
MAX_TEXT = 1000

Interaction = discord.Interaction[Any]
Callback = Any


def moderation_callbacks(desk: Desk) -> Mapping[str, Callback]:
    """By the names that the core knows them by."""
    return {
        "ban": _ban(desk),
        "unban": _unban(desk),
        "here": _here(desk),
        "words": _words(desk),
    }


def _ban(desk: Desk) -> Callback:
    @options("banned", "duration", "why", "everywhere")
    async def ban(
        interaction: Interaction,
        banned: discord.User | None = None,
        duration: Range[str, 0, MAX_DURATION] = "",
        why: Range[str, 0, MAX_REASON] = "",
        everywhere: bool = False,
    ) -> None:
        # Said in any case, or a reason such as 「3 次刷屏」 would be read as one.
        order = f"{duration or '1d'} {why}" if banned or duration or why else "list"
        words = _everywhere(order, everywhere)
        person, called = (banned.id, banned.name.lower()) if banned else (None, "")
        await desk.manage(interaction, "ban", words, person=person, called=called)

    return ban


def _unban(desk: Desk) -> Callback:
    @options("user", "everywhere")
    async def unban(interaction: Interaction, user: discord.User, everywhere: bool = False) -> None:
        await desk.manage(interaction, "unban", _everywhere("", everywhere), person=user.id)

    return unban


def _here(desk: Desk) -> Callback:
    @options("switch", "group")
    @app_commands.choices(switch=choices(SWITCHES))
    async def here(
        interaction: Interaction, switch: Choice[str] | None = None, group: bool = False
    ) -> None:
        words = f"{switch.value} {'group' if group else ''}" if switch else ""
        await desk.manage(interaction, "here", words)

    return here


def _words(desk: Desk) -> Callback:
    @options("rule", "text", "everywhere")
    @app_commands.choices(rule=choices(RULES))
    async def words(
        interaction: Interaction,
        rule: str,
        text: Range[str, 0, MAX_TEXT] = "",
        everywhere: bool = False,
    ) -> None:
        await desk.manage(interaction, "words", _everywhere(f"{rule} {text}", everywhere))

    return words


def _everywhere(words: str, everywhere: bool) -> str:
    return f"all {words}" if everywhere else words
