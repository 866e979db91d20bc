"""The anatomy of a folder's networks, from the headers of its files. Torch-free.

Parameters are counted. What is live beside them is scaled from the row of its kind, which was
traced, and rounded up.
"""

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from engine import weight_files
from engine.anatomy import Anatomy, Blocks, Decoder, TextEncoder, Transformer
from engine.weight_files import DamagedWeights, Shapes

#: Small networks need more beside their weights than they are narrower: the demo model, 1.05 times.
_MARGIN = 1.2
#: Of a VAE, each of which halves the picture; four or five are usual.
_MOST_LEVELS = 8


def anatomy_of(folder: Path, like: Anatomy) -> Anatomy:
    """What the networks in `folder` are made of, which are of the kind of `like`. Raises
    DamagedWeights."""
    layout = weight_files.LAYOUTS[weight_files.pipeline_class(folder)]
    vae = weight_files.config_of(folder, "vae")
    try:
        levels = len(vae.get("block_out_channels") or (0, 0, 0, 0))
        if levels > _MOST_LEVELS:
            raise ValueError
        latent_side = 2 ** (levels - 1)
        return Anatomy(
            transformer=_DENOISERS[layout.denoiser](
                weight_files.shapes_of(folder, layout.denoiser), like.transformer, latent_side
            ),
            text_encoder=_encoder(weight_files.shapes_of(folder, "text_encoder"), like),
            decoder=_decoder(weight_files.shapes_of(folder, "vae"), like.decoder, latent_side),
        )
    except (ValueError, KeyError, IndexError, StopIteration, TypeError, ArithmeticError):
        raise DamagedWeights("its networks are of another kind than their class says") from None


def transformer(shapes: Shapes, like: Transformer, latent_side: int) -> Transformer:
    """Of Z-Image's kind."""
    kinds = []
    for name in ("context_refiner", "noise_refiner", "layers"):
        blocks = _grouped(shapes, rf"{name}\.(\d+)\.")
        kinds.append(
            Blocks(
                count=len(blocks),
                parameters=_count(blocks[0]),
                per_token=_count(_matrices(blocks[0], without="adaLN")),
                sees_picture=name != "context_refiner",
                sees_caption=name != "noise_refiner",
            )
        )
    within = _within(shapes, r"(noise_refiner|context_refiner|layers)\.\d+\.")
    width = shapes["layers.0.attention_norm1.weight"][0]
    return Transformer(
        blocks=tuple(kinds),
        others=_count(shapes) - _count(within),
        width=width,
        # Two latents a side are one token.
        token_side=2 * latent_side,
        live_bytes_per_token=_scaled(like.live_bytes_per_token, width / like.width),
        largest_matrix=max(map(math.prod, _matrices(within).values())),
    )


def unet(shapes: Shapes, like: Transformer, latent_side: int) -> Transformer:
    """Of Stable Diffusion's kind; its blocks are the transformers of its widest level."""
    blocks = _grouped(shapes, r"(.+\.transformer_blocks\.\d+)\.")
    sizes = [_count(block) for block in blocks]
    widest = [b for b, size in zip(blocks, sizes, strict=True) if 2 * size > max(sizes)]
    within = [shape for block in widest for shape in block.values()]
    width = shapes["conv_in.weight"][0]
    grown = width / like.width
    parameters = max(map(_count, widest))
    channels = widest[0]["norm1.weight"][0]
    kind = replace(
        like.blocks[0], count=1, parameters=parameters, per_token=parameters, width=channels
    )
    return replace(
        like,
        blocks=(kind,) * len(widest),
        others=_count(shapes) - sum(map(math.prod, within)),
        width=width,
        token_side=latent_side,
        live_bytes_per_token=_scaled(like.live_bytes_per_token, grown),
        largest_matrix=max(math.prod(shape) for shape in within if len(shape) == 2),
        others_per_token=round(like.others_per_token * grown**2),
        others_attention=like.others_attention * grown,
    )


_DENOISERS: dict[str, Callable[[Shapes, Transformer, int], Transformer]] = {
    "transformer": transformer,
    "unet": unet,
}


def _encoder(shapes: Shapes, like: Anatomy) -> TextEncoder:
    layers = _grouped(shapes, r".*?layers\.(\d+)\.")
    # A head that predicts words is not loaded.
    read = {name: shape for name, shape in shapes.items() if not name.startswith("lm_head")}
    table = max((shape for shape in read.values() if len(shape) == 2), key=lambda shape: shape[0])
    model = like.text_encoder
    unused = 0 if model.others else 1
    width = table[1]
    return TextEncoder(
        layers=len(layers) - unused,
        layer_parameters=_count(layers[0]),
        embedding=math.prod(table),
        others=_count(read) - sum(map(_count, layers)) - math.prod(table) if model.others else 0,
        width=width,
        live_bytes_per_token=_scaled(model.live_bytes_per_token, width / model.width),
        largest_matrix=max(map(math.prod, _matrices(layers[0]).values())),
    )


def _decoder(shapes: Shapes, like: Decoder, latent_side: int) -> Decoder:
    grown = shapes["decoder.conv_out.weight"][1] / 128
    return Decoder(
        parameters=_count(shapes),
        latent_side=latent_side,
        live_bytes_per_pixel=_scaled(like.live_bytes_per_pixel, grown),
        flops_per_pixel=round(like.flops_per_pixel * grown**2),
    )


def _scaled(traced: int, grown: float) -> int:
    return traced if grown == 1 else math.ceil(traced * grown * _MARGIN)


def _count(shapes: Shapes) -> int:
    return sum(map(math.prod, shapes.values()))


def _within(shapes: Shapes, pattern: str) -> Shapes:
    return {name: shape for name, shape in shapes.items() if re.match(pattern, name)}


def _grouped(shapes: Shapes, pattern: str) -> list[Shapes]:
    """The tensors of each block, by their names within it, in the order of the blocks."""
    groups: dict[str, Shapes] = {}
    for name, shape in shapes.items():
        found = re.match(pattern, name)
        if found:
            groups.setdefault(found.group(1), {})[name[found.end() :]] = shape
    return [groups[key] for key in _in_order(groups)]


def _in_order(keys: Iterable[str]) -> list[str]:
    return sorted(keys, key=lambda key: [int(part) for part in re.findall(r"\d+", key)])


def _matrices(shapes: Shapes, without: str = "\0") -> Shapes:
    return {
        name: shape for name, shape in shapes.items() if len(shape) == 2 and without not in name
    }
