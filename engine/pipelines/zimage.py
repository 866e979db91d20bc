"""Z-Image on diffusers' networks: resident weights, short prompts, several pictures at once."""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from engine.batching import CAPTION_BUCKET
from engine.pipeline import (
    BadPicture,
    DeviceLost,
    Drawing,
    Drawn,
    DrawRequest,
    OutOfMemory,
    PipelineError,
)
from engine.pipelines import attention, care, guard, weights
from engine.pipelines.compiled import compile_blocks
from engine.pipelines.denoise import Captions, Denoiser, Member
from engine.pipelines.embedding_memory import EmbeddingMemory
from engine.pipelines.prompt_encoder import PromptEncoder
from engine.profiles import Profile

#: Pictures at once in host memory, which is never what limits them.
HOST_ROOM = 64
#: Live tensors of a step in bfloat16: 16 * 2 bytes by a trace of the full-size transformer on the
#: meta device (eight pictures of 1024 x 1024), half as much again for what kernels work in.
BYTES_PER_TOKEN_AND_CHANNEL = 48


def open_pipeline(profile: Profile, folder: Path, compiled: bool) -> "ZImage":
    """Loads `folder` onto the card, or onto the CPU where there is none. Raises WeightsError.

    `compiled`: the transformer's blocks, on a card.
    """
    if torch.cuda.is_available():
        pipe = weights.load(profile, folder, "cuda", torch.bfloat16)
        backend = attention.chosen(pipe.transformer, torch.cuda.get_device_capability())
        if compiled:
            compile_blocks(pipe.transformer, backend)
        return ZImage(pipe, folder, backend)
    # Few processors compute in bfloat16; the others convert back and forth.
    pipe = weights.load(profile, folder, "cpu", torch.float32)
    # The decoder's convolutions take a fifth less time this way.
    pipe.vae.to(memory_format=torch.channels_last)
    return ZImage(pipe, folder)


class ZImage:
    """The networks of a loaded ZImagePipeline. Not re-entrant: the scheduler has a state."""

    def __init__(
        self,
        pipe: Any,
        folder: Path,
        attention_backend: str = attention.ON_CPU,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._pipe = pipe
        self._clock = clock
        memory = EmbeddingMemory()
        self._encode = PromptEncoder(pipe.tokenizer, pipe.text_encoder, memory, str(folder))
        self._denoise = Denoiser(pipe.transformer, pipe.scheduler, attention_backend)
        self.template = self._encode.template
        self.tokenizer_json = (folder / "tokenizer" / "tokenizer.json").read_bytes()
        self._on_card = pipe.device.type == "cuda"
        self.device = torch.cuda.get_device_name(pipe.device) if self._on_card else "cpu"

    def draw(self, request: DrawRequest, on_step: Callable[[int], None]) -> Image.Image:
        """See engine.pipeline.Pipeline."""
        image = self.draw_together([request], [on_step]).drawn[0].image
        if isinstance(image, PipelineError):
            raise image
        return image

    def draw_together(
        self, requests: Sequence[DrawRequest], on_steps: Sequence[Callable[[int], None]]
    ) -> Drawing:
        """See engine.pipeline.Pipeline."""
        with torch.inference_mode():
            try:
                return self._draw(requests, on_steps)
            except torch.OutOfMemoryError:
                pass
            except torch.AcceleratorError as error:
                # An illegal access or a card that fell off: every later call fails as well.
                raise DeviceLost(str(error).partition("\n")[0]) from error
        # Outside the handler: its traceback would keep the tensors of the failed call alive.
        gc.collect()
        torch.cuda.empty_cache()
        raise OutOfMemory

    def free_bytes(self) -> int | None:
        """See engine.pipeline.Pipeline. What torch keeps for later is free."""
        if not self._on_card:
            return None
        free: int = torch.cuda.mem_get_info(self._pipe.device)[0]
        return free + torch.cuda.memory_reserved() - torch.cuda.memory_allocated()

    def room(self, request: DrawRequest) -> int:
        """See engine.pipeline.Pipeline. Half of the free memory is left to everything else."""
        free = self.free_bytes()
        if free is None:
            return HOST_ROOM
        tokens = request.width * request.height // 256 + CAPTION_BUCKET
        passes = 2 if request.guidance > 0 else 1
        each = tokens * passes * self._pipe.transformer.config.dim * BYTES_PER_TOKEN_AND_CHANNEL
        return int(max(1, free // 2 // each))

    def _draw(
        self, requests: Sequence[DrawRequest], on_steps: Sequence[Callable[[int], None]]
    ) -> Drawing:
        began = self._clock()
        with nullcontext() if self._on_card else _one_core_free():
            captions = [self._captions(request) for request in requests]
            encoded = self._clock()
            members = [
                Member(latents=self._noise(request), on_step=on_step, captions=caption)
                for request, on_step, caption in zip(requests, on_steps, captions, strict=True)
            ]
            self._denoise(members, requests[0].steps, requests[0].guidance)
        denoised = self._clock()
        drawn = tuple(self._drawn(member) for member in members)
        return Drawing(
            drawn=drawn,
            encode_seconds=encoded - began,
            denoise_seconds=denoised - encoded,
            decode_seconds=self._clock() - denoised,
        )

    def _captions(self, request: DrawRequest) -> Captions:
        kept, made = self._encode.kept, self._encode.made
        guided = request.guidance > 0
        prompts = (request.prompt, request.negative_prompt) if guided else (request.prompt,)
        found = [self._encode(prompt) for prompt in prompts]
        embeddings = tuple(one for one in found if one is not None)
        return Captions(
            embeddings if len(embeddings) == len(found) else (),
            self._encode.kept - kept,
            self._encode.made - made,
        )

    def _noise(self, request: DrawRequest) -> torch.Tensor:
        """Where the picture starts: float32 (channels, height / 8, width / 8); for the demo
        model / 16."""
        noise: torch.Tensor = self._pipe.prepare_latents(
            1,
            self._pipe.transformer.in_channels,
            request.height,
            request.width,
            torch.float32,
            self._pipe.device,
            # On the CPU whatever draws: a seed gives the same noise on every machine.
            torch.Generator("cpu").manual_seed(request.seed),
        )[0]
        return noise

    def _drawn(self, member: Member) -> Drawn:
        bad_decodes = 0
        image: Image.Image | PipelineError = member.error or BadPicture()
        # One by one: a decoder takes more memory than the step of a whole batch.
        for careful in (False, True) if member.error is None else ():
            decoded = self._decode(member.latents, careful)
            if not guard.is_flat(decoded):
                image = _picture(decoded)
                break
            bad_decodes += 1
        return Drawn(
            image=image,
            encodings_kept=member.captions.kept,
            encodings_made=member.captions.made,
            bad_steps=member.bad_steps,
            bad_decodes=bad_decodes,
        )

    def _decode(self, latents: torch.Tensor, careful: bool) -> torch.Tensor:
        """Decoder output (1, 3, height, width), in [-1, 1] but for overshoots."""
        vae = self._pipe.vae
        with care.upcast(vae) if careful else nullcontext():
            scaled = latents.to(vae.dtype) / vae.config.scaling_factor + vae.config.shift_factor
            decoded: torch.Tensor = vae.decode(scaled.unsqueeze(0), return_dict=False)[0]
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
