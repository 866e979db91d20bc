"""The board's page served for real, in a thread of its own, over a core that only says it draws."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import structlog

from bot.adapters.board.acts_panel import ActsPanel
from bot.adapters.board.attempt import Attempt
from bot.adapters.board.beginning_panel import BeginningPanel
from bot.adapters.board.beginnings import Beginnings
from bot.adapters.board.drawing import Drawing
from bot.adapters.board.drop import Drop
from bot.adapters.board.login import Login
from bot.adapters.board.lora_list import LoraList
from bot.adapters.board.own_tab import OwnTab
from bot.adapters.board.page import Page
from bot.adapters.board.password import Password, Sessions
from bot.adapters.board.server import BoardServer
from bot.adapters.board.state_tab import StateTab
from bot.core.errors import Refusal
from bot.core.loras import Loras
from bot.core.news import News
from bot.store.images import PictureFolder
from bot.store.sources import SourceFolder
from engine.profiles import profile_named

PASSWORD = "correct horse battery"
#: Gradio asks pandas for what is on its way out.
PANDAS = [
    pytest.mark.filterwarnings("ignore:'future.no_silent_downcasting'"),
    pytest.mark.filterwarnings("ignore:The copy keyword is deprecated"),
]
NOTHING: Any = SimpleNamespace()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


class Stand:
    """A board; `asked` are the prompts that reached the core."""

    def __init__(self, state_dir: Path, *, locked: bool) -> None:
        self.state_dir = state_dir
        self.asked: list[str] = []
        self._port = port = free_port()
        self.url = f"http://127.0.0.1:{port}"
        log = structlog.get_logger("bot")
        profile, attempt = profile_named("demo"), Attempt(log)
        beginnings = Beginnings(
            uploads=NOTHING, sources=SourceFolder(PictureFolder(state_dir)), own=NOTHING, log=log
        )
        page = Page(
            begin=BeginningPanel(beginnings, profile, attempt),
            drawing=Drawing(
                beginnings=beginnings,
                draw=self._draw,  # type: ignore[arg-type]
                cancel=NOTHING,
                status=NOTHING,
                admissions=NOTHING,
                records=NOTHING,
                news=News(),
                pictures=NOTHING,
                profile=profile,
                log=log,
            ),
            drop=Drop(profile, attempt),
            own=OwnTab(NOTHING, NOTHING, attempt),
            state=StateTab(NOTHING, ActsPanel(NOTHING, attempt), attempt, "Asia/Shanghai"),
            loras=LoraList(Loras()),
            profile=profile,
            telegram=True,
            locked=locked,
            log=log,
        )
        login = Login(Password(PASSWORD, time.monotonic), Sessions(time.monotonic))
        self._server = BoardServer(
            host="127.0.0.1",
            port=port,
            page=page,
            beginnings=beginnings,
            login=login if locked else None,
            state_dir=state_dir,
        )

    async def _draw(self, _origin: object, text: str, **_: object) -> None:
        self.asked.append(text)
        raise Refusal("empty_prompt")

    @contextmanager
    def open(self) -> Iterator[None]:
        started, stop = threading.Event(), asyncio.Event()
        loop = asyncio.new_event_loop()

        async def serve() -> None:
            serving = asyncio.create_task(self._server.run())
            started.set()
            await stop.wait()
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)
            # Gradio leaves its queue's behind.
            others = asyncio.all_tasks() - {asyncio.current_task()}
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)

        thread = threading.Thread(target=lambda: loop.run_until_complete(serve()))
        thread.start()
        started.wait()
        _until_it_listens(self._port)
        try:
            yield
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()
            loop.close()


def _until_it_listens(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.02)
        else:
            return
