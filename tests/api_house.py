"""A whole zdraw with the HTTP API."""

import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import openai

from tests.fakes.telegram_api import FakeTelegram
from tests.house import House


class ApiHouse(House):
    """`zdraw run` with the HTTP API, and with Telegram if there is one."""

    def __init__(self, folder: Path, telegram: FakeTelegram | None = None, **settings: str) -> None:
        super().__init__(folder / "state", telegram)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port = probe.getsockname()[1]
        self.url = f"http://127.0.0.1:{self._port}"
        self._settings = settings

    def environment(self) -> dict[str, str]:
        return super().environment() | {"ZDRAW_COMFYUI_PORT": str(self._port)} | self._settings

    def wait_until_answers(self) -> None:
        self.wait_until_ready()
        self.wait_for(self._answers, 60)

    def _answers(self) -> bool:
        try:
            return "ready" in httpx.get(f"{self.url}/healthz", timeout=5).text
        except httpx.TransportError:
            return False

    @property
    def address(self) -> str:
        """Host and port."""
        return self.url.removeprefix("http://")

    @property
    def drawing(self) -> bool:
        """A job's first step has begun."""
        return any((self.state_dir / "begun").glob("*"))

    @property
    def drawn(self) -> int:
        """Pictures on the disk."""
        return len(list((self.state_dir / "pictures").rglob("*.png")))

    def command(self, *arguments: str) -> str:
        """What `zdraw` prints for them, in this state folder."""
        zdraw = Path(sys.executable).with_name("zdraw")
        done = subprocess.run(
            [zdraw, *arguments],
            env=self.environment(),
            cwd=self.state_dir,
            capture_output=True,
            text=True,
            check=True,
        )
        return done.stdout

    def client(self, **options: Any) -> openai.OpenAI:
        return openai.OpenAI(base_url=f"{self.url}/v1", **{"api_key": "none", **options})
