"""The commands. What they need is imported when they run, so that `zdraw --help` is quick."""

import importlib.metadata
import importlib.util
import os
import sys
from typing import Annotated, Any

import typer

from bot.cli.db import db
from bot.cli.doctor import doctor
from bot.cli.draw import draw
from bot.cli.model import model
from bot.cli.plan import plan
from bot.cli.token import token
from bot.core.errors import StartupError

app = typer.Typer(
    help="Draws what people ask for in a chat, with Z-Image on your own GPU.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.add_typer(db, name="db")
app.add_typer(token, name="token")
app.add_typer(model, name="model")
app.command(context_settings={"ignore_unknown_options": True})(draw)
app.command()(doctor)
app.command()(plan)

#: -P: a folder named `engine` or `migrations` where the operator happens to stand is not ours.
_MODULE = ("-P", "-m")
ParentFd = Annotated[
    int | None,
    typer.Option("--parent-fd", hidden=True, help="Given by `zdraw run`; stop when it closes."),
]


@app.command()
def run() -> None:
    """Run engine and bot, and start again what dies."""
    from bot.supervisor import supervise

    settings = _settings_and_log()
    commands = {"engine": _engine_command(), "bot": [sys.executable, *_MODULE, "bot"]}
    raise typer.Exit(supervise(settings.state_dir, commands))


@app.command()
def bot(parent_fd: ParentFd = None) -> None:
    """Run the bot alone: chats, board, queue."""
    settings = _settings_and_log()

    from bot.garbage import wait_for_what_stays

    wait_for_what_stays()
    from bot.bootstrap import run_bot

    code = run_bot(settings, parent_fd)
    # Everything is on disk, and the locks are let go. The interpreter's own end would take
    # seconds, where the machine is busy, to tidy the board's libraries away.
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


@app.command()
def engine(parent_fd: ParentFd = None) -> None:
    """Run the engine alone: the model on the GPU."""
    inherited = [] if parent_fd is None else ["--parent-fd", str(parent_fd)]
    command = [*_engine_command(), *inherited]
    os.execv(command[0], command)


@app.command()
def version() -> None:
    """Print the version."""
    typer.echo(importlib.metadata.version("zdraw"))


def _settings_and_log() -> Any:
    from bot.load_settings import load_settings
    from bot.log import set_up_log

    settings = load_settings()
    set_up_log(settings.log_level, settings.log_format)
    return settings


def _engine_command() -> list[str]:
    # Looked for, not imported: this process stays light.
    if importlib.util.find_spec("torch") is None:
        raise StartupError(
            "the engine's libraries are not installed; pip install 'zdraw[engine]'",
            os.EX_UNAVAILABLE,
        )
    return [sys.executable, *_MODULE, "engine"]
