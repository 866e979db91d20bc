"""The way of several pictures through a denoising network, each of which may go wrong or leave by
itself.

What diffusers' pipelines compute, step for step, with two differences: a picture can leave the
batch, and a prediction that is not finite is made again before it does harm.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any, Generic, TypeVar

import torch

from engine.contract import passes
from engine.pipeline import BadPicture, PipelineError
from engine.pipelines import care
from engine.pipelines.guard import are_finite
from engine.pipelines.picture_reader import Start

#: What one forward pass is made with.
StepT = TypeVar("StepT")


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
    #: Of its seed: what has drawn its noise.
    chance: torch.Generator | None = None
    #: What it begins from; None = its latents, which are noise.
    start: Start | None = None
    #: Told after each step, before `on_step`, what computes the latents at the end of the way if
    #: it went straight on.
    on_outlook: Callable[[Callable[[], torch.Tensor]], None] = lambda outlook: None
    #: What the network makes of `captions` once for all steps, if it does: finite.
    refined: tuple[torch.Tensor, ...] = ()
    #: Why it has left.
    error: PipelineError | None = None
    #: Passes of it that gave what is not finite.
    bad_steps: int = 0


class GuardedLoop(ABC, Generic[StepT]):
    """A network that denoises, with the steps of its scheduler."""

    def __init__(
        self,
        network: Any,
        scheduler: Any,
        attention: str,
        run: Callable[[Callable[[], torch.Tensor]], torch.Tensor] = lambda part: part(),
    ) -> None:
        """`attention` names diffusers' backend. `run` calls each step's passes, once or, after it
        has made room, again."""
        self._network = network
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
        if not live:
            return
        made = passes(steps, strength)
        schedule = self._schedule(live, steps, strength)
        for member in live:
            self._begin(member, schedule[0])
        self._prepare(live, guidance)
        live = _still_there(live)
        for done, step in enumerate(schedule, start=1):
            if not live:
                return
            predictions = partial(self._predictions, step=step, guidance=guidance)
            for member, prediction in self._guarded(live, predictions):
                self._advance(member, prediction, step)
            live = _still_there(live)
            for member in live:
                self._keep(member, step)
                # Some schedulers make a pass more than they are asked for, some pipelines one less.
                _tell(member, -(-done * made // len(schedule)))
            live = _still_there(live)

    @abstractmethod
    def _schedule(
        self, members: Sequence[Member], steps: int, strength: float | None
    ) -> Sequence[StepT]:
        """The passes of `steps`, with `strength` only the last of them; at least one."""

    @abstractmethod
    def _begin(self, member: Member, first: StepT) -> None:
        """Makes the latents those before the step `first`."""

    def _prepare(self, members: Sequence[Member], guidance: float) -> None:
        """Makes what does not depend on the step. Whose cannot be had leaves as BadPicture."""

    @abstractmethod
    def _predictions(self, members: Sequence[Member], step: StepT, guidance: float) -> torch.Tensor:
        """What the network says, guidance included: float32, (members, channels, height, width).
        Called again where it came out bad; leaves nothing behind."""

    @abstractmethod
    def _advance(self, member: Member, prediction: torch.Tensor, step: StepT) -> None:
        """Makes the step, and tells `on_outlook` where it leads."""

    @abstractmethod
    def _keep(self, member: Member, step: StepT) -> None:
        """Puts back what of its start is to stay."""

    def _guarded(
        self,
        members: Sequence[Member],
        part: Callable[[Sequence[Member]], torch.Tensor],
    ) -> Iterator[tuple[Member, torch.Tensor]]:
        """The row that `part` gives for each of `members`, made again more carefully where it is
        not finite: `part` leaves nothing behind. Whose cannot be had leaves as BadPicture."""
        waiting = list(members)
        ways: list[AbstractContextManager[Any]] = [care.usual(self._attention), care.plain()]
        ways += [self._upcast()] if care.can_be_upcast(self._network) else []
        for how in ways:
            with how:
                found = self._run(partial(part, waiting))
            finite = are_finite(found)
            for member, row, is_good in zip(waiting, found, finite, strict=True):
                if is_good:
                    yield member, row
                else:
                    member.bad_steps += 1
            waiting = [m for m, is_good in zip(waiting, finite, strict=True) if not is_good]
            if not waiting:
                return
        for member in waiting:
            member.error = BadPicture()

    @contextmanager
    def _upcast(self) -> Iterator[None]:
        with care.plain(), care.upcast_blocks(self._network):
            yield


def _still_there(members: Sequence[Member]) -> list[Member]:
    return [member for member in members if member.error is None]


def _tell(member: Member, done: int) -> None:
    try:
        member.on_step(done)
    except PipelineError as error:
        member.error = error
