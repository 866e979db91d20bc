"""A house with the board and without Telegram. Every process in it notes whom it looks for on
the network."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from gradio_client import Client

from tests.board_stand import free_port
from tests.fakes.telegram_api import FakeTelegram
from tests.house import House

WATCH_THE_NETWORK = """
import os, sys

def note(line):
    with open({notes!r}, "a") as notes:
        notes.write(line + "\\n")

def hook(event, arguments):
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    else:
        return
    host = host.decode() if isinstance(host, bytes) else host
    if host not in (None, "127.0.0.1", "localhost"):
        note(f"looked for {{host}}")

sys.addaudithook(hook)
note(" ".join(sys.orig_argv))
"""


class BoardHouse(House):
    """`zdraw run` with the board and without Telegram."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder / "state", FakeTelegram())
        self.url = f"http://127.0.0.1:{free_port()}"
        self.notes = folder / "network"
        self._hooks = folder / "hooks"
        self._hooks.mkdir()
        code = WATCH_THE_NETWORK.format(notes=str(self.notes))
        (self._hooks / "sitecustomize.py").write_text(code)

    def environment(self) -> dict[str, str]:
        usual = super().environment()
        # Nothing but zdraw's own settings keeps Gradio quiet.
        kept = {k: v for k, v in usual.items() if not k.startswith(("GRADIO_", "HF_"))}
        path = os.pathsep.join(filter(None, (str(self._hooks), os.environ.get("PYTHONPATH"))))
        return kept | {
            "ZDRAW_TELEGRAM_TOKEN": "",
            "ZDRAW_TELEGRAM_API_BASE": "",
            "ZDRAW_BOARD_PORT": self.url.rpartition(":")[2],
            "PYTHONPATH": path,
        }


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


@contextmanager
def a_tab(house: BoardHouse, downloads: Path) -> Iterator[Client]:
    with pytest.MonkeyPatch.context() as environment:
        # The argument alone does not keep the client from reporting to its makers.
        environment.setenv("GRADIO_ANALYTICS_ENABLED", "False")
        client = Client(house.url, verbose=False, download_files=downloads, analytics_enabled=False)
    try:
        yield client
    finally:
        client.close()
