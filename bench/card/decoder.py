"""The decoder of a laid out pipeline, run in several ways."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import torch

from engine.pipelines import placement


class Decoder:
    """Decodes noise, as a drawing decodes what it has denoised."""

    def __init__(self, drawing: Any) -> None:
        self._drawing = drawing
        self._vae = drawing._pipe.vae

    def __call__(self, side: int) -> None:
        """One picture of `side` squared, of which nothing leaves the device."""
        latent = 2 ** (len(self._vae.config.block_out_channels) - 1)
        shape = (self._vae.config.latent_channels, side // latent, side // latent)
        with torch.inference_mode():
            self._drawing._decode(torch.randn(shape, device=self._vae.device), False)

    def ways(self) -> dict[str, AbstractContextManager[None]]:
        """By name; each may be entered again."""
        return {
            "usual": nullcontext(),
            "channels last": _Each(self._channels_last),
            "benchmark": _Each(self._benchmarked),
        }

    @contextmanager
    def in_tiles(self, tile: int | None) -> Iterator[None]:
        """Of `tile` pixels; afterwards as before."""
        vae = self._vae
        before = vae.use_tiling, vae.tile_sample_min_size, vae.tile_latent_min_size
        placement.cut(vae, tile)
        try:
            yield
        finally:
            vae.use_tiling, vae.tile_sample_min_size, vae.tile_latent_min_size = before

    @contextmanager
    def _channels_last(self) -> Iterator[None]:
        self._vae.to(memory_format=torch.channels_last)
        try:
            yield
        finally:
            self._vae.to(memory_format=torch.contiguous_format)

    @contextmanager
    def _benchmarked(self) -> Iterator[None]:
        """cuDNN tries its algorithms for each shape and takes the fastest."""
        torch.backends.cudnn.benchmark = True
        try:
            yield
        finally:
            torch.backends.cudnn.benchmark = False


class _Each(AbstractContextManager[None]):
    """What `make` gives, made anew each time it is entered."""

    def __init__(self, make: Any) -> None:
        self._make = make

    def __enter__(self) -> None:
        self._at_work = self._make()
        self._at_work.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._at_work.__exit__(*error)
