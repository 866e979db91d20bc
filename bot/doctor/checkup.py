"""All checks, in the order in which one stands on another."""

import logging
import os
from collections.abc import AsyncIterator, Iterator

from pydantic import ValidationError

from bot.core.errors import StartupError
from bot.doctor.discord import discord
from bot.doctor.finding import Finding, broken, fine, reason
from bot.doctor.machine import card, seen_engine, weights
from bot.doctor.sight import card_for_torch
from bot.doctor.storage import database, state_folder
from bot.doctor.telegram import telegram
from bot.load_settings import load_settings
from bot.settings import BotSettings
from engine.local_model import chosen_model
from engine.settings import EngineSettings

_PLATFORMS = "ZDRAW_TELEGRAM_TOKEN, ZDRAW_DISCORD_TOKEN"
_PORTS = "ZDRAW_BOARD_PORT, ZDRAW_COMFYUI_PORT"


async def examine() -> AsyncIterator[Finding]:
    """Look at everything. Without settings that can be read there is nothing to look at."""
    # Below WARNING it logs whole addresses, and an address of the Bot API has the token in it.
    for library in ("httpx", "httpcore"):
        logging.getLogger(library).setLevel(logging.WARNING)
    try:
        settings, of_engine = load_settings(), EngineSettings()
    except (StartupError, ValidationError, OSError, UnicodeDecodeError) as error:
        yield _unreadable(error)
        return
    for finding in (*_in_force(settings), *_storage(settings)):
        yield finding
    async for finding in _drawing(settings, of_engine):
        yield finding
    async for finding in _platforms(settings):
        yield finding


def _unreadable(error: Exception) -> Finding:
    if isinstance(error, StartupError):
        return broken(error.exit_code, "设置有误，其余的没法检查", str(error))
    if isinstance(error, ValidationError):
        wrong = "; ".join(
            f"ZDRAW_{str(one['loc'][0]).upper()}={one['input']}: {one['msg']}"
            for one in error.errors()
        )
        return broken(os.EX_CONFIG, "设置有误，其余的没法检查", wrong)
    return broken(
        os.EX_CONFIG,
        f".env 读不了（{reason(error)}）：它要是 UTF-8，而且 zdraw 读得到",
        ".env cannot be read: it has to be UTF-8, and readable for zdraw",
    )


def _in_force(settings: BotSettings) -> Iterator[Finding]:
    yield fine(
        f"设置：模型 {settings.model}，状态文件夹 {settings.state_dir}",
        f"settings: read, model {settings.model}",
    )
    ports = settings.board_port or settings.comfyui_port
    if not (settings.telegram_token or settings.discord_token or ports):
        yield broken(
            os.EX_CONFIG,
            f"没有入口：设 {_PLATFORMS} 之一，或让 {_PORTS} 之一是个端口",
            f"nothing to do: set one of {_PLATFORMS}, or let one of {_PORTS} be a port",
        )


def _storage(settings: BotSettings) -> Iterator[Finding]:
    yield from state_folder(settings.state_dir)
    yield from database(settings.database_url)


async def _drawing(settings: BotSettings, of_engine: EngineSettings) -> AsyncIterator[Finding]:
    profile = chosen_model(settings.model)
    finding, engine = await seen_engine(settings.state_dir, profile)
    yield finding
    for finding in weights(profile, of_engine.weights_folder(profile)):
        yield finding
    async for finding in card(profile, engine.device if engine else None):
        yield finding
    async for finding in card_for_torch(profile):
        yield finding


async def _platforms(settings: BotSettings) -> AsyncIterator[Finding]:
    async for finding in telegram(settings):
        yield finding
    async for finding in discord(settings):
        yield finding
