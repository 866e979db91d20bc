"""The composition root: builds the bot out of its parts and runs it.

`assemble` wires the core over a store and an engine link; the processes differ only in which
adapters they put around it.
"""

import asyncio
import importlib.util
import math
import os
import signal
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import structlog

from bot.adapters.local import LocalMessenger
from bot.core.cancel import Cancel
from bot.core.cards import Cards
from bot.core.deliver import Deliverer
from bot.core.dispatch import Dispatcher
from bot.core.draw import Draw
from bot.core.errors import StartupError
from bot.core.front_desk import FrontDesk
from bot.core.log import Log
from bot.core.news import News
from bot.core.notify import Notifier
from bot.core.pace import Pace
from bot.core.ports import Admissions, Bounds, Messenger
from bot.core.recover import Recovery
from bot.instance_lock import InstanceLock
from bot.links.local_engine import LocalEngine
from bot.links.tokenizer import CachedTokenizer
from bot.log import set_up_log
from bot.parent import watch_parent
from bot.settings import BotSettings
from bot.store.database import Database
from bot.store.deliveries import SqlDeliveries
from bot.store.generations import SqlAdmissions
from bot.store.images import PictureFolder
from bot.store.job_rows import SqlJobRows
from bot.store.notices import SqlNotices
from bot.store.outcomes import SqlOutcomes
from bot.store.records import SqlRecords
from engine.lock_wait import Stopped, listening_sleep
from engine.profiles import Profile, profile_named
from engine.socket_path import socket_path

#: How long a start by hand waits for a predecessor in the same state folder to be gone.
PREDECESSOR_SECONDS = 10.0
TELEGRAM_OFF = (
    "Telegram: 未开启，在 .env 里写 ZDRAW_TELEGRAM_TOKEN=… 再重新启动 "
    "/ off; put ZDRAW_TELEGRAM_TOKEN=… into .env and start again"
)


def now_ms() -> int:
    """The real clock."""
    return time.time_ns() // 1_000_000


@dataclass(frozen=True, kw_only=True)
class Core:
    """The wired core; what adapters may hold on to."""

    profile: Profile
    news: News
    admissions: Admissions
    draw: Draw
    cancel: Cancel
    desk: FrontDesk
    dispatcher: Dispatcher
    deliverer: Deliverer
    notifier: Notifier
    recovery: Recovery
    pictures: PictureFolder
    cards: Cards
    #: By platform; adapters add theirs before the core runs.
    messengers: dict[str, Messenger]

    def loops(self) -> list[Coroutine[Any, Any, None]]:
        """Everything that must run for as long as the process does."""
        return [
            self.dispatcher.run(),
            self.deliverer.run(),
            self.notifier.run(),
            self.recovery.run(),
        ]


def assemble(settings: BotSettings, database: Database, stack: AsyncExitStack, log: Log) -> Core:
    """Wire the core. The engine link is closed with `stack`."""
    profile = profile_named(settings.model)
    tokens = _tokenizer(settings, profile)
    link = LocalEngine(_engine_socket(settings), on_tokenizer=tokens.take)
    stack.push_async_exit(link)
    news, pace = News(), Pace(profile)
    pictures = PictureFolder(settings.state_dir)
    generations = SqlAdmissions(database, now_ms)
    outcomes = SqlOutcomes(database, now_ms)
    rows = SqlJobRows(database, now_ms)
    cards = Cards(admissions=generations, pictures=pictures, pace=pace, news=news)
    messengers: dict[str, Messenger] = {"board": LocalMessenger(), "cli": LocalMessenger()}
    notifier = Notifier(notices=SqlNotices(database, now_ms), messengers=messengers, log=log)
    draw = Draw(
        admissions=generations,
        tokens=tokens,
        profile=profile,
        pace=pace,
        bounds=_bounds(settings),
        news=news,
    )
    records = SqlRecords(database)
    cancel = Cancel(outcomes=outcomes, records=records, link=link, news=news)
    return Core(
        profile=profile,
        news=news,
        admissions=generations,
        draw=draw,
        cancel=cancel,
        desk=FrontDesk(
            draw=draw, cancel=cancel, admissions=generations, records=records, notifier=notifier
        ),
        dispatcher=Dispatcher(
            link=link,
            rows=rows,
            outcomes=outcomes,
            pictures=pictures,
            news=news,
            pace=pace,
            clock=now_ms,
            log=log,
        ),
        deliverer=Deliverer(
            admissions=generations,
            deliveries=SqlDeliveries(database, now_ms),
            messengers=messengers,
            cards=cards,
            news=news,
            clock=now_ms,
            log=log,
        ),
        notifier=notifier,
        recovery=Recovery(
            rows=rows, outcomes=outcomes, news=news, clock=now_ms, queue_hours=settings.queue_hours
        ),
        pictures=pictures,
        cards=cards,
        messengers=messengers,
    )


def _tokenizer(settings: BotSettings, profile: Profile) -> CachedTokenizer:
    return CachedTokenizer(
        settings.state_dir / f"tokenizer-{profile.name}.json",
        limit=profile.max_tokens - profile.template_tokens,
    )


def _bounds(settings: BotSettings) -> Bounds:
    return Bounds(live_per_requester=settings.max_queued_per_user, live_in_all=settings.max_queued)


def _engine_socket(settings: BotSettings) -> Path:
    try:
        return socket_path(settings.state_dir)
    except OSError as error:
        raise StartupError(f"no place for the engine's socket: {error}", os.EX_CANTCREAT) from None


def run_bot(settings: BotSettings, parent_fd: int | None = None) -> int:
    """The bot process: exit code 0 after SIGTERM or SIGINT. Raises StartupError."""
    set_up_log(settings.log_level, settings.log_format)
    try:
        with _bot_lock(settings.state_dir, parent_fd):
            asyncio.run(_run_bot(settings, parent_fd))
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


async def _run_bot(settings: BotSettings, parent_fd: int | None) -> None:
    log: Log = structlog.get_logger("bot")
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(settings.database_url))
        core = assemble(settings, database, stack, log)
        adapters = _adapters(settings, core, log)
        loops = [*core.loops(), *(adapter.run() for adapter in adapters)]
        await run_until_stopped(loops, parent_fd)
        log.info("bot_stopped")


class Adapter(Protocol):
    """A way in, for people."""

    async def run(self) -> None:
        """Work until cancelled. Raises StartupError."""
        ...


def _adapters(settings: BotSettings, core: Core, log: Log) -> list[Adapter]:
    """The platforms that are switched on."""
    adapters: list[Adapter] = []
    if settings.telegram_token is not None:
        # Imported where it is used: without a token the library's memory is not spent.
        from bot.adapters.telegram.adapter import TelegramAdapter

        telegram = TelegramAdapter(
            token=settings.telegram_token.get_secret_value(),
            api_base=settings.telegram_api_base,
            proxy=settings.proxy.get_secret_value() if settings.proxy else None,
            core=core.desk,
            log=log,
        )
        core.messengers["telegram"] = telegram.messenger
        adapters.append(telegram)
    if settings.board_port:
        adapters.append(_board(settings, core, log))
    if not adapters:
        raise StartupError(
            "nothing to do: set ZDRAW_TELEGRAM_TOKEN, or let ZDRAW_BOARD_PORT be a port",
            os.EX_CONFIG,
        )
    return adapters


def _board(settings: BotSettings, core: Core, log: Log) -> Adapter:
    if importlib.util.find_spec("gradio") is None:
        raise StartupError(
            "the board's library is not installed; pip install 'zdraw[board]', "
            "or set ZDRAW_BOARD_PORT=0 for no board",
            os.EX_UNAVAILABLE,
        )
    # Gradio alone takes more memory than the rest of the bot.
    from bot.adapters.board.page import Page
    from bot.adapters.board.server import BoardServer

    page = Page(
        draw=core.draw,
        cards=core.cards,
        admissions=core.admissions,
        news=core.news,
        pictures=core.pictures,
        profile=core.profile,
        telegram=settings.telegram_token is not None,
        log=log,
    )
    if settings.telegram_token is None:
        print(TELEGRAM_OFF, flush=True)  # noqa: T201 - for people
    return BoardServer(port=settings.board_port, page=page, state_dir=settings.state_dir)


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
