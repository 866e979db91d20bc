"""Z-Image's denoising steps.

What ZImagePipeline computes, with two differences: captions of different lengths never share a
forward pass, and guidance is of the usual form (no normalisation, no truncation).
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

import torch
from diffusers.pipelines.z_image.pipeline_z_image import calculate_shift, get_default_z_image_sigmas

from engine.batching import bucket
from engine.contract import passes
from engine.pipelines.guarded_loop import GuardedLoop, Member
from engine.pipelines.zimage_pass import ZImagePass


class Step(NamedTuple):
    """One forward pass. All are scalars, on the device."""

    #: In [0, 1], what the transformer is told.
    time: torch.Tensor
    #: Share of noise before and after it.
    sigma: torch.Tensor
    next_sigma: torch.Tensor


class Denoiser(GuardedLoop[Step]):
    """Z-Image's transformer with Euler's steps."""

    def __init__(
        self,
        network: Any,
        scheduler: Any,
        attention: str,
        run: Callable[[Callable[[], torch.Tensor]], torch.Tensor],
    ) -> None:
        super().__init__(network, scheduler, attention, run)
        self._pass = ZImagePass(network)

    def _schedule(
        self, members: Sequence[Member], steps: int, strength: float | None
    ) -> list[Step]:
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
        return every[steps - passes(steps, strength) :]

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

    def _prepare(self, members: Sequence[Member], guidance: float) -> None:
        """Refines captions: of the prompt, then, with guidance, of the negative one."""
        for which in range(2 if guidance > 0 else 1):
            live = [member for member in members if member.error is None]
            captions = [member.captions.embeddings[which] for member in live]
            for together in _of_one_length(captions):
                refined = partial(self._refined, which)
                for member, row in self._guarded([live[n] for n in together], refined):
                    member.refined = (*member.refined, row)

    def _refined(self, which: int, members: Sequence[Member]) -> torch.Tensor:
        """(members, tokens, channels)."""
        return self._pass.refine([member.captions.embeddings[which] for member in members])

    def _predictions(self, members: Sequence[Member], step: Step, guidance: float) -> torch.Tensor:
        """Velocities: from where each one's latents come, per unit of sigma."""
        rows = [(member.latents, member.refined[0]) for member in members]
        if guidance > 0:
            rows += [(member.latents, member.refined[1]) for member in members]
        predicted = self._outputs(rows, step.time)
        found = predicted[: len(members)]
        if guidance > 0:
            found = found + guidance * (found - predicted[len(members) :])
        return -found

    def _outputs(
        self, rows: Sequence[tuple[torch.Tensor, torch.Tensor]], time: torch.Tensor
    ) -> torch.Tensor:
        """The transformer's output for each pair of latents and refined caption, float32."""
        predicted: dict[int, torch.Tensor] = {}
        for together in _of_one_length([refined for _, refined in rows]):
            # Of different lengths they would need a mask, which the fast attention kernels refuse.
            outputs = self._pass.predict(
                torch.stack([rows[n][0] for n in together]).to(self._network.dtype),
                time,
                torch.stack([rows[n][1] for n in together]),
            )
            predicted |= zip(together, outputs, strict=True)
        return torch.stack([predicted[n] for n in range(len(rows))]).float()


def _of_one_length(captions: Sequence[torch.Tensor]) -> list[list[int]]:
    """Positions of the captions, those of one bucket together."""
    groups: dict[int, list[int]] = {}
    for n, caption in enumerate(captions):
        groups.setdefault(bucket(len(caption)), []).append(n)
    return list(groups.values())


def _straight_on(latents: torch.Tensor, velocity: torch.Tensor, time: torch.Tensor) -> torch.Tensor:
    """Where a step that began at `time` would lead without those behind it."""
    return latents - (1 - time) * velocity
