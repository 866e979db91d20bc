"""The composition root: puts adapters around the core and runs the process."""

import asyncio
import math
import os
import signal
from asyncio import SelectorEventLoop
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import structlog
from pydantic import SecretStr

from bot.board_wiring import board_over
from bot.core.errors import StartupError
from bot.core.log import Log
from bot.core.loop_turns import LoopTurns
from bot.garbage import collect_when_quiet, spare_what_stays
from bot.guard import Adapter, Guard
from bot.instance_lock import InstanceLock
from bot.log import set_up_log
from bot.parent import watch_parent
from bot.settings import BotSettings
from bot.store.database import Database
from bot.timed_loop import TimedSelector
from bot.wiring import Core, assemble, now_ms
from engine.lock_wait import Stopped, listening_sleep

#: How long a start by hand waits for a predecessor in the same state folder to be gone.
PREDECESSOR_SECONDS = 10.0


def run_bot(settings: BotSettings, parent_fd: int | None = None) -> int:
    """The bot process: exit code 0 after SIGTERM or SIGINT. Raises StartupError."""
    set_up_log(settings.log_level, settings.log_format)
    try:
        with _bot_lock(settings.state_dir, parent_fd):
            turns = LoopTurns(_say_blocked)
            selector = TimedSelector(turns)
            with asyncio.Runner(loop_factory=lambda: SelectorEventLoop(selector)) as runner:
                runner.run(_run_bot(settings, parent_fd, turns, selector.start))
    except Stopped:
        structlog.get_logger("bot").info("bot_stopped")
    return 0


def _bot_lock(state_dir: Path, parent_fd: int | None) -> InstanceLock:
    """Raises StartupError, and Stopped where a supervised bot is told to end while it waits."""
    if parent_fd is None:
        return InstanceLock(state_dir, "bot").acquire(PREDECESSOR_SECONDS)
    lock_file = InstanceLock(state_dir, "bot").path
    with listening_sleep(parent_fd, lock_file) as sleep:
        return InstanceLock(state_dir, "bot", sleep=sleep).acquire(math.inf)


def _say_blocked(seconds: float) -> None:
    structlog.get_logger("bot").warning("event_loop_blocked", seconds=round(seconds, 3))


async def _run_bot(
    settings: BotSettings,
    parent_fd: int | None,
    turns: LoopTurns,
    watch: Callable[[], None],
) -> None:
    """`watch`: count turns from then on."""
    log: Log = structlog.get_logger("bot")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings.database_url))
        core = assemble(settings, database, stack, log)
        guard = Guard(_platforms(settings, core, turns, log), log, core.platforms.switch_off)
        boards = [board_over(settings, core, log)] if settings.board_port else []
        loops = [*core.loops(), *guard.loops(), *(board.run() for board in boards)]
        loops.append(collect_when_quiet())
        spare_what_stays()
        watch()
        await run_until_stopped(loops, parent_fd)
        log.info("bot_stopped")


def _platforms(settings: BotSettings, core: Core, turns: LoopTurns, log: Log) -> dict[str, Adapter]:
    """The ways in that are switched on, beside the board."""
    platforms: dict[str, Adapter] = {}
    if settings.telegram_token is not None:
        platforms["telegram"] = _telegram(settings, settings.telegram_token, core, log)
    if settings.discord_token is not None:
        platforms["discord"] = _discord(settings, settings.discord_token, core, log)
    if settings.comfyui_port:
        platforms["api"] = _api(settings, core, turns, log)
    if not platforms and not settings.board_port:
        raise StartupError(
            "nothing to do: set ZDRAW_TELEGRAM_TOKEN or ZDRAW_DISCORD_TOKEN, "
            "or let ZDRAW_BOARD_PORT or ZDRAW_COMFYUI_PORT be a port",
            os.EX_CONFIG,
        )
    return platforms


def _telegram(settings: BotSettings, token: SecretStr, core: Core, log: Log) -> Adapter:
    # Imported where it is used: without a token the library's memory is not spent.
    from bot.adapters.telegram.adapter import TelegramAdapter
    from bot.adapters.telegram.webhook import WebhookAddress

    webhook = None
    if settings.telegram_webhook_url is not None:
        webhook = WebhookAddress(
            url=settings.telegram_webhook_url,
            host=settings.telegram_webhook_host,
            port=settings.telegram_webhook_port,
        )
    telegram = TelegramAdapter(
        token=token.get_secret_value(),
        api_base=settings.telegram_api_base,
        proxy=settings.proxy.get_secret_value() if settings.proxy else None,
        core=core.desk,
        files=core.pictures.path,
        webhook=webhook,
        log=log,
    )
    core.platforms.messengers["telegram"] = telegram.messenger
    core.platforms.erasers["telegram"] = telegram.messenger
    core.platforms.reactors["telegram"] = telegram.messenger
    core.platforms.picture_sources["telegram"] = telegram.pictures
    return telegram


def _discord(settings: BotSettings, token: SecretStr, core: Core, log: Log) -> Adapter:
    from bot.adapters.discord.adapter import DiscordAdapter

    discord = DiscordAdapter(
        token=token.get_secret_value(),
        api_base=settings.discord_api_base,
        gateway_url=settings.discord_gateway_url,
        proxy=settings.proxy.get_secret_value() if settings.proxy else None,
        core=core.desk,
        waiting=core.records,
        find=core.pictures.path,
        state_dir=settings.state_dir,
        clock=now_ms,
        log=log,
    )
    core.platforms.messengers["discord"] = discord.messenger
    core.platforms.erasers["discord"] = discord.eraser
    return discord


def _api(settings: BotSettings, core: Core, turns: LoopTurns, log: Log) -> Adapter:
    from bot.adapters.http_api.callers import LOOPBACK
    from bot.adapters.http_api.secret import ApiSecret
    from bot.adapters.http_api.server import ApiServer
    from bot.adapters.http_api.service import ApiParts

    secret = ApiSecret(settings.state_dir, settings.api_secret_text)
    others = ""
    if settings.api_host not in LOOPBACK:
        others = f"ZDRAW_API_HOST={settings.api_host} lets others in"
    elif settings.api_always_token:
        others = "ZDRAW_API_ALWAYS_TOKEN asks everybody for a token"
    if others and secret.read() is None:
        raise StartupError(
            f"{others}, and there is no secret that keeps them apart; make the first token with: "
            "zdraw token create NAME",
            os.EX_CONFIG,
        )
    parts = ApiParts(
        draw=core.draw,
        sources=core.sources,
        cancel=core.cancel,
        cards=core.cards,
        admissions=core.admissions,
        records=core.records,
        pictures=core.pictures,
        news=core.news,
        pace=core.pace,
        tokens=core.api_tokens,
        jobs=core.program_jobs,
        uploads=core.uploads,
        loras=core.loras,
        sketches=core.sketches,
        engine=core.engine_metrics,
        turns=turns,
        clock=now_ms,
        log=log,
    )
    return ApiServer(
        parts,
        host=settings.api_host,
        port=settings.comfyui_port,
        secret=secret,
        per_minute=settings.api_requests_per_minute,
        always_token=settings.api_always_token,
    )


async def run_until_stopped(loops: list[Coroutine[Any, Any, None]], parent_fd: int | None) -> None:
    """Run all loops until SIGTERM, SIGINT or the supervisor's death. A loop that ends or fails
    ends the process: half a bot is worse than one that is restarted."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    if parent_fd is not None:
        loops.append(watch_parent(parent_fd, stop))
    tasks = [asyncio.create_task(work) for work in loops]
    stopped = asyncio.create_task(stop.wait())
    try:
        done, _ = await asyncio.wait({stopped, *tasks}, return_when=asyncio.FIRST_COMPLETED)
        if stopped not in done:
            await next(iter(done))
    finally:
        for task in (stopped, *tasks):
            task.cancel()
        await asyncio.gather(stopped, *tasks, return_exceptions=True)
