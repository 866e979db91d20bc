"""A forward pass of Z-Image's transformer, cut in two where it begins to depend on the step.

What `ZImageTransformer2DModel.forward` computes, bit for bit and by the same modules, for pictures
of one size with captions of one length: one dense batch, and never a mask. What does not depend on
the step is made once a picture. docs/decisions/0018-captions-are-refined-once.md
"""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import torch
from diffusers.models.transformers.transformer_z_image import SEQ_MULTI_OF

#: Latents along a side of a token, and diffusers' name for the layers that take and give those.
_SIDE, _KIND = 2, "2-1"
#: Sizes whose places are kept: pictures with guidance have captions of two lengths.
_KEPT = 2


class ZImagePass:
    """The two stages of one transformer, whose weights may move or change in between."""

    def __init__(self, transformer: Any) -> None:
        self._network = transformer
        self._places = lru_cache(_KEPT)(self._all_places)

    def refine(self, captions: Sequence[torch.Tensor]) -> torch.Tensor:
        """What every step is told: `captions` (tokens, width), which are filled up to one number
        of tokens, as (captions, that number, channels)."""
        network = self._network
        rows = torch.stack([_filled(caption) for caption in captions])
        hidden: torch.Tensor = network.cap_embedder(rows)
        for row, caption in zip(hidden, captions, strict=True):
            row[len(caption) :] = network.cap_pad_token
        places = self._turns(self._caption_grid(hidden.shape[1], hidden.device))
        for block in network.context_refiner:
            hidden = block(hidden, None, places)
        return hidden

    def predict(
        self, latents: torch.Tensor, time: torch.Tensor, refined: torch.Tensor
    ) -> torch.Tensor:
        """One step of `latents` (pictures, channels, height, width), each told its row of
        `refined`, at `time`, a scalar. In their shape, and, upcast, in a wider dtype."""
        network = self._network
        (pictures, _, height, width), caption = latents.shape, refined.shape[1]
        modulation = network.t_embedder(time.expand(pictures) * network.t_scale).type_as(latents)
        tokens = _tokens(latents)
        hidden = network.all_x_embedder[_KIND](_filled(tokens))
        hidden[:, tokens.shape[1] :] = network.x_pad_token
        places = self._places(height // _SIDE, width // _SIDE, caption, latents.device)
        for block in network.noise_refiner:
            hidden = block(hidden, None, places[:, : hidden.shape[1]], modulation)
        hidden = torch.cat([hidden, refined.type_as(hidden)], dim=1)
        for block in network.layers:
            hidden = block(hidden, None, places, modulation)
        found = network.all_final_layer[_KIND](hidden, c=modulation)
        return _latents(found[:, : tokens.shape[1]], height, width)

    def _all_places(
        self, rows: int, columns: int, caption: int, device: torch.device
    ) -> torch.Tensor:
        """`_turns` of a picture's tokens, of those that fill them up, and of its caption's."""
        grid = self._network.create_coordinate_grid
        picture = grid((1, rows, columns), (caption + 1, 0, 0), device).flatten(0, 2)
        filling = picture.new_zeros(-len(picture) % SEQ_MULTI_OF, 3)
        return self._turns(torch.cat([picture, filling, self._caption_grid(caption, device)]))

    def _caption_grid(self, tokens: int, device: torch.device) -> torch.Tensor:
        grid: torch.Tensor = self._network.create_coordinate_grid((tokens, 1, 1), (1, 0, 0), device)
        return grid.flatten(0, 2)

    def _turns(self, grid: torch.Tensor) -> torch.Tensor:
        """What queries and keys are multiplied with at the places of `grid` (tokens, 3): complex,
        (1, tokens, channels of a head / 2)."""
        turns: torch.Tensor = self._network.rope_embedder(grid)
        return turns.unsqueeze(0)


def _filled(tokens: torch.Tensor) -> torch.Tensor:
    """`tokens` (..., tokens, numbers) with the last one repeated up to what the network takes."""
    missing = -tokens.shape[-2] % SEQ_MULTI_OF
    last = tokens[..., -1:, :]
    return torch.cat([tokens, *[last] * missing], dim=-2) if missing else tokens


def _tokens(latents: torch.Tensor) -> torch.Tensor:
    """(pictures, channels, height, width) as (pictures, tokens, numbers)."""
    pictures, channels, height, width = latents.shape
    apart = latents.view(pictures, channels, height // _SIDE, _SIDE, width // _SIDE, _SIDE)
    return apart.permute(0, 2, 4, 3, 5, 1).flatten(3).flatten(1, 2)


def _latents(tokens: torch.Tensor, height: int, width: int) -> torch.Tensor:
    """The way back."""
    apart = tokens.reshape(len(tokens), height // _SIDE, width // _SIDE, _SIDE, _SIDE, -1)
    return apart.permute(0, 5, 1, 3, 2, 4).flatten(4).flatten(2, 3)
