"""How fast this engine draws, for costs and for the waiting times people are told."""

import math

from bot.core.workload import Workload
from engine.profiles import Profile

MEGAPIXEL = 1_000_000
#: Assumed before the first measurement. Fairness needs only the ratios between jobs.
UNMEASURED_SECONDS = 1.0
#: Where the time of a usual job goes, until jobs of several kinds have shown it: for each picture
#: (text, decoding), for each forward pass (many small operations), for each megapixel of one.
USUAL_SHARES = (0.1, 0.1, 0.8)
#: How much of a difference between a job and its prediction is taken over.
BELIEVED = 0.4
#: What took longer or shorter by more than this factor was about something else.
CREDIBLE_FACTOR = 2.0


class Pace:
    """Predicts from the engine's own figure, and from what jobs then took.

    Three rates: seconds for each picture, for each forward pass and for each megapixel of one. What
    a job shows changes each rate by its part in the prediction, so that jobs of different kinds
    tell them apart; as factors, so that none falls below 0.
    """

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._rates: tuple[float, ...] | None = None
        self._launch: str | None = None

    @property
    def known(self) -> bool:
        return self._rates is not None

    @property
    def measured(self) -> float | None:
        """Seconds per megapixel-step of the usual job; None before the first measurement."""
        usual = self._usual()
        return self.seconds(usual) / self._amounts(usual)[-1] if self.known else None

    def learn(self, seconds_per_megapixel_step: float | None, *, launch: str = "") -> None:
        """What an engine says of itself; None (nothing measured yet) changes nothing. Heard once
        for each `launch`: later its jobs say more."""
        if seconds_per_megapixel_step is None or launch == self._launch:
            return
        self._launch = launch
        usual = self._amounts(self._usual())
        seconds = usual[-1] * seconds_per_megapixel_step
        self._rates = tuple(
            share * seconds / amount for share, amount in zip(USUAL_SHARES, usual, strict=True)
        )

    def took(self, workload: Workload, seconds: float) -> None:
        """A job of this engine took so long."""
        if self._rates is None or seconds <= 0:
            return
        amounts, predicted = self._amounts(workload), self.seconds(workload)
        surprise = math.log(seconds / predicted)
        lid = math.log(CREDIBLE_FACTOR)
        taken_over = BELIEVED * max(-lid, min(lid, surprise))
        shares = [
            rate * amount / predicted for rate, amount in zip(self._rates, amounts, strict=True)
        ]
        whole = sum(share**2 for share in shares)
        self._rates = tuple(
            rate * math.exp(taken_over * share / whole)
            for rate, share in zip(self._rates, shares, strict=True)
        )

    def seconds(self, workload: Workload) -> float:
        """Predicted GPU seconds."""
        amounts = self._amounts(workload)
        if self._rates is None:
            return amounts[-1] * UNMEASURED_SECONDS
        return sum(rate * amount for rate, amount in zip(self._rates, amounts, strict=True))

    def _usual(self) -> Workload:
        profile = self.profile
        return Workload(*profile.default_size, profile.steps, profile.guidance > 0, count=1)

    def _amounts(self, workload: Workload) -> tuple[float, ...]:
        """Pictures, forward passes, megapixels of all of those. Guidance makes two passes of each
        step."""
        width, height = self.profile.drawn_size(workload.width, workload.height)
        passes = workload.steps * workload.count * (2 if workload.guided else 1)
        return workload.count, passes, width * height / MEGAPIXEL * passes
