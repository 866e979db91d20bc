"""The model that ZDRAW_MODEL names: a row of the table, or a folder, whose row is made from it."""

import math
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine import weight_files
from engine.anatomy import Anatomy
from engine.local_anatomy import anatomy_of
from engine.profiles import PROFILES, Profile, UnknownModel, profile_named, row_named
from engine.weight_files import DamagedWeights, NoWeights

#: What the name of a folder's model begins with, so that it is no row's.
PREFIX = "local-"
_LONGEST_NAME = 48


def chosen_model(model: str) -> Profile:
    """The row that `model` names, or the one of the folder of that path. Reads small files and
    headers. Raises UnknownModel."""
    if row_named(model) is None and _is_path(model):
        return profile_of(Path(model).absolute())
    return profile_named(model)


def profile_of(folder: Path) -> Profile:
    """What the diffusers pipeline in `folder` can do: as the row of its kind, with sizes and
    anatomy of its own. Raises UnknownModel."""
    try:
        row = _row_of(folder)
        # The rows' own weights have the rows' anatomy, which was counted.
        anatomy = anatomy_of(folder, row.anatomy)
    except NoWeights:
        raise UnknownModel(f"no model in {folder}: it has no model_index.json") from None
    except DamagedWeights as error:
        raise UnknownModel(f"no whole model in {folder}: {error}") from None
    return replace(
        row,
        name=_name(folder),
        answers_to=(),
        source=str(folder),
        remedy="put its files there again; `zdraw model check {folder}` names them",
        folder=folder,
        anatomy=anatomy,
        **_sizes(row, anatomy.decoder.latent_side, _native_side(folder, row, anatomy)),
    )


def _is_path(model: str) -> bool:
    return model.startswith(("/", "./", "../")) or model in (".", "..") or Path(model).is_dir()


def _row_of(folder: Path) -> Profile:
    """The first row of its class, or the one whose scheduler it has."""
    named = weight_files.pipeline_class(folder)
    rows = [row for row in _of_folders() if row.pipeline_class == named]
    scheduler = weight_files.scheduler_of(folder)
    return next((row for row in rows if row.shift == scheduler.get("shift", 0)), rows[0])


def _of_folders() -> Iterator[Profile]:
    # Not those that know a few words only: a folder is nobody's stand-in.
    return (row for row in PROFILES if row.published and not row.vocabulary)


def _native_side(folder: Path, row: Profile, anatomy: Anatomy) -> int:
    """Pixels along a side of the pictures that it was made for."""
    denoiser = weight_files.LAYOUTS[row.pipeline_class].denoiser
    latents = weight_files.config_of(folder, denoiser).get("sample_size")
    pixels = weight_files.config_of(folder, "vae").get("sample_size")
    if isinstance(latents, int) and latents > 0:
        return latents * anatomy.decoder.latent_side
    return pixels if isinstance(pixels, int) and pixels > 0 else row.default_size[0]


def _sizes(row: Profile, latent_side: int, native: int) -> dict[str, Any]:
    """Multiples of what VAE and denoiser can cut, around the size that it was made for."""
    multiple = row.multiple * latent_side // row.anatomy.decoder.latent_side
    usual = max(1, min(native, row.max_side) // multiple) * multiple
    grown = usual / row.default_size[0]
    # A model for smaller pictures than its kind draws neither the largest nor the smallest of it.
    low = math.ceil(min(1.0, grown) * row.min_side / multiple) * multiple
    high = max(usual, int(min(1.0, grown) * row.max_side) // multiple * multiple)
    return {
        "multiple": multiple,
        "min_side": low,
        "max_side": high,
        "max_pixels": min(row.max_pixels, high * high),
        "default_size": (usual, usual),
    }


def _name(folder: Path) -> str:
    plain = re.sub(r"[^\w.-]+", "-", folder.name or "root")
    return f"{PREFIX}{plain[:_LONGEST_NAME]}"
