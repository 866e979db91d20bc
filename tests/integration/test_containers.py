"""What the containers of docker-compose.yml run: health checks and the migration."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml  # type: ignore[import-untyped]  # its types are a package of their own

from bot.instance_lock import InstanceLock
from tests.fakes.pipeline import FakePipeline
from tests.integration.test_engine_server import running_engine
from tests.integration.waiting import eventually

ROOT = Path(__file__).parents[2]
SERVICES = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))["services"]


def run(command: list[str], **settings: str) -> subprocess.CompletedProcess[str]:
    programs = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ZDRAW_")}
    environment = kept | settings | {"PATH": programs}
    return subprocess.run(
        command,
        env=environment,
        capture_output=True,
        text=True,
        timeout=50,
        cwd=settings["ZDRAW_STATE_DIR"],
    )


def health(name: str, state_dir: Path) -> int:
    script = ROOT / "docker" / f"{name}_health.py"
    return run([sys.executable, str(script)], ZDRAW_STATE_DIR=str(state_dir)).returncode


@pytest.mark.parametrize("name", ["bot", "engine"])
def test_container_in_which_nothing_runs_is_unhealthy(name, tmp_path):
    assert health(name, tmp_path) == 1


def test_bot_at_work_is_healthy(tmp_path):
    with InstanceLock(tmp_path, "bot").acquire():
        assert health("bot", tmp_path) == 0
    assert health("bot", tmp_path) == 1


async def test_engine_is_healthy_once_it_takes_jobs(tmp_path):
    async with running_engine(tmp_path, FakePipeline()) as (engine, _):
        await eventually(lambda: engine.info().ready)
        assert await asyncio.to_thread(health, "engine", tmp_path) == 0
    assert health("engine", tmp_path) == 1


def migration(state_dir: Path) -> subprocess.CompletedProcess[str]:
    shell = [part.replace("$$", "$") for part in SERVICES["migrate"]["entrypoint"]]
    return run(shell, ZDRAW_STATE_DIR=str(state_dir))


def test_migration_makes_the_database(tmp_path):
    assert migration(tmp_path).returncode == 0
    assert (tmp_path / "zdraw.db").is_file()


def test_migration_beside_a_bot_at_work_is_no_failure(tmp_path):
    with InstanceLock(tmp_path, "bot").acquire():
        done = migration(tmp_path)
    assert done.returncode == 0
    assert not (tmp_path / "zdraw.db").exists()


def test_migration_that_fails_keeps_its_code(tmp_path):
    (tmp_path / "zdraw.db").write_bytes(b"not a database " * 400)
    assert migration(tmp_path).returncode == os.EX_DATAERR
