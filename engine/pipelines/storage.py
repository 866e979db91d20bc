"""Keeps the matrices of blocks in fewer bytes than they are computed in."""

from collections.abc import Callable, Iterable
from importlib.util import find_spec

import torch
from diffusers.hooks import apply_layerwise_casting

from engine.memory.costs import Storage
from engine.pipeline import WeightsError


def compress(blocks: Iterable[torch.nn.Module], storage: Storage, dtype: torch.dtype) -> None:
    """Keeps the linear layers of `blocks`, which compute in `dtype`, as `storage` says.

    What lies outside blocks stays as it is, and norms do: they are small, and sensitive. Raises
    WeightsError where a library is missing.
    """
    narrow = _NARROW.get(storage)
    if narrow is not None:
        for block in blocks:
            narrow(block, dtype)


def _fp8(block: torch.nn.Module, dtype: torch.dtype) -> None:
    # No pattern and no class is left out; without either the block would be cast as a whole.
    apply_layerwise_casting(block, torch.float8_e4m3fn, dtype, skip_modules_pattern=())


def _int8(block: torch.nn.Module, dtype: torch.dtype) -> None:
    if find_spec("torchao") is None:
        raise WeightsError("ZDRAW_WEIGHTS_STORAGE=int8 needs: pip install 'zdraw[int8]'")
    from torchao.quantization import Int8WeightOnlyConfig, quantize_

    quantize_(block, Int8WeightOnlyConfig())


_NARROW: dict[Storage, Callable[[torch.nn.Module, torch.dtype], None]] = {
    Storage.FP8: _fp8,
    Storage.INT8: _int8,
}
