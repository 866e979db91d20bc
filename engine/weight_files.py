"""Whether the files of a model are all there and whole. Standard library only: no torch.

Only headers are read, which takes milliseconds for any model. Loading (engine/pipelines/weights.py)
asks for more: that each tensor which the network wants is there in its shape. So what fails here
fails there, and what is fine here is almost certainly fine there.
"""

import json
import struct
from pathlib import Path
from typing import Any

INDEX = "model_index.json"
#: Folder -> what the weights in it are called, without their ending.
_NETWORKS = {
    "text_encoder": "model",
    "transformer": "diffusion_pytorch_model",
    "vae": "diffusion_pytorch_model",
}
_OTHERS = ("scheduler/scheduler_config.json", "tokenizer/tokenizer.json")
#: The limit of the safetensors library; what has a longer one is something else.
_LONGEST_HEADER = 100_000_000


class NoWeights(Exception):
    """The folder has no model in it."""


class DamagedWeights(Exception):
    """A file is missing, cut off or another kind of file; the message says which."""


def check_files(folder: Path) -> int:
    """Bytes of weights in `folder`. Raises NoWeights, DamagedWeights."""
    if not (folder / INDEX).is_file():
        raise NoWeights
    _json(folder / INDEX, folder)
    for name in _OTHERS:
        _json(folder / name, folder)
    return sum(_network(folder, folder / name, stem) for name, stem in _NETWORKS.items())


def _network(root: Path, folder: Path, stem: str) -> int:
    _json(folder / "config.json", root)
    listing = folder / f"{stem}.safetensors.index.json"
    if not listing.exists():
        whole = folder / f"{stem}.safetensors"
        _tensors(whole, root)
        return whole.stat().st_size
    shards: dict[str, set[str]] = {}
    for tensor, file in _entries(listing, root).items():
        shards.setdefault(str(file), set()).add(tensor)
    for file, listed in shards.items():
        lacking = listed - _tensors(folder / file, root)
        if lacking:
            raise DamagedWeights(f"{folder.name}/{file} lacks {min(lacking)}")
    return sum((folder / file).stat().st_size for file in shards)


def _entries(listing: Path, root: Path) -> dict[str, Any]:
    """Tensor -> the file it lies in."""
    entries = _json(listing, root).get("weight_map")
    if not isinstance(entries, dict):
        raise DamagedWeights(f"{listing.relative_to(root)} has no weight_map")
    return entries


def _tensors(file: Path, root: Path) -> set[str]:
    """Names of the tensors in `file`, which is exactly as long as its header says."""
    name = file.relative_to(root)
    try:
        size = file.stat().st_size
        with file.open("rb") as opened:
            (length,) = struct.unpack("<Q", opened.read(8))
            header = json.loads(opened.read(length)) if length <= _LONGEST_HEADER else None
    except FileNotFoundError:
        raise DamagedWeights(f"{name} is missing") from None
    except OSError as error:
        raise DamagedWeights(f"{name} cannot be read: {error.strerror}") from None
    except (struct.error, ValueError):
        header = None
    if not isinstance(header, dict):
        raise DamagedWeights(f"{name} is not a safetensors file")
    tensors = {key: value for key, value in header.items() if key != "__metadata__"}
    expected = 8 + length + max((_end(value) for value in tensors.values()), default=0)
    if size != expected:
        raise DamagedWeights(f"{name} has {size} bytes instead of {expected}")
    return set(tensors)


def _end(entry: Any) -> int:
    try:
        return int(entry["data_offsets"][1])
    except (KeyError, IndexError, TypeError, ValueError):
        return 0


def _json(file: Path, root: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except FileNotFoundError:
        raise DamagedWeights(f"{file.relative_to(root)} is missing") from None
    except OSError as error:
        raise DamagedWeights(f"{file.relative_to(root)} cannot be read: {error.strerror}") from None
    except ValueError:
        content = None
    if not isinstance(content, dict):
        raise DamagedWeights(f"{file.relative_to(root)} is not a JSON file")
    return content
