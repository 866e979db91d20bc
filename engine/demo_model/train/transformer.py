"""The two networks that read and draw: a text encoder and a Z-Image transformer, both small.

`velocity` is the transformer's own forward for a batch of captions of equal padded width: the same
numbers as `ZImageTransformer2DModel.forward` without its lists of ragged tensors, and faster.
The pictures of a batch have one size. A sequence is [picture, its padding, caption].
"""

from __future__ import annotations

from typing import Any, Final

import torch
import torch.nn.functional as F
from diffusers import ZImageTransformer2DModel
from torch import Tensor, nn
from transformers import Qwen3Config, Qwen3Model

from engine.demo_model.train.autoencoder import LATENT_CHANNELS

TEXT_WIDTH: Final = 128
WIDTH: Final = 160
HEADS: Final = 4
PATCH: Final = 2
LAYERS: Final = 6
PAD_MULTIPLE: Final = 32
"""The library pads the tokens of a picture and of a caption to multiples of this."""
TEXT_LAYERS: Final = 4
"""The pipeline reads the output of the last layer but one, so the last layer is never used."""


def text_config(tokens: int) -> Qwen3Config:
    return Qwen3Config(
        vocab_size=tokens,
        hidden_size=TEXT_WIDTH,
        intermediate_size=2 * TEXT_WIDTH,
        num_hidden_layers=TEXT_LAYERS,
        num_attention_heads=4,
        num_key_value_heads=2,
        head_dim=32,
        max_position_embeddings=4096,
        tie_word_embeddings=True,
        use_cache=False,
    )


def build_text_encoder(tokens: int) -> Qwen3Model:
    """The whole encoder, as the pipeline loads it."""
    return Qwen3Model(text_config(tokens))


def build_text_trunk(tokens: int) -> Qwen3Model:
    """The part of the encoder that the pipeline uses; its last hidden state is the features."""
    config = text_config(tokens)
    config.num_hidden_layers = TEXT_LAYERS - 1
    config.layer_types = config.layer_types[: TEXT_LAYERS - 1]
    trunk = Qwen3Model(config)
    trunk.norm = nn.Identity()
    return trunk


def build_transformer() -> ZImageTransformer2DModel:
    return ZImageTransformer2DModel(
        all_patch_size=[PATCH],
        all_f_patch_size=[1],
        in_channels=LATENT_CHANNELS,
        dim=WIDTH,
        n_layers=LAYERS,
        n_refiner_layers=1,
        n_heads=HEADS,
        n_kv_heads=HEADS,
        norm_eps=1e-5,
        qk_norm=True,
        cap_feat_dim=TEXT_WIDTH,
        rope_theta=256.0,
        t_scale=1000.0,
        axes_dims=[8, 16, 16],
        axes_lens=[1024, 64, 64],
    )


Grid = tuple[int, int]
"""Rows and columns of a picture's tokens."""


class Rotations:
    """Rotary tables (tokens, 1, head width) of a sequence, by grid and caption width."""

    def __init__(self, transformer: ZImageTransformer2DModel) -> None:
        self._embed = transformer.rope_embedder
        self._tables: dict[tuple[Grid, int], tuple[Tensor, Tensor]] = {}

    def __call__(self, grid: Grid, caption_width: int) -> tuple[Tensor, Tensor]:
        key = (grid, caption_width)
        if key not in self._tables:
            turns = self._embed(self._positions(grid, caption_width))
            cos, sin = (part.repeat_interleave(2, dim=-1) for part in (turns.real, turns.imag))
            self._tables[key] = (cos[:, None], sin[:, None])
        return self._tables[key]

    @staticmethod
    def _positions(grid: Grid, caption_width: int) -> Tensor:
        """(tokens, 3): captions count from 1 on the first axis, pictures stand behind them, and
        what pads a picture stands at nought."""
        row, column = torch.meshgrid(*(torch.arange(side) for side in grid), indexing="ij")
        depth = torch.full_like(row, caption_width + 1)
        picture = torch.stack([depth, row, column], dim=-1).flatten(0, 1)
        padding = torch.zeros(_padding(grid), 3, dtype=torch.long)
        caption = torch.zeros(caption_width, 3, dtype=torch.long)
        caption[:, 0] = torch.arange(1, caption_width + 1)
        return torch.cat([picture, padding, caption])


def _padding(grid: Grid) -> int:
    return -(grid[0] * grid[1]) % PAD_MULTIPLE


def _rotate(x: Tensor, cos: Tensor, sin: Tensor) -> Tensor:
    """(batch, tokens, heads, width), neighbouring numbers being one complex number."""
    even, odd = x[..., 0::2], x[..., 1::2]
    return x * cos + torch.stack([-odd, even], dim=-1).flatten(-2) * sin


def _attend(attention: Any, x: Tensor, rotation: tuple[Tensor, Tensor]) -> Tensor:
    q, k, v = (
        layer(x).unflatten(-1, (HEADS, -1))
        for layer in (attention.to_q, attention.to_k, attention.to_v)
    )
    q = _rotate(attention.norm_q(q), *rotation).transpose(1, 2)
    k = _rotate(attention.norm_k(k), *rotation).transpose(1, 2)
    # Written out: on a CPU its backward pass is quicker than that of the fused kernel at this size.
    weights = (q @ k.transpose(-1, -2) * q.shape[-1] ** -0.5).softmax(dim=-1)
    mixed = (weights.to(v.dtype) @ v.transpose(1, 2)).transpose(1, 2).flatten(2)
    out: Tensor = attention.to_out[0](mixed)
    return out


def _block(block: Any, x: Tensor, rotation: tuple[Tensor, Tensor], time: Tensor | None) -> Tensor:
    one = x.new_ones(())
    scale_a = gate_a = scale_f = gate_f = one
    if time is not None:
        scale_a, gate_a, scale_f, gate_f = block.adaLN_modulation(time).unsqueeze(1).chunk(4, dim=2)
        scale_a, scale_f, gate_a, gate_f = 1 + scale_a, 1 + scale_f, gate_a.tanh(), gate_f.tanh()
    attended: Tensor = _attend(block.attention, block.attention_norm1(x) * scale_a, rotation)
    x = x + gate_a * block.attention_norm2(attended)
    fed: Tensor = block.ffn_norm2(block.feed_forward(block.ffn_norm1(x) * scale_f))
    return x + gate_f * fed


def _patches(latents: Tensor) -> Tensor:
    """(batch, channels, 2 rows, 2 columns) to (batch, rows * columns, 4 * channels)."""
    batch, channels, height, width = latents.shape
    tiles = latents.view(batch, channels, height // PATCH, PATCH, width // PATCH, PATCH)
    return tiles.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)


def _unpatch(patches: Tensor, grid: Grid) -> Tensor:
    """The other way round."""
    tiles = patches.view(len(patches), *grid, PATCH, PATCH, LATENT_CHANNELS)
    return tiles.permute(0, 5, 1, 3, 2, 4).flatten(4, 5).flatten(2, 3)


def velocity(
    transformer: ZImageTransformer2DModel,
    rotations: Rotations,
    latents: Tensor,
    time: Tensor,
    features: Tensor,
    lengths: Tensor,
) -> Tensor:
    """What the transformer predicts: clean latents less noise.

    latents (batch, channels, height, width); time (batch,), 0 being pure noise; features (batch,
    caption width, TEXT_WIDTH) of captions that are `lengths` (batch,) tokens long. Returns the
    shape of latents.
    """
    key = f"{PATCH}-1"
    moment = transformer.t_embedder(time * transformer.t_scale)
    width = features.shape[1]
    grid = (latents.shape[2] // PATCH, latents.shape[3] // PATCH)
    cos, sin = rotations(grid, width)
    count = len(cos) - width
    picture = transformer.all_x_embedder[key](_patches(latents))
    pads = transformer.x_pad_token.to(picture.dtype).expand(len(picture), _padding(grid), -1)
    picture = torch.cat([picture, pads], dim=1)
    for block in transformer.noise_refiner:
        picture = _block(block, picture, (cos[:count], sin[:count]), moment)
    padding = torch.arange(width)[None] >= lengths[:, None]
    words = transformer.cap_embedder(features)
    words = torch.where(padding[..., None], transformer.cap_pad_token.to(words.dtype), words)
    for block in transformer.context_refiner:
        words = _block(block, words, (cos[count:], sin[count:]), None)
    sequence = torch.cat([picture, words], dim=1)
    for block in transformer.layers:
        sequence = _block(block, sequence, (cos, sin), moment)
    final = transformer.all_final_layer[key]
    scale = 1.0 + final.adaLN_modulation(moment).unsqueeze(1)
    normal = F.layer_norm(sequence[:, : grid[0] * grid[1]], (WIDTH,), eps=1e-6)
    return _unpatch(final.linear(normal * scale), grid)
