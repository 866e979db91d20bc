"""The repeated blocks of a transformer: what is compiled, stored in fewer bytes and streamed."""

from typing import Any

import torch


def blocks_of(transformer: Any) -> list[torch.nn.Module]:
    """The blocks of a diffusers transformer, in the order in which they run."""
    names = transformer._repeated_blocks
    return [part for part in transformer.modules() if type(part).__name__ in names]
