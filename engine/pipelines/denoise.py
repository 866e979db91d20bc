"""Z-Image's denoising steps.

What ZImagePipeline computes, with two differences: captions of different lengths never share a
forward pass, and guidance is of the usual form (no normalisation, no truncation).
"""

from collections.abc import Sequence
from functools import partial
from typing import NamedTuple

import torch
from diffusers.pipelines.z_image.pipeline_z_image import calculate_shift, get_default_z_image_sigmas

from engine.batching import bucket
from engine.pipelines.guarded_loop import GuardedLoop, Member


class Step(NamedTuple):
    """One forward pass. All are scalars, on the device."""

    #: In [0, 1], what the transformer is told.
    time: torch.Tensor
    #: Share of noise before and after it.
    sigma: torch.Tensor
    next_sigma: torch.Tensor


class Denoiser(GuardedLoop[Step]):
    """Z-Image's transformer with Euler's steps."""

    def _schedule(self, members: Sequence[Member], steps: int, skipped: int) -> list[Step]:
        latents, settings = members[0].latents, self._scheduler.config
        tokens = (latents.shape[1] // 2) * (latents.shape[2] // 2)
        shift = calculate_shift(
            tokens,
            settings.get("base_image_seq_len", 256),
            settings.get("max_image_seq_len", 4096),
            settings.get("base_shift", 0.5),
            settings.get("max_shift", 1.15),
        )
        sigmas = get_default_z_image_sigmas(steps)
        self._scheduler.set_timesteps(sigmas=sigmas, device=latents.device, mu=shift)
        sigmas = self._scheduler.sigmas
        times = (1000 - self._scheduler.timesteps) / 1000
        every = [Step(*step) for step in zip(times, sigmas[:-1], sigmas[1:], strict=True)]
        return every[skipped:]

    def _begin(self, member: Member, first: Step) -> None:
        if member.start is not None:
            member.latents = member.start.at(first.sigma)

    def _keep(self, member: Member, step: Step) -> None:
        if member.start is not None:
            member.latents = member.start.keep(member.latents, step.next_sigma)

    def _advance(self, member: Member, prediction: torch.Tensor, step: Step) -> None:
        """An Euler step."""
        outlook = partial(_straight_on, member.latents, prediction, step.time)
        member.latents = member.latents + (step.next_sigma - step.sigma) * prediction
        member.on_outlook(outlook)

    def _predictions(self, members: Sequence[Member], step: Step, guidance: float) -> torch.Tensor:
        """Velocities: from where each one's latents come, per unit of sigma."""
        rows = [(member.latents, member.captions.embeddings[0]) for member in members]
        if guidance > 0:
            rows += [(member.latents, member.captions.embeddings[1]) for member in members]
        predicted = self._outputs(rows, step.time)
        found = predicted[: len(members)]
        if guidance > 0:
            found = found + guidance * (found - predicted[len(members) :])
        return -found

    def _outputs(
        self, rows: Sequence[tuple[torch.Tensor, torch.Tensor]], time: torch.Tensor
    ) -> torch.Tensor:
        """The transformer's output for each pair of latents and caption, float32."""
        predicted: dict[int, torch.Tensor] = {}
        for together in _of_one_length([caption for _, caption in rows]):
            # Of different lengths they would need a mask, which the fast attention kernels refuse.
            outputs = self._network(
                [rows[n][0].to(self._network.dtype).unsqueeze(1) for n in together],
                time.expand(len(together)),
                [rows[n][1] for n in together],
                return_dict=False,
            )[0]
            predicted |= zip(together, outputs, strict=True)
        return torch.stack([predicted[n].float().squeeze(1) for n in range(len(rows))])


def _of_one_length(captions: Sequence[torch.Tensor]) -> list[list[int]]:
    """Positions of the captions, those of one bucket together."""
    groups: dict[int, list[int]] = {}
    for n, caption in enumerate(captions):
        groups.setdefault(bucket(len(caption)), []).append(n)
    return list(groups.values())


def _straight_on(latents: torch.Tensor, velocity: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
    """Where a step that began at `time` would lead without those behind it."""
    return latents - (1 - time) * velocity
