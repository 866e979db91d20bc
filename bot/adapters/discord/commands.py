"""The slash commands: what is registered works, and nothing else is registered."""

import asyncio
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.adapters.discord.admin_commands import admin_commands
from bot.adapters.discord.desk import Desk
from bot.adapters.discord.options import options
from bot.adapters.discord.words import (
    CHANGE_PICTURE,
    COMMANDS,
    ratio_choices,
    strength_choices,
)
from bot.core.draw_options import MAX_SEED
from engine.contract import MAX_PICTURES
from engine.profiles import Profile

#: Discord's whole numbers are those of JavaScript. A larger seed can be written in the prompt.
LARGEST_SEED = min(MAX_SEED, 2**53 - 1)
#: Nobody waits longer for a completion, and after three Discord takes none.
COMPLETION_SECONDS = 2.0
LARGEST_GUIDANCE = float(Profile.max_guidance)
NAMES = frozenset(COMMANDS)

Interaction = discord.Interaction[Any]
Callback = Any
T = TypeVar("T")


def all_commands(
    desk: Desk,
) -> list[app_commands.Command[Any, ..., None] | app_commands.Group | app_commands.ContextMenu]:
    return [
        _command("draw", _draw(desk)),
        _command("edit", _edit(desk)),
        _menu(desk),
        _command("again", _again(desk)),
        _command("cancel", _cancel(desk)),
        _command("queue", _queue(desk)),
        _command("show", _show(desk)),
        _command("loras", _loras(desk)),
        _command("info", _info(desk)),
        _command("history", _history(desk)),
        _command("export", _export(desk)),
        _command("forget", _forget(desk)),
        _command("quota", _quota(desk)),
        _command("help", _help(desk)),
        admin_commands(desk),
    ]


def _command(name: str, callback: Callback) -> app_commands.Command[Any, ..., None]:
    """Offered in guilds, in the chat with the bot and, to those who have installed it for
    themselves, everywhere."""
    shown, description = COMMANDS[name]
    return app_commands.Command(
        name=shown,
        description=description,
        callback=callback,
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=True
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )


def _draw(desk: Desk) -> Callback:
    @options(
        *("prompt", "ratio", "count", "negative", "seed", "steps", "guidance", "enhance", "lora"),
        *("spoiler", "private"),
    )
    @app_commands.choices(ratio=ratio_choices())
    @app_commands.autocomplete(lora=_known_loras(desk))
    async def draw(
        interaction: Interaction,
        prompt: str,
        ratio: str | None = None,
        count: Range[int, 1, MAX_PICTURES] | None = None,
        negative: str | None = None,
        seed: Range[int, 0, LARGEST_SEED] | None = None,
        steps: Range[int, Profile.min_steps, Profile.max_steps] | None = None,
        guidance: Range[float, 0.0, LARGEST_GUIDANCE] | None = None,
        enhance: bool | None = None,
        lora: str | None = None,
        spoiler: bool = False,
        private: bool = False,
    ) -> None:
        given: dict[str, str | int | float | None] = {
            "ratio": ratio,
            "count": count,
            "negative": negative,
            "seed": seed,
            "steps": steps,
            "guidance": guidance,
            "enhance": enhance,
            "loras": lora,
        }
        await desk.draw(interaction, prompt, given, spoiler=spoiler, private=private)

    return draw


def _known_loras(desk: Desk) -> Callback:
    async def known(_: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        return desk.loras.named(typed)

    return known


def _menu(desk: Desk) -> app_commands.ContextMenu:
    """What the menu of any message offers."""

    async def change(interaction: Interaction, message: discord.Message) -> None:
        await desk.edits.open_form(interaction, message)

    return app_commands.ContextMenu(
        name=CHANGE_PICTURE,
        callback=change,
        allowed_contexts=app_commands.AppCommandContext(
            guild=True, dm_channel=True, private_channel=True
        ),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
    )


def _edit(desk: Desk) -> Callback:
    @options(
        *("image", "prompt", "strength", "mask", "ratio", "count", "negative", "seed", "steps"),
        *("guidance", "enhance", "lora", "spoiler", "private"),
    )
    @app_commands.choices(ratio=ratio_choices(), strength=strength_choices())
    @app_commands.autocomplete(lora=_known_loras(desk))
    async def edit(
        interaction: Interaction,
        image: discord.Attachment,
        prompt: str,
        strength: str | None = None,
        mask: discord.Attachment | None = None,
        ratio: str | None = None,
        count: Range[int, 1, MAX_PICTURES] | None = None,
        negative: str | None = None,
        seed: Range[int, 0, LARGEST_SEED] | None = None,
        steps: Range[int, Profile.min_steps, Profile.max_steps] | None = None,
        guidance: Range[float, 0.0, LARGEST_GUIDANCE] | None = None,
        enhance: bool | None = None,
        lora: str | None = None,
        spoiler: bool = False,
        private: bool = False,
    ) -> None:
        given: dict[str, str | int | float | None] = {
            "strength": strength,
            "ratio": ratio,
            "count": count,
            "negative": negative,
            "seed": seed,
            "steps": steps,
            "guidance": guidance,
            "enhance": enhance,
            "loras": lora,
        }
        await desk.edits.edit(
            interaction, prompt, image, mask, given, spoiler=spoiler, private=private
        )

    return edit


def _again(desk: Desk) -> Callback:
    @options("id", "private")
    async def again(
        interaction: Interaction,
        id_: str | None = None,
        private: bool = False,
    ) -> None:
        await desk.again(interaction, id_, private=private)

    return again


def _cancel(desk: Desk) -> Callback:
    async def live_ones(interaction: Interaction, typed: str) -> list[app_commands.Choice[str]]:
        try:
            async with asyncio.timeout(COMPLETION_SECONDS):
                return await desk.live_ones(interaction, typed)
        except Exception:
            # discord.py would log a traceback for each letter, with what people wrote. Trouble
            # with the database is told of where it stops something.
            return []

    @options("id", "all")
    @app_commands.autocomplete(id_=live_ones)
    async def cancel(
        interaction: Interaction,
        id_: str | None = None,
        all_: bool = False,
    ) -> None:
        await desk.cancel(interaction, id_, all_=all_)

    return cancel


def _queue(desk: Desk) -> Callback:
    async def queue(interaction: Interaction) -> None:
        await desk.queue(interaction)

    return queue


def _show(desk: Desk) -> Callback:
    @options("id", "private")
    async def show(
        interaction: Interaction,
        id_: str | None = None,
        private: bool = False,
    ) -> None:
        await desk.show(interaction, id_, private=private)

    return show


def _loras(desk: Desk) -> Callback:
    async def loras(interaction: Interaction) -> None:
        await desk.loras.tell(interaction)

    return loras


def _info(desk: Desk) -> Callback:
    @options("id")
    async def info(
        interaction: Interaction,
        id_: str | None = None,
    ) -> None:
        await desk.data.info(interaction, id_)

    return info


def _history(desk: Desk) -> Callback:
    async def history(interaction: Interaction) -> None:
        await desk.data.history(interaction)

    return history


def _export(desk: Desk) -> Callback:
    async def export(interaction: Interaction) -> None:
        await desk.data.export(interaction)

    return export


def _forget(desk: Desk) -> Callback:
    async def forget(interaction: Interaction) -> None:
        await desk.data.ask_to_forget(interaction)

    return forget


def _quota(desk: Desk) -> Callback:
    async def quota(interaction: Interaction) -> None:
        await desk.manage(interaction, "quota")

    return quota


def _help(desk: Desk) -> Callback:
    async def help_(interaction: Interaction) -> None:
        await desk.help(interaction)

    return help_
