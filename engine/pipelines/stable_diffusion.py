"""Stable Diffusion 1.x and its relatives, on what draws Z-Image: placement, guard, memory of
prompts, sketches and pictures to begin from are the same. What differs is here: CLIP reads, a U-Net
denoises.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from diffusers.utils.torch_utils import randn_tensor

from engine.anatomy import STABLE_DIFFUSION
from engine.memory.costs import FRAGMENTATION
from engine.memory.options import MemoryOptions
from engine.pipeline import DrawRequest
from engine.pipelines import attention
from engine.pipelines.clip_encoder import ClipEncoder
from engine.pipelines.embedding_memory import EmbeddingMemory
from engine.pipelines.guarded_loop import GuardedLoop
from engine.pipelines.opening import opened
from engine.pipelines.prompt_encoder import PromptEncoder
from engine.pipelines.unet_denoise import UnetDenoiser
from engine.pipelines.zimage import HOST_ROOM, ZImage
from engine.profiles import Profile


def open_pipeline(
    profile: Profile, folder: Path, options: MemoryOptions, compiled: bool
) -> "StableDiffusion":
    """See engine/pipelines/zimage.py. Nothing is compiled: U-Nets were not tried."""
    return opened(StableDiffusion, profile, folder, options, compiled)


@dataclass(frozen=True, kw_only=True)
class Parts:
    """A StableDiffusionPipeline under the names that ZImagePipeline has for its parts."""

    tokenizer: Any
    text_encoder: Any
    transformer: Any
    vae: Any
    scheduler: Any

    @property
    def device(self) -> torch.device:
        """Where it computes."""
        found: torch.device = self.vae.device
        return found

    def prepare_latents(
        self,
        batch: int,
        channels: int,
        height: int,
        width: int,
        dtype: torch.dtype,
        device: torch.device,
        generator: torch.Generator,
    ) -> torch.Tensor:
        """Noise (batch, channels, height / 8, width / 8) for a picture of that size in pixels."""
        side = 2 ** (len(self.vae.config.block_out_channels) - 1)
        shape = (batch, channels, height // side, width // side)
        noise: torch.Tensor = randn_tensor(shape, generator, device, dtype)
        return noise


class StableDiffusion(ZImage):
    """The networks of a loaded StableDiffusionPipeline."""

    @staticmethod
    def parts(pipe: Any) -> Parts:
        """See ZImage."""
        return Parts(
            tokenizer=pipe.tokenizer,
            text_encoder=pipe.text_encoder,
            transformer=pipe.unet,
            vae=pipe.vae,
            scheduler=pipe.scheduler,
        )

    def speed_up(
        self, compiled: bool, backend: str | None = None, compiler: str = "inductor"
    ) -> str:
        """See ZImage. A U-Net asks torch for attention, which takes the fastest that it has."""
        return attention.ON_CPU

    def room(self, request: DrawRequest) -> int:
        """See engine.pipeline.Pipeline. Half of the free memory is left to everything else."""
        free = self.free_bytes()
        if free is None:
            return HOST_ROOM
        latents = request.width * request.height // STABLE_DIFFUSION.transformer.token_side**2
        rows = 2 if request.guidance > 0 else 1
        live = latents * rows * STABLE_DIFFUSION.transformer.live_bytes_per_token
        return int(max(1, free // 2 // (live * FRAGMENTATION)))

    def _encoder(self, model: str) -> PromptEncoder:
        pipe = self._pipe
        return ClipEncoder(pipe.tokenizer, pipe.text_encoder, EmbeddingMemory(), model)

    def _tokenizer_json(self, folder: Path) -> bytes:
        # The published folder has it in an older form, in two files.
        told: str = self._pipe.tokenizer.backend_tokenizer.to_str()
        return told.encode()

    def _denoiser(self, backend: str) -> GuardedLoop[Any]:
        return UnetDenoiser(self._pipe.transformer, self._pipe.scheduler, backend, self._run_step)
