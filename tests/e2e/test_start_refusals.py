"""A start that cannot be tells the operator why: one line, no traceback, a documented exit code."""

import os
import re
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.demo_model import WEIGHTS
from engine.pipeline import WeightsError
from tests.fakes.discord_api import TOKEN as DISCORD_TOKEN
from tests.fakes.discord_api import FakeDiscord
from tests.fakes.telegram_api import TOKEN, FakeTelegram

pytestmark = pytest.mark.e2e

ZDRAW = Path(sys.executable).with_name("zdraw")
DOCUMENTED = re.compile(r"^\| (\d+) \| \S", re.MULTILINE)
DOC = (Path(__file__).parents[2] / "docs/configuration.md").read_text(encoding="utf-8")
#: What may stand beside the one line: who started, whom it met or did not, who stopped.
ORDINARY = {
    "started",
    "state_folder_made_private",
    "engine_connected",
    "engine_lost",
    "telegram_unreachable",
    "bot_stopped",
}


def environment(folder: Path, settings: dict[str, str]) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith("ZDRAW_")}
    quiet = {"STATE_DIR": str(folder / "state"), "BOARD_PORT": "0", "TELEGRAM_TOKEN": TOKEN}
    # Nobody listens there, so that a start that should have been refused goes on and is noticed.
    quiet["TELEGRAM_API_BASE"] = "http://127.0.0.1:9"
    return kept | {f"ZDRAW_{name}": value for name, value in (quiet | settings).items()}


@dataclass
class Refused:
    code: int
    #: Standard error without log lines.
    lines: list[str]
    log: str

    @property
    def line(self) -> str:
        """The one line."""
        assert len(self.lines) == 1, self
        events = set(re.findall(r"^event=(\S+)", self.log, re.MULTILINE))
        assert events <= ORDINARY, self.log
        assert str(self.code) in DOCUMENTED.findall(DOC)
        return self.lines[0]


def start(folder: Path, command: str, **settings: str) -> Refused:
    """`zdraw command` in `folder`; it has to end by itself."""
    done = subprocess.run(
        [ZDRAW, command],
        cwd=folder,
        env=environment(folder, settings),
        capture_output=True,
        text=True,
        timeout=50,
    )
    said = done.stderr.splitlines()
    return Refused(
        done.returncode,
        [line for line in said if not line.startswith("event=")],
        "\n".join(line for line in said if line.startswith("event=")),
    )


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        (
            {"TELEGRAM_TOKN": TOKEN},
            "ZDRAW_TELEGRAM_TOKN is not a setting of zdraw; did you mean ZDRAW_TELEGRAM_TOKEN?",
        ),
        (
            {"TELEGRAM_TOKEN": "hunter2"},
            "ZDRAW_TELEGRAM_TOKEN is refused; "
            "allowed: a token as @BotFather gives it, such as 123456:ABC-def",
        ),
        (
            {"PROXY": "socks5://127.0.0.1:http"},
            "ZDRAW_PROXY is refused; "
            "allowed: http://, https://, socks5:// or socks5h://, then host and port",
        ),
    ],
)
def test_wrong_setting_is_refused_before_anything_runs(
    tmp_path: Path, settings: dict[str, str], line: str
) -> None:
    refused = start(tmp_path, "run", **settings)
    assert (refused.code, refused.line) == (os.EX_CONFIG, f"zdraw: {line}")
    assert refused.log == ""
    assert not (tmp_path / "state").exists()


def test_nothing_to_do_is_said(tmp_path: Path) -> None:
    refused = start(tmp_path, "run", TELEGRAM_TOKEN="")
    assert refused.code == os.EX_CONFIG
    assert refused.line == (
        "zdraw: nothing to do: set ZDRAW_TELEGRAM_TOKEN or ZDRAW_DISCORD_TOKEN, "
        "or let ZDRAW_BOARD_PORT or ZDRAW_COMFYUI_PORT be a port"
    )


def test_token_that_telegram_refuses_is_not_repeated(tmp_path: Path) -> None:
    with FakeTelegram(token="4242:another-token-than-the-one-that-is-set") as telegram:
        refused = start(tmp_path, "run", TELEGRAM_API_BASE=telegram.base_url)
    assert refused.code == os.EX_CONFIG
    assert refused.line == (
        "zdraw: Telegram refuses the token: check ZDRAW_TELEGRAM_TOKEN with @BotFather"
    )
    assert TOKEN not in refused.log


def test_token_that_discord_refuses_is_not_repeated(tmp_path: Path) -> None:
    with FakeDiscord(token="another.token.than-the-one-that-is-set") as discord:
        refused = start(
            tmp_path,
            "run",
            TELEGRAM_TOKEN="",
            DISCORD_TOKEN=DISCORD_TOKEN,
            DISCORD_API_BASE=discord.api_base,
            DISCORD_GATEWAY_URL=discord.gateway_url,
        )
    assert refused.code == os.EX_CONFIG
    assert refused.line == (
        "zdraw: Discord refuses the token: check ZDRAW_DISCORD_TOKEN in the Developer Portal"
    )
    assert DISCORD_TOKEN not in refused.log


def test_unwritable_state_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    refused = start(tmp_path, "run", STATE_DIR=str(tmp_path / "file" / "state"))
    assert refused.code == os.EX_CANTCREAT
    assert refused.line.startswith(f"zdraw: cannot write to state folder {tmp_path}/file/state (")
    assert refused.line.endswith("set ZDRAW_STATE_DIR to a folder that zdraw may write to")


def test_board_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = start(tmp_path, "bot", BOARD_PORT=str(port))
    assert refused.code == os.EX_UNAVAILABLE
    assert refused.line.startswith(f"zdraw: port {port} on 127.0.0.1 cannot be used (")
    assert refused.line.endswith("set ZDRAW_BOARD_PORT to another one, or to 0 for no board")


def test_api_that_others_reach_is_refused_until_there_is_a_secret(tmp_path: Path) -> None:
    refused = start(tmp_path, "bot", COMFYUI_PORT="8188", API_HOST="0.0.0.0")
    assert refused.code == os.EX_CONFIG
    assert refused.line.startswith("zdraw: ZDRAW_API_HOST=0.0.0.0 lets others in, and ")


def test_board_that_others_reach_is_refused_without_a_password(tmp_path: Path) -> None:
    refused = start(tmp_path, "bot", BOARD_PORT="7860", BOARD_HOST="0.0.0.0")
    assert refused.code == os.EX_CONFIG
    assert refused.line == (
        "zdraw: ZDRAW_BOARD_HOST=0.0.0.0 lets others in: set ZDRAW_BOARD_PASSWORD to what they "
        "have to know, or leave the board at 127.0.0.1"
    )


def test_api_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        refused = start(tmp_path, "bot", TELEGRAM_TOKEN="", COMFYUI_PORT=str(port))
    assert refused.code == os.EX_UNAVAILABLE
    assert refused.line.startswith(f"zdraw: port {port} on 127.0.0.1 cannot be used (")
    assert refused.line.endswith("set ZDRAW_COMFYUI_PORT to another one, or to 0 for no API")


def test_missing_library_of_the_board_is_named_with_both_ways_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.modules['gradio'] = None")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    refused = start(tmp_path, "bot", BOARD_PORT="7860")
    assert refused.code == os.EX_UNAVAILABLE
    assert refused.line == (
        "zdraw: the board's library is not installed; pip install 'zdraw[board]', "
        "or set ZDRAW_BOARD_PORT=0 for no board"
    )


@pytest.mark.parametrize(
    "content", [b"not a database " * 400, b"SQLite format 3\0" + b"\xff" * 8000]
)
def test_damaged_database_is_named_and_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    database = tmp_path / "state" / "zdraw.db"
    database.parent.mkdir()
    database.write_bytes(content)
    refused = start(tmp_path, "run")
    assert refused.code == os.EX_DATAERR
    assert refused.line.startswith(f"zdraw: the database {database} is ")
    assert database.read_bytes() == content


def test_database_of_a_newer_version_is_left_to_that_version(tmp_path: Path) -> None:
    environ = environment(tmp_path, {})
    subprocess.run([ZDRAW, "db", "migrate"], cwd=tmp_path, env=environ, check=True, timeout=30)
    database = tmp_path / "state" / "zdraw.db"
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    refused = start(tmp_path, "bot")
    assert refused.code == os.EX_DATAERR
    assert refused.line.startswith(f"zdraw: the database {database} is newer than this zdraw (")


def test_missing_weights_are_named_with_the_command_that_gets_them(tmp_path: Path) -> None:
    refused = start(tmp_path, "run", MODEL="z-image-turbo")
    folder = tmp_path / "state" / "models" / "z-image-turbo"
    assert refused.code == os.EX_CONFIG
    assert refused.line == (
        f"zdraw engine: {WeightsError.zh} / no weights of z-image-turbo in {folder}; "
        f"get them with: zdraw model pull z-image-turbo --to {folder}"
    )


def test_truncated_weights_are_named(tmp_path: Path) -> None:
    weights = tmp_path / "weights"
    shutil.copytree(WEIGHTS, weights)
    os.truncate(weights / "transformer" / "diffusion_pytorch_model.safetensors", 100_000)
    refused = start(tmp_path, "run", WEIGHTS_DIR=str(weights))
    assert refused.code == os.EX_CONFIG
    lead = f"zdraw engine: {WeightsError.zh} / damaged weights of demo in {weights} ("
    assert refused.line.startswith(lead)


def test_setting_that_only_the_engine_reads_is_refused_by_name(tmp_path: Path) -> None:
    refused = start(tmp_path, "run", ENGINE_QUEUE_SIZE="0")
    assert refused.code == os.EX_CONFIG
    assert refused.line.startswith("zdraw engine: ZDRAW_ENGINE_QUEUE_SIZE=0: ")


def test_programs_that_lie_in_the_working_folder_are_not_run(tmp_path: Path) -> None:
    for name in ("bot", "engine", "migrations"):
        (tmp_path / name).mkdir()
        for module in ("__init__", "__main__"):
            (tmp_path / name / f"{module}.py").write_text("raise SystemExit('not zdraw')")
    assert "no weights of z-image-turbo" in start(tmp_path, "run", MODEL="z-image-turbo").line


@contextmanager
def running(folder: Path, **settings: str) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """A bot and its log."""
    log = folder / "log"
    with log.open("wb") as errors:
        bot = subprocess.Popen(
            [ZDRAW, "bot"], cwd=folder, env=environment(folder, settings), stderr=errors
        )
    try:
        yield bot, log
    finally:
        bot.kill()
        bot.wait()


def eventually(happened: Callable[[], bool], log: Path) -> None:
    until = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < until, log.read_text()
        time.sleep(0.05)


def test_telegram_that_cannot_be_reached_is_waited_for_with_one_warning(tmp_path: Path) -> None:
    telegram = FakeTelegram().start()
    telegram.stop()
    with running(tmp_path, TELEGRAM_API_BASE=telegram.base_url) as (bot, log):
        eventually(lambda: "telegram_unreachable" in log.read_text(), log)
        time.sleep(1.2)  # the first tries come half a second and a second apart
        with telegram:
            eventually(lambda: "event=telegram_ready" in log.read_text(), log)
            bot.send_signal(signal.SIGTERM)
            assert bot.wait(timeout=10) == 0
    warnings = [line for line in log.read_text().splitlines() if "level=warning" in line]
    assert [line.partition(" ")[0] for line in warnings] == ["event=telegram_unreachable"]
