"""Pictures to latents: where a drawing begins that does not begin from noise alone.

What diffusers' img2img and inpaint pipelines compute; `Start.at` and `Start.keep` are Z-Image's.
"""

from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from PIL import Image

from engine.pipeline import Input
from engine.pipelines import care


@dataclass(frozen=True, eq=False, kw_only=True)
class Start:
    """What one picture of a batch begins from. All float32, on the device; sizes in latents."""

    #: (channels, height, width)
    latents: torch.Tensor
    noise: torch.Tensor
    #: (1, height, width): 1 is drawn anew, 0 stays. None = all is drawn anew.
    mask: torch.Tensor | None

    def at(self, sigma: torch.Tensor) -> torch.Tensor:
        """The latents with as much noise as belongs to `sigma`, from 0 to 1."""
        return sigma * self.noise + (1.0 - sigma) * self.latents

    def keep(self, latents: torch.Tensor, sigma: torch.Tensor) -> torch.Tensor:
        """`latents`, which have come to `sigma`, with what is to stay put back."""
        if self.mask is None:
            return latents
        return (1 - self.mask) * self.at(sigma) + self.mask * latents


@dataclass(frozen=True, eq=False, kw_only=True)
class Read:
    """One picture as the VAE saw it: a normal distribution of latents, and its mask."""

    mean: torch.Tensor
    deviation: torch.Tensor
    mask: torch.Tensor | None

    def sample(self, generator: torch.Generator) -> torch.Tensor:
        """Latents (channels, height, width), scaled as the transformer knows them."""
        # On the CPU whatever draws, like the noise that comes after it.
        chance = torch.randn(self.mean.shape, generator=generator, dtype=torch.float32)
        return self.mean + self.deviation * chance.to(self.mean.device)


class PictureReader:
    """The encoding half of a VAE."""

    def __init__(self, vae: Any) -> None:
        self._vae = vae
        self._side = 2 ** (len(vae.config.block_out_channels) - 1)

    def __call__(self, source: Input) -> Read | None:
        """None where it cannot be had, however carefully."""
        pixels = _pixels(source.image).to(self._vae.device)
        for careful in (False, True):
            read = self._read(pixels, careful)
            if bool(torch.isfinite(read[0].sum() + read[1].sum())):
                return Read(mean=read[0], deviation=read[1], mask=self._mask(source.mask))
        return None

    def _read(self, pixels: torch.Tensor, careful: bool) -> tuple[torch.Tensor, torch.Tensor]:
        vae = self._vae
        with care.upcast(vae) if careful else nullcontext():
            found = vae.encode(pixels.to(vae.dtype)).latent_dist
        shift, factor = vae.config.shift_factor or 0.0, vae.config.scaling_factor
        return (found.mean[0].float() - shift) * factor, found.std[0].float() * factor

    def _mask(self, mask: Image.Image | None) -> torch.Tensor | None:
        if mask is None:
            return None
        levels = torch.from_numpy(np.array(mask, dtype=np.float32) / 255.0)[None, None]
        size = (mask.height // self._side, mask.width // self._side)
        # The nearest pixel, as diffusers does: a latent stays or does not.
        small = torch.nn.functional.interpolate(levels, size=size, mode="nearest")
        return (small[0] >= 0.5).float().to(self._vae.device)


def _pixels(image: Image.Image) -> torch.Tensor:
    """(1, 3, height, width), float32 in [-1, 1]."""
    levels: np.ndarray[Any, Any] = np.array(image, dtype=np.float32) / 255.0
    return torch.from_numpy(levels).permute(2, 0, 1)[None] * 2.0 - 1.0
