"""Z-Image through diffusers: resident weights, short prompts, one call a picture."""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers.models.attention_dispatch import attention_backend
from PIL import Image

from engine.pipeline import DeviceLost, DrawRequest, OutOfMemory
from engine.pipelines import guard, weights
from engine.pipelines.prompt_encoder import PromptEncoder
from engine.profiles import Profile


def open_pipeline(profile: Profile, folder: Path) -> "ZImage":
    """Loads `folder` onto the card, or onto the CPU where there is none. Raises WeightsError."""
    if torch.cuda.is_available():
        return ZImage(weights.load(profile, folder, "cuda", torch.bfloat16), folder)
    # Few processors compute in bfloat16; the others convert back and forth.
    pipe = weights.load(profile, folder, "cpu", torch.float32)
    # The decoder's convolutions take a fifth less time this way.
    pipe.vae.to(memory_format=torch.channels_last)
    return ZImage(pipe, folder)


class ZImage:
    """A loaded ZImagePipeline. Not re-entrant: diffusers keeps the state of a call on it."""

    def __init__(self, pipe: Any, folder: Path) -> None:
        pipe.set_progress_bar_config(disable=True)
        self._pipe = pipe
        self._encode = PromptEncoder(pipe.tokenizer, pipe.text_encoder)
        self.template = self._encode.template
        self.tokenizer_json = (folder / "tokenizer" / "tokenizer.json").read_bytes()
        on_card = pipe.device.type == "cuda"
        self.device = torch.cuda.get_device_name(pipe.device) if on_card else "cpu"

    def draw(self, request: DrawRequest, on_step: Callable[[int], None]) -> Image.Image:
        """See engine.pipeline.Pipeline."""
        with torch.inference_mode():
            try:
                return _picture(
                    guard.never_black(lambda careful: self._try(request, on_step, careful))
                )
            except torch.OutOfMemoryError:
                pass
            except torch.AcceleratorError as error:
                # An illegal access or a card that fell off: every later call fails as well.
                raise DeviceLost(str(error).partition("\n")[0]) from error
        # Outside the handler: its traceback would keep the tensors of the failed call alive.
        self._encode.forget()
        gc.collect()
        torch.cuda.empty_cache()
        raise OutOfMemory

    def _try(
        self, request: DrawRequest, on_step: Callable[[int], None], careful: bool
    ) -> torch.Tensor:
        # Plain attention accumulates without a fused kernel's shortcuts.
        with _one_core_free(), attention_backend("_native_math") if careful else nullcontext():
            latents = self._latents(request, on_step)
        guard.check_finite(latents)
        return self._decode(latents, careful)

    def _latents(self, request: DrawRequest, on_step: Callable[[int], None]) -> torch.Tensor:
        """Latents after the last step in float32, (1, channels, height / 8, width / 8); for the
        demo model / 16."""

        def after_step(pipe: Any, index: int, time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
            on_step(index + 1)
            return {}

        guided = request.guidance > 0
        latents: torch.Tensor = self._pipe(
            prompt_embeds=[self._encode(request.prompt)],
            negative_prompt_embeds=[self._encode(request.negative_prompt)] if guided else None,
            width=request.width,
            height=request.height,
            num_inference_steps=request.steps,
            guidance_scale=request.guidance,
            # On the CPU whatever draws: a seed gives the same noise on every machine.
            generator=torch.Generator("cpu").manual_seed(request.seed),
            callback_on_step_end=after_step,
            callback_on_step_end_tensor_inputs=[],
            output_type="latent",
            return_dict=False,
        )[0]
        return latents

    def _decode(self, latents: torch.Tensor, careful: bool) -> torch.Tensor:
        """Decoder output (1, 3, height, width), in [-1, 1] but for overshoots."""
        vae = self._pipe.vae
        usual = vae.dtype
        if careful:
            vae.to(torch.float32)
        try:
            scaled = latents.to(vae.dtype) / vae.config.scaling_factor + vae.config.shift_factor
            decoded: torch.Tensor = vae.decode(scaled, return_dict=False)[0]
        finally:
            if careful:
                vae.to(usual)
        return decoded


@contextmanager
def _one_core_free() -> Iterator[None]:
    """For the transformer's many small operations on a CPU: with more threads than free cores
    each of them waits for the thread that is not running, and the event loop and the encoders
    need a core too. The decoder's few large ones gain from all cores."""
    usual = torch.get_num_threads()
    torch.set_num_threads(max(1, usual - 1))
    try:
        yield
    finally:
        torch.set_num_threads(usual)


def _picture(decoded: torch.Tensor) -> Image.Image:
    """RGB picture of one decoder output (1, 3, height, width)."""
    levels = (decoded[0].float() * 127.5 + 127.5).round_().clamp_(0, 255).to(torch.uint8)
    # Made 8-bit where it lies: a quarter of the bytes leaves the card.
    pixels: np.ndarray[Any, Any] = levels.permute(1, 2, 0).contiguous().cpu().numpy()
    return Image.fromarray(pixels)
