"""`zdraw model`: which models there are, and getting, checking and choosing one."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.core.errors import StartupError

if TYPE_CHECKING:
    from bot.weights.shelf import Shelf
    from engine.profiles import Profile

model = typer.Typer(help="Models: list, get, check and choose them.", no_args_is_help=True)

Named = Annotated[str, typer.Argument(help="A model's name, or a folder.")]
#: Of the list: state -> (Chinese, English).
_STATES = {
    "none": ("没有", "not here"),
    "partial": ("没下完", "not complete"),
    "damaged": ("不完整", "damaged"),
    "complete": ("可用", "ready"),
    "updating": ("可用，更新没下完", "ready, an update is not complete"),
    "unpublished": ("尚未公开", "not published"),
}


@model.command("list")
def show() -> None:
    """Models that zdraw knows, folders that are there, and which one is in use."""
    for one in _shelf().all():
        zh, en = _STATES[one.state]
        mark = "→" if one.in_use else " "
        size = f"{one.size / 1e9:.2f} GB" if one.size else "–"
        facts = (f"{mark} {one.name}", f"{zh} {en}", size, str(one.folder), one.source)
        typer.echo("  ".join(fact for fact in facts if fact))


@model.command()
def pull(
    name: Annotated[str, typer.Argument(help="A model's name; `zdraw model list` tells them.")],
    to: Annotated[
        Path | None, typer.Option(help="Folder. Else the one the engine looks in.")
    ] = None,
    hub: Annotated[
        str | None, typer.Option("--from", help="huggingface or modelscope. Else ZDRAW_HUB.")
    ] = None,
    endpoint: Annotated[
        str | None, typer.Option(help="Address of a mirror. Else ZDRAW_HUB_ENDPOINT.")
    ] = None,
) -> None:
    """Get a model's weights. Started again it goes on where it has ended."""
    from bot.load_settings import load_settings
    from bot.weights.desk import fetch
    from engine.profiles import UnknownModel

    settings = load_settings()
    try:
        profile = _published(name)
        folder = to or _shelf().usual_folder(profile)
    except UnknownModel as error:
        raise StartupError(str(error), os.EX_DATAERR) from None
    done = fetch(settings, profile, folder, hub or settings.hub, endpoint)
    typer.echo(f"✅ {profile.name} 在 / is in {folder} ({done / 1e9:.2f} GB)")
    typer.echo(f"用它 / to use it: zdraw model use {to or profile.name}")


@model.command()
def check(
    named: Named,
    quick: Annotated[bool, typer.Option("--quick", help="Sizes and headers only.")] = False,
) -> None:
    """Look at every file of a model: is it there, its length, its checksum."""
    from engine.manifest import read as manifest_of
    from engine.weight_files import bytes_of

    folder = _checked(named, hashes=not quick)
    fetched = manifest_of(folder)
    by = "" if quick or fetched is None else "，校验和都对 / , checksums too"
    typer.echo(f"✅ {named} 完整 / is complete: {bytes_of(folder) / 1e9:.2f} GB, {folder}{by}")


@model.command()
def use(named: Named) -> None:
    """Choose a model: checks it, then writes ZDRAW_MODEL into .env."""
    from bot.weights.env_file import set_values
    from engine.local_model import chosen_model
    from engine.profiles import UnknownModel, row_named

    # Where ZDRAW_WEIGHTS_DIR leads does not count: it is taken back.
    folder = _checked(named, hashes=False, pulled=True)
    row = row_named(named)
    value = row.name if row is not None else str(folder.absolute())
    try:
        chosen_model(value)
        # A row's own folder is where the engine looks; a path says where it is by itself.
        set_values(Path(".env"), {"ZDRAW_MODEL": value, "ZDRAW_WEIGHTS_DIR": ""})
    except UnknownModel as error:
        raise StartupError(str(error), os.EX_DATAERR) from None
    except (OSError, UnicodeDecodeError) as error:
        raise StartupError(f"cannot write .env: {error}", os.EX_CANTCREAT) from None
    typer.echo(f"✅ .env: ZDRAW_MODEL={value}")
    if os.environ.get("ZDRAW_MODEL") not in (None, "", value):
        typer.echo("⚠️ 环境变量 ZDRAW_MODEL 另有设置 / the environment sets ZDRAW_MODEL otherwise")
    typer.echo("重启 zdraw 后生效 / start zdraw again for it to count")


def _published(name: str) -> "Profile":
    from engine.profiles import profile_named

    profile = profile_named(name)
    if profile.vocabulary:
        raise StartupError(f"{profile.name} 随 zdraw 附带 / comes with zdraw", os.EX_DATAERR)
    return profile


def _checked(named: str, *, hashes: bool, pulled: bool = False) -> Path:
    """The folder, in which nothing is wrong. Raises StartupError."""
    from bot.weights.shelf import State, state_of
    from engine.profiles import UnknownModel, profile_named, row_named
    from engine.weight_check import wrong

    try:
        row = None if row_named(named) is None else profile_named(named)
        folder = _shelf().pulled_folder(row) if pulled and row else _shelf().found(named)
    except UnknownModel as error:
        raise StartupError(str(error), os.EX_DATAERR) from None
    if state_of(folder) is State.NONE:
        raise StartupError(f"{folder} 里没有模型 / no model in {folder}", os.EX_NOINPUT)
    faults = wrong(folder, hashes=hashes)
    for fault in faults:
        typer.echo(f"❌ {fault}")
    if faults:
        raise StartupError(
            f"{named} 不完整，重新下载会补齐 / {named} is not whole; `zdraw model pull` mends what "
            "it fetched",
            os.EX_DATAERR,
        )
    return folder


def _shelf() -> "Shelf":
    from pydantic import ValidationError

    from bot.weights.shelf import Shelf
    from engine.settings import EngineSettings

    try:
        return Shelf(EngineSettings())
    except ValidationError as wrong:
        (first, *_) = wrong.errors()
        name = f"ZDRAW_{str(first['loc'][0]).upper()}"
        raise StartupError(f"{name} is refused: {first['msg']}", os.EX_CONFIG) from None
