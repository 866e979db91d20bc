"""Whether the files of a model are all there and whole. Standard library only: no torch.

Only headers are read, which takes milliseconds for any model. Loading (engine/pipelines/weights.py)
asks for more: that each tensor which the network wants is there in its shape. So what fails here
fails there, and what is fine here is almost certainly fine there.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.tensor_header import DamagedFile, read_header

INDEX = "model_index.json"
#: Tensor -> its shape.
Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class Layout:
    """What a folder of one pipeline class has in it."""

    #: Folder -> what the weights in it are called, without their ending.
    networks: Mapping[str, str]
    #: Folder of the network that denoises.
    denoiser: str
    #: Of the tokenizer: of these groups of files one has to be there.
    tokenizers: tuple[tuple[str, ...], ...] = (("tokenizer/tokenizer.json",),)
    scheduler: str = "scheduler/scheduler_config.json"


_DIFFUSERS, _TRANSFORMERS = "diffusion_pytorch_model", "model"
#: By the `_class_name` of model_index.json.
LAYOUTS: dict[str, Layout] = {
    "ZImagePipeline": Layout(
        networks={"text_encoder": _TRANSFORMERS, "transformer": _DIFFUSERS, "vae": _DIFFUSERS},
        denoiser="transformer",
    ),
    "StableDiffusionPipeline": Layout(
        networks={"text_encoder": _TRANSFORMERS, "unet": _DIFFUSERS, "vae": _DIFFUSERS},
        denoiser="unet",
        tokenizers=(
            ("tokenizer/tokenizer.json",),
            ("tokenizer/vocab.json", "tokenizer/merges.txt"),
        ),
    ),
}


class NoWeights(Exception):
    """The folder has no model in it."""


class DamagedWeights(Exception):
    """A file is missing, cut off or another kind of file; the message says which."""


def pipeline_class(folder: Path) -> str:
    """What model_index.json says that `folder` is, one of LAYOUTS. Raises NoWeights,
    DamagedWeights."""
    if not (folder / INDEX).is_file():
        raise NoWeights
    named = _json(folder / INDEX, folder).get("_class_name")
    if not isinstance(named, str) or named not in LAYOUTS:
        raise DamagedWeights(f"{INDEX} is of {named}; supported: {', '.join(LAYOUTS)}")
    return str(named)


def bytes_of(folder: Path) -> int:
    """Of weights, of a folder in which nothing is wrong. Raises OSError, DamagedWeights."""
    networks = LAYOUTS[pipeline_class(folder)].networks
    return sum(
        file.stat().st_size
        for name, stem in networks.items()
        for file in weight_files_of(folder, name, stem)
    )


def faults(folder: Path) -> Iterator[str]:
    """What is wrong, file by file; nothing where all is well. Raises NoWeights."""
    try:
        layout = LAYOUTS[pipeline_class(folder)]
    except DamagedWeights as error:
        yield str(error)
        return
    yield from _fault_of_json(folder, layout.scheduler)
    groups = [[fault for name in names for fault in _fault_of_file(folder, name)]
              for names in layout.tokenizers]  # fmt: skip
    if all(groups):
        yield from groups[0]
    for name, stem in layout.networks.items():
        yield from _faults_of_network(folder, name, stem)


def shapes_of(folder: Path, name: str) -> Shapes:
    """All tensors of the network `name` in `folder`. Raises DamagedWeights."""
    stem = LAYOUTS[pipeline_class(folder)].networks[name]
    shapes: Shapes = {}
    for file in weight_files_of(folder, name, stem):
        shapes |= _tensors(file, folder)
    return shapes


def config_of(folder: Path, name: str) -> dict[str, Any]:
    """config.json of the network `name`. Raises DamagedWeights."""
    return _json(folder / name / "config.json", folder)


def scheduler_of(folder: Path) -> dict[str, Any]:
    """The scheduler's settings. Raises DamagedWeights."""
    return _json(folder / LAYOUTS[pipeline_class(folder)].scheduler, folder)


def weight_files_of(folder: Path, name: str, stem: str) -> list[Path]:
    """The files in which the weights of the network `name` lie. Raises DamagedWeights."""
    listing = folder / name / f"{stem}.safetensors.index.json"
    if not listing.exists():
        return [folder / name / f"{stem}.safetensors"]
    files = sorted(set(_entries(listing, folder).values()))
    return [folder / name / file for file in files]


def _faults_of_network(root: Path, name: str, stem: str) -> Iterator[str]:
    yield from _fault_of_json(root, f"{name}/config.json")
    listing = root / name / f"{stem}.safetensors.index.json"
    try:
        files = weight_files_of(root, name, stem)
        entries = _entries(listing, root) if listing.exists() else {}
    except DamagedWeights as error:
        yield str(error)
        return
    for file in files:
        try:
            found = _tensors(file, root)
        except DamagedWeights as error:
            yield str(error)
            continue
        lacking = {tensor for tensor, where in entries.items() if where == file.name} - set(found)
        if lacking:
            yield f"{file.relative_to(root)} lacks {min(lacking)}"


def _fault_of_json(root: Path, name: str) -> Iterator[str]:
    try:
        _json(root / name, root)
    except DamagedWeights as error:
        yield str(error)


def _fault_of_file(root: Path, name: str) -> Iterator[str]:
    if name.endswith(".json"):
        yield from _fault_of_json(root, name)
    elif not (root / name).is_file():
        yield f"{name} is missing"


def _entries(listing: Path, root: Path) -> dict[str, Any]:
    """Tensor -> the file beside `listing` that it lies in."""
    entries = _json(listing, root).get("weight_map")
    if not isinstance(entries, dict):
        raise DamagedWeights(f"{listing.relative_to(root)} has no weight_map")
    for tensor, file in entries.items():
        if not (isinstance(file, str) and file.isprintable() and file == Path(file).name):
            raise DamagedWeights(
                f"{listing.relative_to(root)} names no file beside it for {tensor}"
            )
    return entries


def _tensors(file: Path, root: Path) -> Shapes:
    """The tensors in `file`, which is exactly as long as its header says."""
    name = file.relative_to(root)
    try:
        header = read_header(file)
    except FileNotFoundError:
        raise DamagedWeights(f"{name} is missing") from None
    except OSError as error:
        raise DamagedWeights(f"{name} cannot be read: {error.strerror}") from None
    except DamagedFile as error:
        raise DamagedWeights(f"{name} {error}") from None
    return {key: tensor.shape for key, tensor in header.tensors.items()}


def _json(file: Path, root: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise DamagedWeights(f"{file.relative_to(root)} is missing") from None
    except OSError as error:
        raise DamagedWeights(f"{file.relative_to(root)} cannot be read: {error.strerror}") from None
    except (ValueError, RecursionError):
        content = None
    if not isinstance(content, dict):
        raise DamagedWeights(f"{file.relative_to(root)} is not a JSON file")
    return content
