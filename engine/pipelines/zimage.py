"""Z-Image on diffusers' networks: laid out by plan, short prompts, several pictures at once."""

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image

from engine.batching import CAPTION_BUCKET
from engine.loras.folder import LoraFile
from engine.memory.costs import Work
from engine.memory.options import MemoryOptions
from engine.pipeline import (
    Adapter,
    BadPicture,
    DeviceLost,
    Drawing,
    Drawn,
    DrawRequest,
    OnSketch,
    OutOfMemory,
    PipelineError,
)
from engine.pipelines import attention, care, guard
from engine.pipelines.beginnings import Beginnings
from engine.pipelines.compiled import compile_blocks
from engine.pipelines.cores import one_core_free
from engine.pipelines.denoise import Denoiser
from engine.pipelines.embedding_memory import EmbeddingMemory
from engine.pipelines.guarded_loop import Captions, GuardedLoop, Member
from engine.pipelines.lora_files import read_lora
from engine.pipelines.lora_layers import LoraLayers
from engine.pipelines.opening import opened
from engine.pipelines.placement import Unplaced
from engine.pipelines.prompt_encoder import Encoding, PromptEncoder
from engine.pipelines.shortage import is_shortage
from engine.pipelines.sketch import Sketcher
from engine.profiles import Profile

#: Pictures at once in host memory, which is never what limits them.
HOST_ROOM = 64
#: Live tensors of a step in bfloat16: 16 * 2 bytes by a trace of the full-size transformer on the
#: meta device (eight pictures of 1024 x 1024), half as much again for what kernels work in.
BYTES_PER_TOKEN_AND_CHANNEL = 48


def open_pipeline(
    profile: Profile, folder: Path, options: MemoryOptions, compiled: bool
) -> "ZImage":
    """Loads `folder` and lays it out on the card, or on the CPU where there is none.

    `compiled`: the transformer's blocks, on a card. Raises WeightsError, and OutOfMemory where the
    card cannot take the least of it.
    """
    return opened(ZImage, profile, folder, options, compiled)


class ZImage:
    """The networks of a loaded ZImagePipeline. Not re-entrant: the scheduler has a state."""

    def __init__(
        self,
        pipe: Any,
        folder: Path,
        place: Callable[[], Unplaced] = Unplaced,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        """`place` lays the networks out, once the text encoder is as it stays."""
        self._pipe = pipe
        self._clock = clock
        self._encode = self._encoder(str(folder))
        self._begin = Beginnings(pipe)
        self._loras = LoraLayers(pipe.transformer)
        self._dtype: torch.dtype = pipe.transformer.dtype
        self.layers = self._loras.layers
        self._placement = place()
        self._encode.device = pipe.device
        self._denoise = self._denoiser(attention.ON_CPU)
        self._sketch = Sketcher()
        self.template = self._encode.template
        self.tokenizer_json = self._tokenizer_json(folder)
        self._on_card = pipe.device.type == "cuda"
        self.device = torch.cuda.get_device_name(pipe.device) if self._on_card else "cpu"

    @staticmethod
    def parts(pipe: Any) -> Any:
        """The networks of a loaded diffusers pipeline, by the names that are used here."""
        return pipe

    def speed_up(
        self, compiled: bool, backend: str | None = None, compiler: str = "inductor"
    ) -> str:
        """For a card: an attention backend, the fastest where none is named, and, where wanted,
        blocks that are `compiled`. The backend's name."""
        transformer = self._pipe.transformer
        capability = torch.cuda.get_device_capability() if self._on_card else None
        backend = backend or attention.chosen(transformer, capability)
        if compiled:
            with self._placement.phase():
                compile_blocks(transformer, backend, compiler)
        self._denoise = self._denoiser(backend)
        return backend

    def read_lora(self, file: LoraFile) -> Adapter:
        """See engine.pipeline.Pipeline."""
        return read_lora(file, self._dtype)

    def draw(self, request: DrawRequest, on_step: Callable[[int], None]) -> Image.Image:
        """See engine.pipeline.Pipeline."""
        image = self.draw_together([request], [on_step]).drawn[0].image
        if isinstance(image, PipelineError):
            raise image
        return image

    def draw_together(
        self,
        requests: Sequence[DrawRequest],
        on_steps: Sequence[Callable[[int], None]],
        on_sketches: Sequence[OnSketch] = (),
    ) -> Drawing:
        """See engine.pipeline.Pipeline."""
        before = self._placement.shortages
        with torch.inference_mode():
            try:
                drawing = self._draw(requests, on_steps, on_sketches)
                return replace(drawing, shortages=self._placement.shortages - before)
            except OutOfMemory:
                pass
            except RuntimeError as error:
                if not is_shortage(error):
                    if self._is_lost(error):
                        raise DeviceLost(str(error).partition("\n")[0]) from error
                    raise
                self._placement.shortages += 1
        # Outside the handler: its traceback would keep the tensors of the failed call alive.
        raise OutOfMemory(self._placement.shortages - before)

    def _is_lost(self, error: RuntimeError) -> bool:
        """After an illegal access, or when the card fell off, every later call fails as well."""
        if isinstance(error, torch.AcceleratorError):
            return True
        # Compiled kernels and NVIDIA's libraries say it in words of their own. Ask the card.
        try:
            if self._on_card:
                torch.cuda.synchronize(self._pipe.device)
        except RuntimeError:
            return True
        return False

    def free_bytes(self) -> int | None:
        """See engine.pipeline.Pipeline. What torch keeps for later is free."""
        return self._placement.free()

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
        self,
        requests: Sequence[DrawRequest],
        on_steps: Sequence[Callable[[int], None]],
        on_sketches: Sequence[OnSketch],
    ) -> Drawing:
        began = self._clock()
        placement = self._placement
        placement.fit(_work(requests))
        with nullcontext() if self._on_card else one_core_free():
            with placement.phase():
                captions = self._captions(requests)
            read = self._begin.read(requests, placement)
            encoded = self._clock()
            with placement.phase():
                members = [
                    self._begin(request, on_step, caption, read)
                    for request, on_step, caption in zip(requests, on_steps, captions, strict=True)
                ]
                for member, on_sketch in zip(members, on_sketches, strict=False):
                    member.on_outlook = partial(self._offer, on_sketch)
                self._denoise_as(requests[0], members)
        denoised = self._clock()
        with placement.phase():
            drawn = tuple(placement.run(partial(self._drawn, member)) for member in members)
        return Drawing(
            drawn=drawn,
            encode_seconds=encoded - began,
            denoise_seconds=denoised - encoded,
            decode_seconds=self._clock() - denoised,
        )

    def _encoder(self, model: str) -> PromptEncoder:
        pipe = self._pipe
        return PromptEncoder(pipe.tokenizer, pipe.text_encoder, EmbeddingMemory(), model)

    def _denoise_as(self, first: DrawRequest, members: Sequence[Member]) -> None:
        """All `members` as `first` says."""
        together = partial(self._loras.together, first.loras, self._pipe.device)
        with self._loras.changed(self._placement.run(together)):
            self._denoise(members, first.steps, first.guidance, first.strength)

    def _tokenizer_json(self, folder: Path) -> bytes:
        return (folder / "tokenizer" / "tokenizer.json").read_bytes()

    def _denoiser(self, backend: str) -> GuardedLoop[Any]:
        return Denoiser(self._pipe.transformer, self._pipe.scheduler, backend, self._run_step)

    def _run_step(self, step: Callable[[], torch.Tensor]) -> torch.Tensor:
        return self._placement.run(step, can_be_split=True)

    def _offer(self, on_sketch: OnSketch, outlook: Callable[[], torch.Tensor]) -> None:
        on_sketch(lambda: self._sketch(outlook()))

    def _captions(self, requests: Sequence[DrawRequest]) -> list[Captions]:
        """What each of them says, all encoded in one pass."""
        prompts = [_prompts(request) for request in requests]
        encodings = iter(
            self._placement.run(partial(self._encode, list(chain.from_iterable(prompts))))
        )
        return [_told(list(islice(encodings, len(each)))) for each in prompts]

    def _drawn(self, member: Member) -> Drawn:
        bad_decodes = 0
        image: Image.Image | PipelineError = member.error or BadPicture()
        # One by one: a decoder takes more memory than the step of a whole batch.
        for careful in (False, True) if member.error is None else ():
            decoded = self._decode(member.latents, careful)
            if not guard.is_flat(decoded):
                image = _picture(decoded)
                self._sketch.learn(member.latents, decoded)
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
            shift = vae.config.shift_factor or 0.0
            scaled = latents.to(vae.dtype) / vae.config.scaling_factor + shift
            decoded: torch.Tensor = vae.decode(scaled.unsqueeze(0), return_dict=False)[0]
        return decoded


def _prompts(request: DrawRequest) -> tuple[str, ...]:
    if request.guidance > 0:
        return request.prompt, request.negative_prompt
    return (request.prompt,)


def _told(encodings: Sequence[Encoding]) -> Captions:
    embeddings = tuple(one.embedding for one in encodings if one.embedding is not None)
    kept = sum(one.kept for one in encodings)
    return Captions(
        embeddings if len(embeddings) == len(encodings) else (), kept, len(encodings) - kept
    )


def _work(requests: Sequence[DrawRequest]) -> Work:
    first = requests[0]
    return Work(
        width=first.width,
        height=first.height,
        batch=len(requests),
        guided=first.guidance > 0,
        steps=first.steps,
        loras=sum(worn.adapter.nbytes for worn in first.loras),
    )


def _picture(decoded: torch.Tensor) -> Image.Image:
    """RGB picture of one decoder output (1, 3, height, width)."""
    levels = (decoded[0].float() * 127.5 + 127.5).round_().clamp_(0, 255).to(torch.uint8)
    # Made 8-bit where it lies: a quarter of the bytes leaves the card.
    pixels: np.ndarray[Any, Any] = levels.permute(1, 2, 0).contiguous().cpu().numpy()
    return Image.fromarray(pixels)
