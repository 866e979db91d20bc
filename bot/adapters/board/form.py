"""The values of the controls: what they ask for, and how parameters come back to them."""

import unicodedata
from dataclasses import astuple, dataclass
from typing import Self

from bot.core.draw_syntax import DrawRequest
from bot.core.generation import DrawSpec
from bot.core.grammar.values import read_value
from bot.core.loras import tag
from bot.core.sources import USUAL_STRENGTH
from engine.profiles import Profile


@dataclass(frozen=True)
class Form:
    """In the order of the controls."""

    prompt: str
    width: int
    height: int
    count: int
    steps: int
    guidance: float
    #: As typed; empty is another one each time.
    seed: str
    negative: str
    #: 画质增强.
    enhance: bool
    #: What beginnings.py calls the picture that it begins from; empty is none.
    source: str
    #: How much of that may change.
    strength: float

    @classmethod
    def of(cls, spec: DrawSpec, generation_id: str = "") -> Self:
        """Drawn again, it gives the same. `generation_id`: of the request it was of, which may
        have begun from a picture."""
        return cls(
            # As the list of LoRAs writes it there.
            prompt=" ".join((spec.prompt, *map(tag, spec.loras))),
            width=spec.width,
            height=spec.height,
            count=spec.count,
            steps=spec.steps,
            guidance=spec.guidance,
            seed=str(spec.seed),
            negative=spec.negative_prompt,
            enhance=spec.enhancement is not None,
            source=f"#{generation_id}" if spec.source and generation_id else "",
            strength=USUAL_STRENGTH if spec.strength is None else spec.strength,
        )

    @property
    def values(self) -> tuple[str | int | float, ...]:
        """For the controls."""
        return astuple(self)

    def beside(self, profile: Profile) -> DrawRequest:
        """What the controls beside the prompt ask for. Guidance that is left where it stands is
        not said, so that a negative prompt can turn it on. Raises Refusal."""
        seed = unicodedata.normalize("NFKC", self.seed or "").strip()
        # Of what is transparent in places another strength is usual.
        unsaid = not self.source or self.strength in (None, USUAL_STRENGTH)
        usual = usual_guidance(profile, enhance=self.enhance)
        return DrawRequest(
            prompt=self.prompt,
            size=(int(self.width), int(self.height)),
            count=int(self.count),
            steps=int(self.steps),
            guidance=None if self.guidance == usual else float(self.guidance),
            seed=read_value("seed", seed) if seed else None,
            negative=(self.negative or "").strip() or None,
            enhance=bool(self.enhance),
            strength=None if unsaid else float(self.strength),
        )


def usual_guidance(profile: Profile, *, enhance: bool) -> float:
    """Where the control stands that is left alone."""
    return profile.negative_guidance if enhance else profile.guidance
