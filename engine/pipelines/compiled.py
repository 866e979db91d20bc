"""The transformer's blocks, compiled once for all sizes.

One graph serves all of them, with sizes left open. What is compiled is the blocks' `forward` and
not, as diffusers' compile_repeated_blocks does it, all that calling them does: their hooks bring
streamed weights (engine/memory/block_swap.py), and no compiler can look into that. Three
things would make new graphs in the middle of the work, and all are kept away: a mask, by
engine/pipelines/zimage_pass.py; a batch where so far there was one picture, and a block without
modulation, by rehearsing them here.
"""

from collections.abc import Callable
from typing import Any

import structlog
import torch

from engine.pipelines import care
from engine.pipelines.blocks import blocks_of
from engine.pipelines.rope import in_complex_numbers, in_real_numbers, with_real_places
from engine.pipelines.shortage import is_shortage
from engine.pipelines.zimage_pass import ZImagePass

#: Sides of the latents and tokens of the caption that are rehearsed: two of each, so that none is
#: taken for a constant. None makes as many tokens as a weight is wide: torch takes lengths that are
#: equal at first for the same one, and 256 tokens for the 256 channels of the timestep.
_SHAPES = (((32, 40), 20), ((48, 64), 50))
_PICTURES = (1, 2)
_log = structlog.get_logger()


def compile_blocks(
    transformer: Any, attention: str, backend: str | Callable[..., Any] = "inductor"
) -> bool:
    """Compiles the blocks of `transformer` and runs them once in each way; says whether it works.

    Where it does not (no compiler on the machine, a card that it does not know, no room for it) the
    transformer is as it was. `backend` is torch.compile's.
    """
    # The small numbers of norms and dropout are the same in all blocks. Left open, each would be a
    # tensor in main memory that is made and read for every call of a block, eight of them.
    torch._dynamo.config.specialize_float = True
    try:
        for block in blocks_of(transformer):
            is_real = in_real_numbers(block)
            # mypy takes a method for what can never be replaced; torch looks it up on the block.
            compiled: Any = torch.compile(
                block.forward, fullgraph=True, dynamic=True, backend=backend
            )
            block.forward = with_real_places(compiled) if is_real else compiled
        with torch.inference_mode(), care.usual(attention):
            for side, tokens in _SHAPES:
                for pictures in _PICTURES:
                    _run(transformer, pictures, side, tokens)
    except Exception as error:
        if isinstance(error, torch.AcceleratorError) and not is_shortage(error):
            raise
        forget(transformer)
        _log.warning("blocks_not_compiled", error=" ".join(str(error).split())[:300])
        return False
    return True


def _run(transformer: Any, pictures: int, side: tuple[int, int], tokens: int) -> None:
    """One forward pass of pictures of nothing, by the way that drawing goes."""
    settings = transformer.config
    where = {"device": transformer.device, "dtype": transformer.dtype}
    latents = torch.zeros(pictures, settings.in_channels, *side, **where)
    caption = torch.zeros(tokens, settings.cap_feat_dim, **where)
    stages = ZImagePass(transformer)
    refined = stages.refine([caption] * pictures)
    stages.predict(latents, torch.tensor(0.5, device=transformer.device), refined)


def forget(transformer: Any) -> None:
    """Makes the blocks of `transformer` run uncompiled again."""
    for block in blocks_of(transformer):
        vars(block).pop("forward", None)
        in_complex_numbers(block)
    torch.compiler.reset()
