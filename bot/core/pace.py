"""How fast this engine draws, for costs and for the waiting times people are told."""

from bot.core.generation import DrawSpec
from engine.profiles import Profile

MEGAPIXEL = 1_000_000
#: Assumed before the first measurement. Fairness needs only the ratios between jobs.
UNMEASURED_SECONDS = 1.0


class Pace:
    """Seconds per megapixel-step as the engine last measured them."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self._measured: float | None = None

    @property
    def known(self) -> bool:
        return self._measured is not None

    @property
    def measured(self) -> float | None:
        """Seconds per megapixel-step; None before the first measurement."""
        return self._measured

    def learn(self, seconds_per_megapixel_step: float | None) -> None:
        """Take over a measurement; None (nothing measured yet) changes nothing."""
        if seconds_per_megapixel_step is not None:
            self._measured = seconds_per_megapixel_step

    def seconds(self, spec: DrawSpec) -> float:
        """Predicted GPU seconds of one generation. Guidance doubles each step."""
        width, height = self.profile.drawn_size(spec.width, spec.height)
        passes = spec.passes * spec.count * (2 if spec.guidance > 0 else 1)
        per_step = self._measured if self._measured is not None else UNMEASURED_SECONDS
        return width * height / MEGAPIXEL * passes * per_step
