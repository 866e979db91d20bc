"""How a command's parameters are shown."""

import builtins
from collections.abc import Callable
from typing import TypeVar

from discord import app_commands

from bot.adapters.discord.words import OPTIONS

T = TypeVar("T")


def options(*names: str) -> Callable[[T], T]:
    """Names and descriptions of a callback's parameters. What Python has a name for already ends
    in `_` there: `all_`, `id_`."""

    def named(callback: T) -> T:
        parameters = {
            (f"{name}_" if hasattr(builtins, name) else name): OPTIONS[name] for name in names
        }
        renamed = app_commands.rename(**{key: shown for key, (shown, _) in parameters.items()})
        described = app_commands.describe(**{key: text for key, (_, text) in parameters.items()})
        return renamed(described(callback))

    return named
