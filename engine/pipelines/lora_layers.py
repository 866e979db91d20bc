"""A transformer's layers as LoRAs change them, while one batch is drawn.

Its own weights are never written. Before a block computes, the matrices that are changed are
made, `weight + up @ down`, and hung up in its place; behind it the very same weights are back. So
nothing can be left over, whatever ends a drawing, and it is all one to the block how it is kept:
streamed through slots, in fewer bytes, cast wider, or compiled, for which a matrix is a matrix and
no new graph. It costs one block more in memory, and one matrix product per layer of it and step,
which docs/decisions/0016-loras-are-added-block-by-block.md weighs against other ways.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import is_traceable_wrapper_subclass

from engine.loras.changes import Layers
from engine.pipeline import Worn
from engine.pipelines.blocks import blocks_of

#: Linear layer -> (rank, inputs) and (outputs, rank), on the device.
Changes = Mapping[str, tuple[torch.Tensor, torch.Tensor]]


class LoraLayers:
    """The linear layers of one transformer."""

    def __init__(self, transformer: Any) -> None:
        linear = {
            path: part for path, part in transformer.named_modules() if isinstance(part, nn.Linear)
        }
        #: What a LoRA may change.
        self.layers: Layers = {
            path: (part.out_features, part.in_features) for path, part in linear.items()
        }
        self._linear = linear
        blocks = {part: block for block in blocks_of(transformer) for part in block.modules()}
        #: What is changed at once: the block that a layer lies in; by itself, if in none.
        self._piece = {path: blocks.get(part, part) for path, part in linear.items()}

    def together(self, loras: Sequence[Worn], device: torch.device) -> Changes:
        """What all of `loras` add to each layer, on `device`: one product, the ranks side by
        side."""
        paths = sorted({path for worn in loras for path in worn.adapter.changes})
        with _plainly():
            return {path: _side_by_side(path, loras, device) for path in paths}

    @contextmanager
    def changed(self, changes: Changes) -> Iterator[None]:
        """The layers of `changes` have them added."""
        pieces: dict[nn.Module, list[tuple[nn.Linear, torch.Tensor, torch.Tensor]]] = {}
        for path, (down, up) in changes.items():
            pieces.setdefault(self._piece[path], []).append((self._linear[path], down, up))
        with ExitStack() as undone:
            for piece, layers in pieces.items():
                undone.enter_context(_around(piece, layers))
            yield


@contextmanager
def _around(
    piece: nn.Module, layers: Sequence[tuple[nn.Linear, torch.Tensor, torch.Tensor]]
) -> Iterator[None]:
    """Around what `piece` computes, inside of its hooks, which bring its weights."""
    # mypy takes a method for what can never be replaced; torch looks it up on the module.
    inner: Callable[..., Any] = piece.forward
    own = "forward" in vars(piece)

    def forward(*args: Any, **kwargs: Any) -> Any:
        with _in_place(layers):
            return inner(*args, **kwargs)

    piece.forward = forward
    try:
        yield
    finally:
        if own:
            piece.forward = inner
        else:
            del piece.forward


@contextmanager
def _in_place(layers: Sequence[tuple[nn.Linear, torch.Tensor, torch.Tensor]]) -> Iterator[None]:
    replaced: list[tuple[nn.Linear, Any]] = []
    packed = False
    try:
        for linear, down, up in layers:
            weight = linear.weight
            packed |= _is_packed(weight)
            replaced.append((linear, weight))
            with _plainly():
                changed = nn.Parameter(_sum(weight, down, up), requires_grad=weight.requires_grad)
            linear._parameters["weight"] = changed
        # A graph that was compiled for weights in fewer bytes is not for these.
        with torch.compiler.set_stance("force_eager") if packed else nullcontext():
            yield
    finally:
        for linear, weight in replaced:
            linear._parameters["weight"] = weight


def _sum(weight: torch.Tensor, down: torch.Tensor, up: torch.Tensor) -> torch.Tensor:
    """`weight + up @ down`, in what the layer computes in: added before it is rounded, once."""
    if is_traceable_wrapper_subclass(weight):
        weight = weight.dequantize()
    dtype = up.dtype if weight.dtype.itemsize == 1 else weight.dtype
    return torch.addmm(weight.to(dtype), up.to(dtype), down.to(dtype))


def _is_packed(weight: torch.Tensor) -> bool:
    return is_traceable_wrapper_subclass(weight) or weight.dtype.itemsize == 1


def _side_by_side(
    path: str, loras: Sequence[Worn], device: torch.device
) -> tuple[torch.Tensor, torch.Tensor]:
    pairs = [
        (*worn.adapter.changes[path], worn.weight) for worn in loras if path in worn.adapter.changes
    ]
    down = torch.cat([down.to(device) for down, _, _ in pairs])
    up = torch.cat([up.to(device) * weight for _, up, weight in pairs], dim=1)
    return down, up


@contextmanager
def _plainly() -> Iterator[None]:
    """Outside inference mode: a compiled block takes what was made inside it for another kind of
    tensor, and would be compiled anew."""
    with torch.inference_mode(mode=False), torch.no_grad():
        yield
