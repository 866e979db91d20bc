"""`zdraw draw`: one picture from a terminal."""

import asyncio
import json
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Self

import typer

from bot.core.errors import StartupError

if TYPE_CHECKING:
    from bot.draw_report import Drawn, DrawProgress


def draw(
    prompt: Annotated[
        list[str],
        typer.Argument(help="What to draw; options of /draw may stand in it, as in a chat."),
    ],
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="File to write, replaced if it exists. Else <id>.png."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the result as JSON.")] = False,
) -> None:
    """Draw a picture."""
    from bot.load_settings import load_settings
    from bot.log import set_up_log
    from bot.settings import LogLevel

    settings = load_settings()
    _check_target(out)

    from bot.draw_once import run_draw

    # The progress bar says what happens; only what goes wrong is worth a line beside it.
    set_up_log(LogLevel.WARNING, settings.log_format)
    with _Bar() as bar:
        drawn = asyncio.run(run_draw(settings, " ".join(prompt), out, bar.show))
    typer.echo(_as_json(drawn) if as_json else _as_text(drawn))


def _check_target(out: Path | None) -> None:
    """Refuse before drawing what could not be saved after it."""
    if out is None:
        return
    if out.suffix.lower() != ".png":
        raise StartupError(f"--out {out} is refused; allowed: a name ending in .png", os.EX_DATAERR)
    if out.is_dir() or not os.access(out.parent, os.W_OK):
        raise StartupError(f"--out {out} cannot be written", os.EX_CANTCREAT)


class _Bar:
    """A line on standard error that is kept true; nothing where no terminal is."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=None)

    def show(self, now: "DrawProgress") -> None:
        """Show where the request is."""
        waiting = f"{now.ahead} ahead" if now.ahead else "waiting"
        if now.paused:
            waiting = "the queue is paused; /resume in a chat lets it go on"
        self._progress.update(
            self._task,
            description=f"drawing {now.generation_id}" if now.steps else waiting,
            completed=now.step,
            total=now.steps or None,
        )

    def __enter__(self) -> Self:
        if self._progress.console.is_terminal:
            self._progress.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._progress.stop()


def _as_text(drawn: "Drawn") -> str:
    facts = f"{drawn.width}x{drawn.height}  seed {drawn.seed}  {drawn.seconds:.1f} s"
    return "\n".join([*(f"{file}  {facts}" for file in drawn.files), *drawn.remarks])


def _as_json(drawn: "Drawn") -> str:
    fields = {
        "id": drawn.generation_id,
        "files": [str(file) for file in drawn.files],
        "width": drawn.width,
        "height": drawn.height,
        "seed": drawn.seed,
        "seconds": round(drawn.seconds, 3),
        "remarks": list(drawn.remarks),
    }
    return json.dumps(fields, ensure_ascii=False)
