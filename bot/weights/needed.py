"""Which of a published model's files its pipeline opens: the others are not fetched."""

from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

from bot.weights.hubs import HubError
from engine.manifest import RemoteFile, is_safe
from engine.profiles import Profile
from engine.weight_files import INDEX, LAYOUTS, Layout

#: Weights that are there twice: in half precision, and as they were before averaging.
_TWICE = ("*.fp16.*", "*.bf16.*", "*.non_ema.*", "*.fp16-*", "*non_ema*")


def needed(model: Profile, files: Iterable[RemoteFile]) -> tuple[RemoteFile, ...]:
    """Those that `model` is drawn with, model_index.json last: without it a folder is no model.
    Raises HubError where what is published is another kind of folder."""
    layout = LAYOUTS[model.pipeline_class]
    chosen = {file.path: file for file in files if _is_needed(file.path, layout)}
    lacking = sorted(name for name in (INDEX, layout.scheduler) if name not in chosen)
    for network, stem in layout.networks.items():
        if not any(path.startswith(f"{network}/{stem}") for path in chosen):
            lacking.append(f"{network}/{stem}.safetensors")
    if lacking:
        raise HubError(
            f"那里没有 diffusers 的 {model.pipeline_class}：缺 {lacking[0]} / no "
            f"{model.pipeline_class} of diffusers there: it lacks {lacking[0]}"
        )
    index = chosen.pop(INDEX)
    return (*(chosen[path] for path in sorted(chosen)), index)


def opened_beside(model: Profile, files: Iterable[RemoteFile], folder: Path) -> Iterator[str]:
    """What lies in `folder`, is none of `files`, and would be opened with them."""
    known = {file.path for file in files}
    for found in sorted(folder.glob("*/*")):
        path = str(found.relative_to(folder))
        if path not in known and _is_needed(path, LAYOUTS[model.pipeline_class]):
            yield path


def _is_needed(path: str, layout: Layout) -> bool:
    if path == INDEX:
        return True
    folder, _, name = path.partition("/")
    if "/" in name or not is_safe(path):
        return False
    if folder in layout.networks:
        stem = layout.networks[folder]
        twice = any(fnmatch(name, pattern) for pattern in _TWICE)
        mine = fnmatch(name, f"{stem}*.safetensors") or name == f"{stem}.safetensors.index.json"
        return name == "config.json" or (mine and not twice)
    return folder in ("tokenizer", "scheduler") and name.endswith((".json", ".txt", ".jinja"))
