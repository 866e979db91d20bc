"""Which layers of a model a LoRA file changes, by the names that its trainer gave to its tensors.

A LoRA adds `scale * up @ down` to the matrix of a layer. The names in use for Z-Image, as
diffusers' ZImageLoraLoaderMixin and ComfyUI's LoRA nodes read them:

    transformer.layers.0.attention.to_q.lora_A.weight            diffusers
    base_model.model.layers.0.attention.to_q.lora_A.weight       peft
    diffusion_model.layers.0.attention.qkv.lora_A.weight         ComfyUI, ai-toolkit
    lora_unet_layers_0_attention_to_q.lora_down.weight           kohya, musubi-tuner

What is found must all be understood: half of a LoRA is another LoRA.
"""

import json
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from engine.lora import LoraProblem
from engine.tensor_header import Header

#: Path of a linear layer in the transformer -> (outputs, inputs).
Layers = Mapping[str, tuple[int, int]]

_TENSOR = re.compile(
    r"(?P<layer>.+)\.(?:"
    r"(?P<down>lora_A(?:\.default)?\.weight|lora_down\.weight|lora\.down\.weight)"
    r"|(?P<up>lora_B(?:\.default)?\.weight|lora_up\.weight|lora\.up\.weight)"
    r"|(?P<alpha>alpha))"
)
#: Longer ones first where one begins another.
_DOTTED = ("base_model.model.", "model.diffusion_model.", "diffusion_model.", "transformer.", "")
_FLAT = ("lora_unet_", "lycoris_")
_OF_ENCODER = re.compile(r"(?:base_model\.model\.)?(?:lora_te|text_encoder|te_|text_model|clip)")
#: Of other kinds of changes, by what their tensors are called.
_OTHER_KINDS = (
    ("DoRA", re.compile(r"\.(?:dora_scale|lora_magnitude_vector(?:\..*)?)$")),
    ("LoKr", re.compile(r"\.lokr_")),
    ("LoHa", re.compile(r"\.hada_")),
    ("OFT", re.compile(r"\.oft_|\.boft_")),
    ("full difference", re.compile(r"\.diff(?:_b)?$")),
    ("LoRA with biases", re.compile(r"\.lora_(?:A|B|up|down)(?:\.default)?\.bias$")),
)
_FLOATS = frozenset({"F64", "F32", "F16", "BF16"})


class Unfit(ValueError):
    """A file that cannot be used with this model."""

    def __init__(self, problem: LoraProblem, **data: str) -> None:
        super().__init__(problem, data)
        self.problem = problem
        self.data = data


@dataclass(frozen=True, kw_only=True)
class Change:
    """Adds `factor * up[rows] @ down` to the matrix of `layer`."""

    layer: str
    #: Names of tensors: (rank, inputs) and (outputs, rank).
    down: str
    up: str
    #: Of the tensor with the number that `factor`, over the rank, is to be multiplied with.
    alpha: str | None
    #: Of `up`, where the file knows several layers as one.
    rows: tuple[int, int] | None = None
    rank: int
    factor: float = 1.0


def changes_in(header: Header, layers: Layers) -> tuple[Change, ...]:
    """All that the file changes, one for each layer. Raises Unfit."""
    names = _names(layers)
    found: dict[str, Change] = {}
    own: set[str] = set()
    for base, tensors in _grouped(header).items():
        change, spelled = _change(base, tensors, header), _spelled(base, names)
        if spelled is None:
            raise Unfit(LoraProblem.OTHER_MODEL, layer=base)
        parts = names[spelled]
        _check_shapes(base, change, parts, header, layers)
        for path, rows in parts:
            # Some trainers write a layer twice, under the name that Z-Image's makers gave it and
            # under diffusers'; diffusers reads the latter then.
            is_own = spelled == path or spelled == path.replace(".", "_")
            if path not in found or (is_own and path not in own):
                found[path] = replace(change, layer=path, rows=rows)
            own |= {path} if is_own else set()
    if not found:
        raise Unfit(LoraProblem.NOT_LORA)
    return tuple(found[path] for path in sorted(found))


def _grouped(header: Header) -> dict[str, dict[str, str]]:
    """Layer as the file calls it -> "down", "up" and "alpha" -> name of the tensor."""
    grouped: dict[str, dict[str, str]] = {}
    for name in header.tensors:
        for kind, pattern in _OTHER_KINDS:
            if pattern.search(name):
                raise Unfit(LoraProblem.OTHER_KIND, kind=kind)
        match = _TENSOR.fullmatch(name)
        if match is None:
            raise Unfit(LoraProblem.NOT_LORA)
        if _OF_ENCODER.match(name):
            raise Unfit(LoraProblem.TEXT_ENCODER)
        grouped.setdefault(match["layer"], {})[match.lastgroup or ""] = name
    return grouped


def _change(base: str, tensors: Mapping[str, str], header: Header) -> Change:
    """As the file has it: its layer is not known yet."""
    if "down" not in tensors or "up" not in tensors:
        raise Unfit(LoraProblem.DAMAGED)
    down, up = (header.tensors[tensors[name]] for name in ("down", "up"))
    if not {down.dtype, up.dtype} <= _FLOATS:
        raise Unfit(LoraProblem.OTHER_KIND, kind=down.dtype)
    if len(down.shape) != 2 or len(up.shape) != 2 or 0 in (*down.shape, *up.shape):
        raise Unfit(LoraProblem.OTHER_MODEL, layer=base)
    rank, alpha = down.shape[0], tensors.get("alpha")
    if alpha is not None and math.prod(header.tensors[alpha].shape) != 1:
        raise Unfit(LoraProblem.DAMAGED)
    factor = 1 / rank if alpha is not None else _told_factor(base, rank, header.metadata)
    return Change(
        layer=base, down=tensors["down"], up=tensors["up"], alpha=alpha, rank=rank, factor=factor
    )


def _check_shapes(
    base: str,
    change: Change,
    parts: tuple[tuple[str, tuple[int, int] | None], ...],
    header: Header,
    layers: Layers,
) -> None:
    outputs = sum(layers[path][0] for path, _ in parts)
    inputs = layers[parts[0][0]][1]
    down, up = header.tensors[change.down].shape, header.tensors[change.up].shape
    if down != (change.rank, inputs) or up != (outputs, change.rank):
        raise Unfit(LoraProblem.OTHER_MODEL, layer=base)


def _names(layers: Layers) -> dict[str, tuple[tuple[str, tuple[int, int] | None], ...]]:
    """What a file may call layers, with dots and with underscores -> their paths, each with its
    rows where there are several of them."""
    names: dict[str, tuple[tuple[str, tuple[int, int] | None], ...]] = {}
    for path in layers:
        for name in _spellings(path):
            names.setdefault(name, ((path, None),))
        if path.endswith(".attention.to_q"):
            parts = tuple(path.removesuffix("q") + letter for letter in "qkv")
            if all(part in layers for part in parts):
                names[path.removesuffix("to_q") + "qkv"] = tuple(_with_rows(parts, layers))
    return names | {name.replace(".", "_"): parts for name, parts in names.items()}


def _spellings(path: str) -> tuple[str, ...]:
    """diffusers' path, and what Z-Image's makers call it."""
    theirs = re.sub(r"\.to_out\.0$", ".out", path)
    theirs = re.sub(r"^all_(x_embedder|final_layer)\.[0-9]+-[0-9]+", r"\1", theirs)
    return (path, theirs)


def _with_rows(paths: tuple[str, ...], layers: Layers) -> Iterator[tuple[str, tuple[int, int]]]:
    begin = 0
    for path in paths:
        end = begin + layers[path][0]
        yield path, (begin, end)
        begin = end


def _spelled(base: str, names: Mapping[str, Any]) -> str | None:
    """Which of `names` the file means by `base`."""
    for prefix in (*_DOTTED, *_FLAT):
        rest = base.removeprefix(prefix)
        if base.startswith(prefix) and rest in names:
            return rest
    return None


def _told_factor(base: str, rank: int, metadata: Mapping[str, str]) -> float:
    """What a file without alphas is multiplied with: diffusers' trainers write peft's settings
    into its metadata, and others mean 1."""
    try:
        told = json.loads(metadata.get("lora_adapter_metadata", "{}"))
        settings = {key.removeprefix("transformer."): value for key, value in told.items()}
        if settings.get("use_dora"):
            raise Unfit(LoraProblem.OTHER_KIND, kind="DoRA")
        alpha = _patterned(settings.get("alpha_pattern"), base, settings.get("lora_alpha", rank))
        return float(alpha) / (math.sqrt(rank) if settings.get("use_rslora") else rank)
    except (TypeError, AttributeError, RecursionError, OverflowError):
        raise Unfit(LoraProblem.DAMAGED) from None
    except ValueError as error:
        raise error if isinstance(error, Unfit) else Unfit(LoraProblem.DAMAGED) from None


def _patterned(patterns: Any, base: str, usual: Any) -> Any:
    """As peft picks it: by the first pattern with which the layer's path ends."""
    for pattern, alpha in (patterns or {}).items():
        if base == pattern or base.endswith(f".{pattern}"):
            return alpha
    return usual
