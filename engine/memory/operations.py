"""Floating point operations of a model's networks, from their anatomy. Torch-free."""

import math
from collections.abc import Iterable

from engine.anatomy import Blocks, Decoder, Transformer

#: Overlap of two tiles, in their side: AutoencoderKL.tile_overlap_factor.
TILE_OVERLAP = 0.25


def of_captions(transformer: Transformer, picture: int, caption: int) -> float:
    """Of a row's blocks that run once for all steps. `picture` and `caption` are tokens."""
    once = [kind for kind in transformer.blocks if kind.is_once]
    return _of_blocks(once, transformer.width, picture, caption)


def of_step(transformer: Transformer, picture: int, caption: int) -> float:
    """Of a row in one step: what every token is multiplied with, and attention."""
    again = [kind for kind in transformer.blocks if not kind.is_once]
    flops = _of_blocks(again, transformer.width, picture, caption)
    flops += 2 * transformer.others_per_token * picture
    return flops + 4 * transformer.others_attention * picture**2


def of_decoding(decoder: Decoder, size: tuple[int, int], tile: int | None) -> float:
    """Of one picture of `size` (width, height) in pixels; what its tiles of `tile` pixels a side
    overlap, counted as often as it is decoded."""
    side = decoder.latent_side
    lengths = [-(-length // side) for length in size]
    if tile is not None and max(lengths) > tile // side:
        lengths = [_covered(length, tile // side) for length in lengths]
    return float(math.prod(lengths) * side**2 * decoder.flops_per_pixel)


def _of_blocks(kinds: Iterable[Blocks], width: int, picture: int, caption: int) -> float:
    flops = 0.0
    for kind in kinds:
        tokens = picture * kind.sees_picture * kind.share + caption * kind.sees_caption
        attention = 4 * (kind.width or width) * tokens**2
        flops += kind.count * (2 * kind.per_token * tokens + attention)
    return flops


def _covered(length: int, tile: int) -> int:
    """Latents along a side that are decoded in tiles, those of overlaps more than once."""
    stride = int(tile * (1 - TILE_OVERLAP))
    return sum(min(tile, length - start) for start in range(0, length, stride))
