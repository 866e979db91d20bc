"""Rough pictures of latents that are still being denoised: to look at while one waits.

A linear map from the channels of a latent to one colour. Nobody hands it in: it is fitted by least
squares to what the model's own decoder made of its first pictures, those of the warm-up among them.
"""

from typing import Any

import numpy as np
import torch
from PIL import Image
from torch.nn.functional import adaptive_avg_pool2d

#: Pictures that the map is fitted to; more would hardly change it.
FITTED = 16
#: Of the mean square of a channel: keeps colours sober where few were seen.
_RIDGE = 1e-3


class Sketcher:
    """The map. Until something was decoded all it draws is grey."""

    def __init__(self) -> None:
        self._seen = 0
        #: Sums over all latents of the pictures seen, each with a 1 behind its channels.
        self._squares: torch.Tensor | None = None
        self._products: torch.Tensor | None = None
        #: (channels + 1, 3); None where it is out of date.
        self._map: torch.Tensor | None = None

    def learn(self, latents: torch.Tensor, decoded: torch.Tensor) -> None:
        """`latents` (channels, height, width) were decoded to (1, 3, height * n, width * n), in
        [-1, 1]."""
        if self._seen >= FITTED:
            return
        self._seen += 1
        rows = _rows(latents)
        height, width = latents.shape[1:]
        colours = adaptive_avg_pool2d(decoded.float(), (height, width))[0].flatten(1).T
        squares, products = (rows.T @ rows).cpu(), (rows.T @ colours).cpu()
        self._squares = squares if self._squares is None else self._squares + squares
        self._products = products if self._products is None else self._products + products
        self._map = None

    def __call__(self, latents: torch.Tensor) -> Image.Image:
        """RGB, a pixel for each place of `latents` (channels, height, width)."""
        rows = _rows(latents).cpu()
        levels = (rows @ self._fitted(rows.shape[1]) * 127.5 + 127.5).round_().clamp_(0, 255)
        pixels: np.ndarray[Any, Any] = levels.to(torch.uint8).numpy()
        return Image.fromarray(pixels.reshape(*latents.shape[1:], 3))

    def _fitted(self, width: int) -> torch.Tensor:
        if self._squares is None or self._products is None:
            return torch.zeros(width, 3)
        if self._map is None:
            ridge = _RIDGE * self._squares.diagonal().mean() * torch.eye(width)
            self._map = torch.linalg.solve(self._squares + ridge, self._products)
        return self._map


def _rows(latents: torch.Tensor) -> torch.Tensor:
    """(places, channels + 1), float32."""
    rows = latents.float().flatten(1).T
    return torch.cat([rows, rows.new_ones(len(rows), 1)], dim=1)
