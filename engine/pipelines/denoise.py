"""Z-Image's denoising loop over several pictures, each of which may go wrong or leave by itself.

What ZImagePipeline computes, step for step, with four differences: a picture can leave the batch,
a prediction that is not finite is made again before it does harm, captions of different lengths
never share a forward pass, and guidance is of the usual form (no normalisation, no truncation).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

import torch
from diffusers.pipelines.z_image.pipeline_z_image import calculate_shift, get_default_z_image_sigmas

from engine.batching import bucket
from engine.contract import passes
from engine.pipeline import BadPicture, PipelineError
from engine.pipelines import care
from engine.pipelines.guard import are_finite
from engine.pipelines.picture_reader import Start


@dataclass(frozen=True)
class Captions:
    """What the transformer is told."""

    #: Of the prompt and, with guidance, of the negative one: (tokens, width) each, on the device.
    #: None at all where one of them cannot be had.
    embeddings: tuple[torch.Tensor, ...]
    #: How many were at hand, and how many had to be made.
    kept: int = 0
    made: int = 0


@dataclass(eq=False, kw_only=True)
class Member:
    """One picture on its way through the loop."""

    #: float32, (channels, height / 8, width / 8), for the demo model / 16; on the device.
    latents: torch.Tensor
    on_step: Callable[[int], None]
    captions: Captions
    #: What it begins from; None = its latents, which are noise.
    start: Start | None = None
    #: Told after each step, before `on_step`, what computes the latents at the end of the way if
    #: it went straight on.
    on_outlook: Callable[[Callable[[], torch.Tensor]], None] = lambda outlook: None
    #: Why it has left.
    error: PipelineError | None = None
    #: Predictions of it that were not finite.
    bad_steps: int = 0


class Step(NamedTuple):
    """One forward pass. All are scalars, on the device."""

    #: In [0, 1], what the transformer is told.
    time: torch.Tensor
    #: Share of noise before and after it.
    sigma: torch.Tensor
    next_sigma: torch.Tensor


class Denoiser:
    """A transformer with its scheduler's steps."""

    def __init__(
        self,
        transformer: Any,
        scheduler: Any,
        attention: str,
        run: Callable[[Callable[[], torch.Tensor]], torch.Tensor] = lambda part: part(),
    ) -> None:
        """`attention` names diffusers' backend. `run` calls each step's passes, once or, after it
        has made room, again."""
        self._transformer = transformer
        self._run = run
        self._scheduler = scheduler
        self._attention = attention

    def __call__(
        self,
        members: Sequence[Member],
        steps: int,
        guidance: float,
        strength: float | None = None,
    ) -> None:
        """Takes `members`, of equal size, from noise to latents; some leave with an error. With
        `strength` they all have a start, and only the last part of the way is gone."""
        for member in members:
            if not member.captions.embeddings:
                member.error = BadPicture()
        live = _still_there(members)
        schedule = self._schedule(live, steps)[-passes(steps, strength) :] if live else []
        for member in live:
            if member.start is not None:
                member.latents = member.start.at(schedule[0].sigma)
        for done, step in enumerate(schedule, start=1):
            self._step(live, step, guidance)
            live = _still_there(live)
            for member in live:
                if member.start is not None:
                    member.latents = member.start.keep(member.latents, step.next_sigma)
                _tell(member, done)
            live = _still_there(live)
            if not live:
                return

    def _schedule(self, members: Sequence[Member], steps: int) -> list[Step]:
        """All of them, from noise to a picture."""
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
        return [Step(*step) for step in zip(times, sigmas[:-1], sigmas[1:], strict=True)]

    def _step(self, members: Sequence[Member], step: Step, guidance: float) -> None:
        """One Euler step. Whose velocity cannot be had leaves as BadPicture."""
        waiting = list(members)
        ways: list[AbstractContextManager[Any]] = [care.usual(self._attention), care.plain()]
        ways += [self._upcast()] if care.can_be_upcast(self._transformer) else []
        for how in ways:
            with how:
                velocities = self._run(partial(self._velocities, waiting, step.time, guidance))
            # Before the step is made: the latents are those of the step before, and good.
            finite = are_finite(velocities)
            for member, velocity, is_good in zip(waiting, velocities, finite, strict=True):
                if is_good:
                    stride = step.next_sigma - step.sigma
                    outlook = partial(_straight_on, member.latents, velocity, step.time)
                    member.latents = member.latents + stride * velocity
                    member.on_outlook(outlook)
                else:
                    member.bad_steps += 1
            waiting = [m for m, is_good in zip(waiting, finite, strict=True) if not is_good]
            if not waiting:
                return
        for member in waiting:
            member.error = BadPicture()

    @contextmanager
    def _upcast(self) -> Iterator[None]:
        with care.plain(), care.upcast_blocks(self._transformer):
            yield

    def _velocities(
        self, members: Sequence[Member], time: torch.Tensor, guidance: float
    ) -> torch.Tensor:
        """From where each one's latents come, per unit of sigma: float32, (members, channels,
        height, width)."""
        rows = [(member.latents, member.captions.embeddings[0]) for member in members]
        if guidance > 0:
            rows += [(member.latents, member.captions.embeddings[1]) for member in members]
        predicted = self._predictions(rows, time)
        found = predicted[: len(members)]
        if guidance > 0:
            found = found + guidance * (found - predicted[len(members) :])
        return -found

    def _predictions(
        self, rows: Sequence[tuple[torch.Tensor, torch.Tensor]], time: torch.Tensor
    ) -> torch.Tensor:
        """The transformer's output for each pair of latents and caption, float32."""
        predicted: dict[int, torch.Tensor] = {}
        for together in _of_one_length([caption for _, caption in rows]):
            # Of different lengths they would need a mask, which the fast attention kernels refuse.
            outputs = self._transformer(
                [rows[n][0].to(self._transformer.dtype).unsqueeze(1) for n in together],
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


def _still_there(members: Sequence[Member]) -> list[Member]:
    return [member for member in members if member.error is None]


def _tell(member: Member, done: int) -> None:
    try:
        member.on_step(done)
    except PipelineError as error:
        member.error = error
