"""The repeated blocks of networks: what is compiled, stored in fewer bytes and streamed."""

from collections.abc import Iterator
from typing import Any

import torch

#: Parts that have blocks, in the order in which they run: of a U-Net, and of Z-Image's transformer.
_ON_THE_WAY = (
    *("down_blocks", "mid_block", "up_blocks"),
    *("context_refiner", "noise_refiner", "layers"),
)


def blocks_of(denoiser: Any) -> list[torch.nn.Module]:
    """The blocks of a diffusers transformer or U-Net, in the order in which they run.

    Of a U-Net those of its widest level: the others are too small to be worth the way.
    """
    found = list(_repeated(denoiser))
    sizes = [sum(weight.numel() for weight in block.parameters()) for block in found]
    return [block for block, size in zip(found, sizes, strict=True) if 2 * size > max(sizes)]


def layers_of(text_encoder: Any) -> list[torch.nn.Module]:
    """The layers of one of transformers' text encoders."""
    lists = (part for part in text_encoder.modules() if isinstance(part, torch.nn.ModuleList))
    return list(next(lists))


def _repeated(denoiser: Any) -> Iterator[torch.nn.Module]:
    names = denoiser._repeated_blocks
    for part in (getattr(denoiser, name) for name in _ON_THE_WAY if hasattr(denoiser, name)):
        yield from (module for module in part.modules() if type(module).__name__ in names)
