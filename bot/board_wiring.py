"""Wires the board over the core."""

import importlib.util
import os
import time
from typing import TYPE_CHECKING

from bot.core.errors import StartupError
from bot.core.log import Log
from bot.guard import Adapter
from bot.settings import BotSettings
from bot.wiring import Core

if TYPE_CHECKING:
    from bot.adapters.board.beginnings import Beginnings
    from bot.adapters.board.drawing import Drawing
    from bot.adapters.board.login import Login

CHAT_OFF = (
    "Telegram, Discord: 未开启，在 .env 里写 ZDRAW_TELEGRAM_TOKEN=… 或 ZDRAW_DISCORD_TOKEN=… "
    "再重新启动 / off; put ZDRAW_TELEGRAM_TOKEN=… or ZDRAW_DISCORD_TOKEN=… into .env and start "
    "again"
)


def board_over(settings: BotSettings, core: Core, log: Log) -> Adapter:
    """Raises StartupError."""
    if importlib.util.find_spec("gradio") is None:
        raise StartupError(
            "the board's library is not installed; pip install 'zdraw[board]', "
            "or set ZDRAW_BOARD_PORT=0 for no board",
            os.EX_UNAVAILABLE,
        )
    login = _login(settings)
    # Gradio alone takes more memory, and time, than the rest of the bot.
    from bot.adapters.board.acts_panel import ActsPanel
    from bot.adapters.board.attempt import Attempt
    from bot.adapters.board.beginning_panel import BeginningPanel
    from bot.adapters.board.beginnings import Beginnings
    from bot.adapters.board.drop import Drop
    from bot.adapters.board.lora_list import LoraList
    from bot.adapters.board.own_tab import OwnTab
    from bot.adapters.board.page import Page
    from bot.adapters.board.server import BoardServer
    from bot.adapters.board.state_tab import StateTab

    attempt = Attempt(log)
    beginnings = Beginnings(
        uploads=core.uploads, sources=core.sources, own=core.own_pictures, log=log
    )
    telegram = settings.telegram_token is not None
    page = Page(
        drawing=_drawing(core, beginnings, log),
        begin=BeginningPanel(beginnings, core.profile, attempt),
        drop=Drop(core.profile, attempt),
        own=OwnTab(core.own_pictures, core.pictures, attempt),
        state=StateTab(
            core.overview, ActsPanel(core.operator, attempt), attempt, settings.time_zone
        ),
        loras=LoraList(core.loras),
        profile=core.profile,
        telegram=telegram,
        locked=login is not None,
        log=log,
    )
    if not telegram and settings.discord_token is None:
        print(CHAT_OFF, flush=True)  # noqa: T201 - for people
    board = BoardServer(
        host=settings.board_host,
        port=settings.board_port,
        page=page,
        beginnings=beginnings,
        login=login,
        state_dir=settings.state_dir,
    )
    board.make_ready()
    return board


def _drawing(core: Core, beginnings: "Beginnings", log: Log) -> "Drawing":
    from bot.adapters.board.drawing import Drawing
    from bot.adapters.board.status import Status

    return Drawing(
        draw=core.draw,
        beginnings=beginnings,
        cancel=core.cancel,
        status=Status(cards=core.cards, news=core.news, pace=core.pace),
        admissions=core.admissions,
        records=core.records,
        news=core.news,
        pictures=core.pictures,
        profile=core.profile,
        log=log,
    )


def _login(settings: BotSettings) -> "Login | None":
    """Raises StartupError."""
    from bot.adapters.board.login import Login
    from bot.adapters.board.password import Password, Sessions
    from bot.adapters.http_api.callers import LOOPBACK

    if settings.board_password is not None:
        password = Password(settings.board_password.get_secret_value(), time.monotonic)
        return Login(password, Sessions(time.monotonic))
    if settings.board_host not in LOOPBACK:
        raise StartupError(
            f"ZDRAW_BOARD_HOST={settings.board_host} lets others in: set ZDRAW_BOARD_PASSWORD to "
            "what they have to know, or leave the board at 127.0.0.1",
            os.EX_CONFIG,
        )
    return None
