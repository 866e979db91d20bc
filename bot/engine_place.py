"""Where the engine is to be found, and what is kept of it between two starts."""

import os
from pathlib import Path

from bot.core.errors import StartupError
from bot.core.loras import Loras
from bot.links.lora_list import KeptLoraList
from bot.links.tokenizer import CachedTokenizer
from bot.settings import BotSettings
from engine.profiles import Profile
from engine.socket_path import socket_path


def tokenizer_of(settings: BotSettings, profile: Profile) -> CachedTokenizer:
    return CachedTokenizer(
        settings.state_dir / f"tokenizer-{profile.name}.json",
        limit=profile.max_tokens - profile.template_tokens,
    )


def loras_of(settings: BotSettings, profile: Profile) -> Loras:
    # Which files fit depends on the model.
    return Loras(KeptLoraList(settings.state_dir / f"loras-{profile.name}.json"))


def engine_socket(settings: BotSettings) -> Path:
    try:
        return socket_path(settings.state_dir)
    except OSError as error:
        raise StartupError(f"no place for the engine's socket: {error}", os.EX_CANTCREAT) from None
