"""A whole zdraw against platforms on loopback: real processes, real pictures, no people.

Tests and benches start it, kill parts of it, and look at what arrived.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

from tests.fakes.discord_api import FakeDiscord
from tests.fakes.telegram_api import TOKEN, FakeTelegram

START_SECONDS = 120.0


class House:
    """`zdraw run` in a state folder of its own, talking to the platforms that are given."""

    def __init__(
        self,
        state_dir: Path,
        telegram: FakeTelegram | None = None,
        discord: FakeDiscord | None = None,
    ) -> None:
        self.state_dir = state_dir
        self._telegram = telegram
        self._discord = discord
        self.log = state_dir / "run.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def telegram(self) -> FakeTelegram:
        assert self._telegram is not None, "this house has no Telegram"
        return self._telegram

    @property
    def discord(self) -> FakeDiscord:
        assert self._discord is not None, "this house has no Discord"
        return self._discord

    def start(self) -> None:
        """Start the supervisor; returns at once."""
        self.state_dir.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(
                [str(Path(sys.executable).parent / "zdraw"), "run"],
                stdout=log,
                stderr=log,
                env=self.environment(),
                # Not the repository: a developer's `.env` there is none of the test's business.
                cwd=self.state_dir,
                start_new_session=True,
            )

    def environment(self) -> dict[str, str]:
        """For a command that is to work in the same state folder."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith("ZDRAW_")}
        kept |= {
            "ZDRAW_STATE_DIR": str(self.state_dir),
            "ZDRAW_BOARD_PORT": "0",
            "ZDRAW_MAX_QUEUED_PER_USER": "1000",
        }
        if self._telegram is not None:
            kept["ZDRAW_TELEGRAM_TOKEN"] = TOKEN
            kept["ZDRAW_TELEGRAM_API_BASE"] = self._telegram.base_url
        if self._discord is not None:
            kept["ZDRAW_DISCORD_TOKEN"] = self._discord.token
            kept["ZDRAW_DISCORD_API_BASE"] = self._discord.api_base
            kept["ZDRAW_DISCORD_GATEWAY_URL"] = self._discord.gateway_url
        return kept

    def wait_until_ready(self) -> None:
        """The engine has said that it takes jobs, and the bot has heard it; people in Discord
        are offered the commands."""
        self.wait_for(lambda: b"engine_connected" in self._said_ready(), START_SECONDS)
        if self._discord is not None:
            self.wait_for(self._is_in_discord, START_SECONDS)

    def _is_in_discord(self) -> bool:
        world = self.discord.world
        return bool(world.commands.syncs.get(None) and world.sessions.live())

    def _said_ready(self) -> bytes:
        lines = self.log.read_bytes().splitlines()
        return b"\n".join(line for line in lines if b"ready" in line and b"ready=false" not in line)

    def wait_for(self, happened: Callable[[], object], seconds: float) -> None:
        """Raises TimeoutError with the end of the log."""
        deadline = time.monotonic() + seconds
        while not happened():
            if time.monotonic() > deadline:
                tail = self.log.read_text(errors="replace")[-2000:]
                raise TimeoutError(f"not within {seconds:.0f} s; the log ends:\n{tail}")
            time.sleep(0.02)

    @property
    def supervisor(self) -> int | None:
        """Its process id while it lives."""
        if self._process is None or self._process.poll() is not None:
            return None
        return self._process.pid

    def child(self, name: str) -> int | None:
        """Process id of "bot" or "engine", as its lock file names it; it may be dead."""
        try:
            return int((self.state_dir / f"{name}.lock").read_text())
        except (OSError, ValueError):
            return None

    def kill(self, *names: str) -> None:
        """kill -9 of "supervisor", "bot", "engine"; those that are not alive are left out."""
        pids = [self.supervisor if name == "supervisor" else self.child(name) for name in names]
        for pid in pids:
            if pid is not None and _is_ours(pid):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        if "supervisor" in names and self._process is not None:
            self._process.wait()

    def stop(self) -> int:
        """SIGTERM and wait; the exit code."""
        if self._process is None:
            return 0
        self._process.terminate()
        return self._process.wait(timeout=30)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.stop()


def _is_ours(pid: int) -> bool:
    """Process ids are reused: only a Python that runs zdraw is killed."""
    try:
        command = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return False
    return any(part in (b"bot", b"engine") or part.endswith(b"/zdraw") for part in command)
