"""Where the pictures of a batch begin: from noise, or from a picture and noise."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

import torch

from engine.pipeline import BadPicture, DrawRequest, Input
from engine.pipelines.guarded_loop import Captions, Member
from engine.pipelines.picture_reader import PictureReader, Read, Start
from engine.pipelines.placement import Unplaced


class Beginnings:
    """Of one pipeline."""

    def __init__(self, pipe: Any) -> None:
        self._pipe = pipe
        self._read = PictureReader(pipe.vae)

    def read(
        self, requests: Sequence[DrawRequest], placement: Unplaced
    ) -> dict[Input, Read | None]:
        """The pictures that `requests` begin from, each once: several may begin from one. None for
        what came out non-finite."""
        sources = dict.fromkeys(r.source for r in requests if r.source is not None)
        if not sources:
            return {}
        with placement.phase():
            return {one: placement.run(partial(self._read, one)) for one in sources}

    def __call__(
        self,
        request: DrawRequest,
        on_step: Callable[[int], None],
        captions: Captions,
        read: Mapping[Input, Read | None],
    ) -> Member:
        """One picture before its first step; `read` has what it begins from."""
        # On the CPU whatever draws: a seed gives the same noise on every machine.
        chance = torch.Generator("cpu").manual_seed(request.seed)
        if request.source is None:
            noise = self._noise(request, chance)
            return Member(latents=noise, on_step=on_step, captions=captions, chance=chance)
        found = read[request.source]
        # Before the noise, as diffusers does.
        latents = None if found is None else found.sample(chance)
        noise = self._noise(request, chance)
        member = Member(latents=noise, on_step=on_step, captions=captions, chance=chance)
        if found is None or latents is None:
            member.error = BadPicture()
        else:
            member.start = Start(latents=latents, noise=noise, mask=found.mask)
        return member

    def _noise(self, request: DrawRequest, chance: torch.Generator) -> torch.Tensor:
        """float32 (channels, height / 8, width / 8); for the demo model / 16."""
        noise: torch.Tensor = self._pipe.prepare_latents(
            1,
            self._pipe.transformer.config.in_channels,
            request.height,
            request.width,
            torch.float32,
            self._pipe.device,
            chance,
        )[0]
        return noise
