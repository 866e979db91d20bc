"""The denoising steps of latent diffusion with a U-Net.

What StableDiffusionPipeline computes with the scheduler of its folder. Each picture has a copy of
the scheduler: many remember earlier steps, and a picture can leave the batch.
"""

import copy
from collections.abc import Sequence
from functools import partial
from inspect import signature
from typing import Any, NamedTuple

import torch

from engine.pipelines.guarded_loop import GuardedLoop, Member


class Step(NamedTuple):
    """One forward pass."""

    #: Scalars, on the device: the timestep, and the one after it, None at the end.
    time: torch.Tensor
    next_time: torch.Tensor | None
    #: Place in the scheduler's timesteps.
    place: int


class UnetDenoiser(GuardedLoop[Step]):
    """A U-Net with a diffusers scheduler's steps."""

    def _schedule(
        self, members: Sequence[Member], steps: int, strength: float | None
    ) -> list[Step]:
        self._scheduler.set_timesteps(steps, device=members[0].latents.device)
        times = list(self._scheduler.timesteps)
        every = [
            Step(time, following, place)
            for place, (time, following) in enumerate(zip(times, [*times[1:], None], strict=True))
        ]
        self._of = {member: copy.deepcopy(self._scheduler) for member in members}
        takes = signature(self._scheduler.step).parameters
        self._takes_generator = "generator" in takes
        # As StableDiffusionImg2ImgPipeline counts, but that there is always one.
        made = steps if strength is None else max(1, min(int(steps * strength), steps))
        return every[(steps - made) * self._scheduler.order :]

    def _begin(self, member: Member, first: Step) -> None:
        scheduler = self._of[member]
        if member.start is None:
            # None of what it is scaled by has a batch in it.
            member.latents = member.latents * scheduler.init_noise_sigma
            return
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first.place)
        member.latents = self._noised(member, first.time)

    def _predictions(self, members: Sequence[Member], step: Step, guidance: float) -> torch.Tensor:
        """Noise, or what else the scheduler takes."""
        unet = self._network
        scaled = [self._of[m].scale_model_input(m.latents, step.time) for m in members]
        captions = [member.captions.embeddings[0] for member in members]
        # As in the pipeline: at 1 and below it is off.
        guided = guidance > 1
        if guided:
            captions = [member.captions.embeddings[1] for member in members] + captions
        rows = torch.stack(scaled * 2 if guided else scaled).to(unet.dtype)
        found: torch.Tensor = unet(
            rows,
            step.time,
            encoder_hidden_states=torch.stack(captions).to(unet.dtype),
            return_dict=False,
        )[0].float()
        if not guided:
            return found
        without, told = found.chunk(2)
        return without + guidance * (told - without)

    def _advance(self, member: Member, prediction: torch.Tensor, step: Step) -> None:
        scheduler = self._of[member]
        before = member.latents
        chance = {"generator": member.chance} if self._takes_generator else {}
        # Rows of one: some schedulers reckon with the shape.
        after = scheduler.step(prediction[None], step.time, before[None], **chance)
        member.latents = after.prev_sample[0].float()
        known = getattr(after, "pred_original_sample", None)
        if known is not None:
            member.on_outlook(partial(_first, known))
        else:
            member.on_outlook(partial(_cleared, scheduler, before, prediction, step.time))

    def _keep(self, member: Member, step: Step) -> None:
        start = member.start
        if start is None or start.mask is None:
            return
        kept = start.latents if step.next_time is None else self._noised(member, step.next_time)
        member.latents = (1 - start.mask) * kept + start.mask * member.latents

    def _noised(self, member: Member, time: torch.Tensor) -> torch.Tensor:
        """The start with as much noise as belongs to `time`."""
        assert member.start is not None
        start, noise = member.start.latents[None], member.start.noise[None]
        noised: torch.Tensor = self._of[member].add_noise(start, noise, time[None])
        return noised[0]


def _first(latents: torch.Tensor) -> torch.Tensor:
    return latents[0].float()


def _cleared(
    scheduler: Any, latents: torch.Tensor, prediction: torch.Tensor, time: torch.Tensor
) -> torch.Tensor:
    """The latents without their noise, where `prediction` is that noise."""
    signal = scheduler.alphas_cumprod.to(latents.device)[time.long()]
    cleared: torch.Tensor = (latents - (1 - signal) ** 0.5 * prediction) / signal**0.5
    return cleared
