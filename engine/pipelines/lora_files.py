"""LoRA files in main memory."""

import hashlib

import torch
from safetensors import SafetensorError
from safetensors.torch import load

from engine.lora import LoraProblem
from engine.loras.changes import Change, Unfit
from engine.loras.folder import LoraFile
from engine.pipeline import Adapter

Pair = tuple[torch.Tensor, torch.Tensor]


def read_lora(file: LoraFile, dtype: torch.dtype) -> Adapter:
    """`file` with its matrices in `dtype`. Raises Unfit where it is not what it was when it was
    looked at, or has numbers that are none; OSError."""
    with file.path.open("rb") as opened:
        # Of what has grown since as much as was decided on.
        content = opened.read(file.stamp[0])
    try:
        tensors = load(content)
        changes = {change.layer: _pair(change, tensors, dtype) for change in file.changes}
    except (SafetensorError, KeyError, RuntimeError, ValueError) as error:
        raise error if isinstance(error, Unfit) else Unfit(LoraProblem.DAMAGED) from error
    header = 8 + int.from_bytes(content[:8], "little")
    return Adapter(
        name=file.name,
        sha256=hashlib.sha256(content).hexdigest(),
        tensors_sha256=hashlib.sha256(memoryview(content)[header:]).hexdigest(),
        changes=changes,
        nbytes=sum(matrix.nbytes for pair in changes.values() for matrix in pair),
    )


def _pair(change: Change, tensors: dict[str, torch.Tensor], dtype: torch.dtype) -> Pair:
    """(rank, inputs) and (outputs, rank); the factor is in the second."""
    down, up = tensors[change.down], tensors[change.up].float()
    if change.rows is not None:
        up = up[slice(*change.rows)]
    factor = change.factor
    if change.alpha is not None:
        factor *= float(tensors[change.alpha])
    # A copy: what a view would keep alive is the whole file.
    pair = down.to(dtype, copy=True), (up * factor).to(dtype, copy=True)
    # After the cast: a number may be too large for it.
    if not all(bool(torch.isfinite(matrix.float().sum())) for matrix in pair):
        raise Unfit(LoraProblem.DAMAGED)
    return pair
