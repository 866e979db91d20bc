"""`/admin`, for those who keep order: each command writes the words that the core reads."""

from typing import Any

import discord
from discord import app_commands
from discord.app_commands import Choice, Range

from bot.adapters.discord.admin_words import (
    ADMIN,
    ADMIN_COMMANDS,
    APPOINTING,
    SETTINGS,
    SIGNS,
)
from bot.adapters.discord.desk import Desk
from bot.adapters.discord.moderation_commands import moderation_callbacks
from bot.adapters.discord.options import options
from bot.adapters.discord.words import choices
from bot.adapters.shared.named_id import named_id
from bot.core.admin.pause import MAX_REASON as MAX_PAUSE_REASON
from bot.core.admin.quota_syntax import MAX_REASON, MAX_UNITS
from bot.core.admin.weight import LEAST, MOST

#: Longer than any zone's name.
MAX_VALUE = 40
#: In place of an option that says what is to be done: without it the others must not be read as
#: an order. No command understands it, and each says how it is used.
UNCLEAR = "?"

Interaction = discord.Interaction[Any]
Callback = Any


def admin_commands(desk: Desk) -> app_commands.Group:
    """Discord shows it to those who manage the guild; who may is checked by the core as well."""
    name, description = ADMIN
    group = app_commands.Group(
        name=name,
        description=description,
        default_permissions=discord.Permissions(manage_guild=True),
        # In private, where Discord shows it to everybody: for those who run all groups and do
        # not manage a guild.
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )
    callbacks = {
        "quota": _quota(desk),
        "audit": _audit(desk),
        "staff": _staff(desk),
        "pause": _pause(desk),
        "resume": _resume(desk),
        "clear": _clear(desk),
        "group": _group(desk),
        "job": _job(desk),
        "weight": _weight(desk),
        **moderation_callbacks(desk),
    }
    for command, callback in callbacks.items():
        shown, described = ADMIN_COMMANDS[command]
        group.add_command(
            app_commands.Command(name=shown, description=described, callback=callback)
        )
    return group


def _quota(desk: Desk) -> Callback:
    @options("change", "user", "pool", "amount", "reason")
    @app_commands.choices(change=choices(SIGNS))
    async def quota(
        interaction: Interaction,
        change: str | None = None,
        user: discord.User | None = None,
        pool: bool = False,
        amount: Range[float, 0.0, float(MAX_UNITS)] | None = None,
        reason: Range[str, 0, MAX_REASON] = "",
    ) -> None:
        number = f"{amount:.2f}" if amount is not None else "默认"
        said = (change, number, reason) if change else (UNCLEAR,) if amount or reason else ()
        words = " ".join(filter(None, ("群" if pool else "", *said)))
        await desk.manage(interaction, "quota", words, person=user.id if user else None)

    return quota


def _group(desk: Desk) -> Callback:
    @options("setting", "value")
    @app_commands.choices(setting=choices(SETTINGS))
    async def group(
        interaction: Interaction, setting: str = "", value: Range[str, 0, MAX_VALUE] = ""
    ) -> None:
        words = f"{setting} {value}" if setting else UNCLEAR if value else ""
        await desk.manage(interaction, "group", words)

    return group


def _audit(desk: Desk) -> Callback:
    @options("user", "everywhere")
    async def audit(
        interaction: Interaction, user: discord.User | None = None, everywhere: bool = False
    ) -> None:
        words = "all" if everywhere else ""
        await desk.manage(interaction, "audit", words, person=user.id if user else None)

    return audit


def _staff(desk: Desk) -> Callback:
    @options("appoint", "user")
    @app_commands.choices(appoint=choices(APPOINTING))
    async def staff(
        interaction: Interaction,
        appoint: Choice[str] | None = None,
        user: discord.User | None = None,
    ) -> None:
        words = appoint.value if appoint else ""
        await desk.manage(interaction, "staff", words, person=user.id if user else None)

    return staff


def _pause(desk: Desk) -> Callback:
    @options("reason")
    async def pause(interaction: Interaction, reason: Range[str, 0, MAX_PAUSE_REASON] = "") -> None:
        await desk.manage(interaction, "pause", reason)

    return pause


def _resume(desk: Desk) -> Callback:
    async def resume(interaction: Interaction) -> None:
        await desk.manage(interaction, "resume")

    return resume


def _clear(desk: Desk) -> Callback:
    @options("everywhere")
    async def clear(interaction: Interaction, everywhere: bool = False) -> None:
        await desk.manage(interaction, "clear", "all" if everywhere else "")

    return clear


def _job(desk: Desk) -> Callback:
    @options("id", "everywhere")
    async def job(
        interaction: Interaction,
        id_: str | None = None,
        everywhere: bool = False,
    ) -> None:
        # With its # it is an id and nothing else, whatever it says.
        words = f"#{named}" if (named := named_id(id_)) else "all" if everywhere else ""
        await desk.manage(interaction, "job", words)

    return job


def _weight(desk: Desk) -> Callback:
    @options("user", "weight")
    async def weight(
        interaction: Interaction,
        user: discord.User,
        weight: Range[float, LEAST, MOST] | None = None,
    ) -> None:
        words = "" if weight is None else f"{weight:.2f}"
        await desk.manage(interaction, "weight", words, person=user.id)

    return weight
