"""The slash commands: what is registered works, and nothing else is registered."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import discord
from discord import app_commands
from discord.app_commands import Range

from bot.adapters.discord.desk import Desk
from bot.adapters.discord.words import (
    ADMIN,
    ADMIN_COMMANDS,
    COMMANDS,
    OPTIONS,
    ratio_choices,
    sign_choices,
)
from bot.core.draw_options import MAX_SEED
from bot.core.quota_syntax import MAX_REASON, MAX_UNITS
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
) -> list[app_commands.Command[Any, ..., None] | app_commands.Group]:
    return [
        _command("draw", _draw(desk)),
        _command("again", _again(desk)),
        _command("cancel", _cancel(desk)),
        _command("queue", _queue(desk)),
        _command("show", _show(desk)),
        _command("info", _info(desk)),
        _command("history", _history(desk)),
        _command("export", _export(desk)),
        _command("forget", _forget(desk)),
        _command("quota", _quota(desk)),
        _command("help", _help(desk)),
        _admin(desk),
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


def _options(*names: str) -> Callable[[T], T]:
    """Names and descriptions of a callback's parameters. `all` is called `all_` in Python."""

    def named(callback: T) -> T:
        parameters = {("all_" if name == "all" else name): OPTIONS[name] for name in names}
        renamed = app_commands.rename(**{key: shown for key, (shown, _) in parameters.items()})
        described = app_commands.describe(**{key: text for key, (_, text) in parameters.items()})
        return renamed(described(callback))

    return named


def _draw(desk: Desk) -> Callback:
    @_options(
        "prompt", "ratio", "count", "negative", "seed", "steps", "guidance", "spoiler", "private"
    )
    @app_commands.choices(ratio=ratio_choices())
    async def draw(
        interaction: Interaction,
        prompt: str,
        ratio: str | None = None,
        count: Range[int, 1, MAX_PICTURES] | None = None,
        negative: str | None = None,
        seed: Range[int, 0, LARGEST_SEED] | None = None,
        steps: Range[int, Profile.min_steps, Profile.max_steps] | None = None,
        guidance: Range[float, 0.0, LARGEST_GUIDANCE] | None = None,
        spoiler: bool = False,
        private: bool = False,
    ) -> None:
        options: dict[str, str | int | float | None] = {
            "ratio": ratio,
            "count": count,
            "negative": negative,
            "seed": seed,
            "steps": steps,
            "guidance": guidance,
        }
        await desk.draw(interaction, prompt, options, spoiler=spoiler, private=private)

    return draw


def _again(desk: Desk) -> Callback:
    @_options("id", "private")
    async def again(
        interaction: Interaction,
        id: str | None = None,  # noqa: A002 - the option's name
        private: bool = False,
    ) -> None:
        await desk.again(interaction, id, private=private)

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

    @_options("id", "all")
    @app_commands.autocomplete(id=live_ones)
    async def cancel(
        interaction: Interaction,
        id: str | None = None,  # noqa: A002 - the option's name
        all_: bool = False,
    ) -> None:
        await desk.cancel(interaction, id, all_=all_)

    return cancel


def _queue(desk: Desk) -> Callback:
    async def queue(interaction: Interaction) -> None:
        await desk.queue(interaction)

    return queue


def _show(desk: Desk) -> Callback:
    @_options("id", "private")
    async def show(
        interaction: Interaction,
        id: str | None = None,  # noqa: A002 - the option's name
        private: bool = False,
    ) -> None:
        await desk.show(interaction, id, private=private)

    return show


def _info(desk: Desk) -> Callback:
    @_options("id")
    async def info(
        interaction: Interaction,
        id: str | None = None,  # noqa: A002 - the option's name
    ) -> None:
        await desk.data.info(interaction, id)

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
        await desk.quota(interaction)

    return quota


def _admin(desk: Desk) -> app_commands.Group:
    """Discord shows it to those who manage the guild."""
    name, description = ADMIN
    group = app_commands.Group(
        name=name,
        description=description,
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_contexts=app_commands.AppCommandContext(guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True),
    )
    shown, described = ADMIN_COMMANDS["quota"]
    group.add_command(
        app_commands.Command(name=shown, description=described, callback=_change_quota(desk))
    )
    return group


def _change_quota(desk: Desk) -> Callback:
    @_options("user", "change", "amount", "reason")
    @app_commands.choices(change=sign_choices())
    async def quota(
        interaction: Interaction,
        user: discord.User,
        change: str,
        amount: Range[float, 0.0, float(MAX_UNITS)] | None = None,
        reason: Range[str, 0, MAX_REASON] = "",
    ) -> None:
        number = "默认" if amount is None else f"{amount:.2f}"
        await desk.change_quota(interaction, user.id, f"{change} {number} {reason}")

    return quota


def _help(desk: Desk) -> Callback:
    async def help_(interaction: Interaction) -> None:
        await desk.help(interaction, NAMES)

    return help_
