"""Who may import what, and that the contracts in pyproject.toml notice when somebody does."""

import ast
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TORCH = {"torch", "diffusers", "transformers", "accelerate"}
#: Gradio is for processes whose board is on, and for nobody else.
HEAVY = TORCH | {"gradio"}
#: What commands need and `zdraw --help` does not.
OF_COMMANDS = {"sqlalchemy", "telegram", "pydantic_settings", "structlog", "fastapi", "httpx"}
#: All that the bot may know of the engine.
ENGINE_FOR_THE_BOT = {
    "engine.contract",
    "engine.file_lock",
    "engine.local_model",
    "engine.lock_wait",
    "engine.lora",
    "engine.manifest",
    "engine.memory.cards",
    "engine.memory.costs",
    "engine.memory.plan",
    "engine.private_folder",
    "engine.profiles",
    "engine.settings",
    "engine.sight",
    "engine.socket_path",
    "engine.weight_check",
    "engine.weight_files",
}
#: The only places that may import torch; the rest of the engine can be tested without it.
TORCH_FOLDERS = (
    "engine/pipelines/",
    "engine/demo_model/",
    "engine/memory/block_swap.py",
    "engine/memory/host_buffer.py",
)


def imported_by(module: str) -> set[str]:
    """Top-level packages in a fresh process that has imported `module`."""
    code = f"import sys, {module}; print(*{{name.split('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


def imports_in(folder: str) -> Iterator[tuple[str, str]]:
    """(file, module) for every import statement below `folder`, late ones included."""
    for path in sorted((ROOT / folder).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((str(path.relative_to(ROOT)), name.name) for name in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield str(path.relative_to(ROOT)), node.module or ""


@pytest.mark.parametrize(
    "module",
    [
        "bot.bootstrap",
        "bot.draw_once",
        "bot.supervisor",
        "bot.adapters.telegram.adapter",
        "bot.adapters.discord.adapter",
        "bot.adapters.http_api.server",
        "engine.contract",
        "engine.memory.plan",
        "engine.profiles",
        "engine.settings",
    ],
)
def test_process_that_talks_to_people_imports_nothing_heavy(module):
    assert imported_by(module) & HEAVY == set()


def test_a_platform_that_is_off_costs_no_memory():
    of_platforms = {"telegram", "discord", "gradio", "fastapi", "jwt", "prometheus_client", "PIL"}
    assert imported_by("bot.bootstrap") & of_platforms == set()


def test_help_waits_for_no_library_of_a_command():
    assert imported_by("bot.cli.app") & (HEAVY | OF_COMMANDS) == set()


def test_bot_knows_only_the_border_of_the_engine():
    known = {module for _, module in imports_in("bot") if module.split(".")[0] == "engine"}
    assert known <= ENGINE_FOR_THE_BOT


def test_torch_is_imported_in_its_folders_only():
    importers = {file for file, module in imports_in("engine") if module.split(".")[0] in TORCH}
    assert {file for file in importers if not file.startswith(TORCH_FOLDERS)} == set()


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    folder = tmp_path_factory.mktemp("copy")
    only_code = shutil.ignore_patterns("__pycache__", "weights")
    for package in ("bot", "engine"):
        shutil.copytree(ROOT / package, folder / package, ignore=only_code)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("bot/adapters/local.py", "from bot.store import images", "The bot is layered"),
        ("bot/store/images.py", "from bot import bootstrap", "The bot is layered"),
        ("bot/bootstrap.py", "from bot.cli import app", "The bot is layered"),
        ("engine/contract.py", "from bot import settings", "The engine never imports the bot"),
        ("bot/links/local_engine.py", "import torch", "The bot never imports torch"),
        ("bot/core/draw.py", "import httpx", "The core uses the standard library"),
        ("bot/core/deliver.py", "import discord", "The core uses the standard library"),
        ("bot/core/draw.py", "from bot import log", "The core uses the standard library"),
    ],
)
def test_broken_contract_is_noticed(copy, module, line, contract):
    original = (copy / module).read_text(encoding="utf-8")
    (copy / module).write_text(f"{original}\n{line}\n", encoding="utf-8")
    lint = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache", "--no-logo"]
    done = subprocess.run(lint, cwd=copy, capture_output=True, text=True)
    (copy / module).write_text(original, encoding="utf-8")
    broken = [text for text in done.stdout.splitlines() if text.endswith("BROKEN")]
    assert done.returncode == 1
    assert any(text.startswith(contract) for text in broken)
