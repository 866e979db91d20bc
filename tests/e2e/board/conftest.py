"""One house and one Chromium for all tests of the board. Every process of the house notes whom
it looks for on the network."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from gradio_client import Client
from playwright.sync_api import Browser, Page, sync_playwright

from tests.board_stand import free_port
from tests.fakes.telegram_api import FakeTelegram
from tests.house import House

#: It would ask its maker's hosts for this and that.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: Generous: machines on which others work as well are slow.
PATIENCE_MS = 60_000
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}
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


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardHouse]:
    with BoardHouse(tmp_path_factory.mktemp("board")) as house:
        house.wait_until_ready()
        house.wait_for(lambda: answers(house.url), 60)
        yield house


def answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="package")
def board(house: BoardHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """As a program meets it, over Gradio's client."""
    with a_tab(house, tmp_path_factory.mktemp("downloads")) as client:
        yield client


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


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        missing = "no Chromium; on Debian: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


@pytest.fixture
def page(house: BoardHouse, chromium: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A tab of a Chinese browser; as wide as a test's marker `screen` says. It fails the test if
    the page asks anybody else for something, or is refused anything that it needs."""
    marker = request.node.get_closest_marker("screen")
    screen = marker.args[0] if marker else {"viewport": {"width": 700, "height": 900}}
    context = chromium.new_context(locale="zh-CN", **screen)
    context.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    tab = context.new_page()
    tab.on(
        "request",
        lambda asked: None if asked.url.startswith((house.url, "blob:", "data:"))
        else wrong.append(asked.url),
    )  # fmt: skip
    tab.on(
        "response",
        lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= 400 else None,
    )
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto(house.url)
    yield tab
    context.close()
    assert wrong == []
