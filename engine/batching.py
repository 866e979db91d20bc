"""Which pictures are drawn together: those of one kind, as many as their size allows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from engine.contract import Job
from engine.profiles import Profile

#: Tokens; Z-Image fills captions up to a multiple of it.
CAPTION_BUCKET = 32
#: Prompts whose length is remembered: more than wait at once.
_REMEMBERED = 256


def bucket(tokens: int) -> int:
    """Length that a caption of `tokens` tokens is filled up to."""
    return -(-tokens // CAPTION_BUCKET) * CAPTION_BUCKET


def places(profile: Profile, job: Job, lid: int) -> int:
    """Most pictures like those of `job` that are drawn together; at least 1, at most `lid`.

    The profile's table says it by pixels. Guidance makes two rows of each picture.
    """
    if job.alone:
        return 1
    width, height = profile.drawn_size(job.width, job.height)
    fitting = (pictures for pixels, pictures in profile.batches if width * height <= pixels)
    most = next(fitting, 1) // (2 if job.guidance > 0 else 1)
    return max(1, min(most, lid))


@dataclass(frozen=True)
class Kind:
    """What pictures have in common that go through the same forward passes."""

    #: Pixels as drawn.
    width: int
    height: int
    steps: int
    guidance: float
    #: Tokens that the prompt, and with guidance the negative one, are filled up to.
    captions: tuple[int, ...]
    #: Of what they begin from; None where that is noise alone.
    strength: float | None
    #: Name and weight of each LoRA, by name: the pictures share the layers that it changes.
    loras: tuple[tuple[str, float], ...]


class Batching:
    """Tells what fits together for one model."""

    def __init__(self, profile: Profile, tokens: Callable[[str], int], lid: int) -> None:
        """`tokens` counts those of a prompt, the template's included."""
        self._profile = profile
        self._lid = lid
        self._bucket = lru_cache(_REMEMBERED)(lambda prompt: bucket(tokens(prompt)))

    def places(self, job: Job) -> int:
        """See `places`."""
        return places(self._profile, job, self._lid)

    def joins(self, job: Job, first: Job) -> bool:
        """Whether `job` may be drawn together with `first`."""
        return not (job.alone or first.alone) and self._kind(job) == self._kind(first)

    def _kind(self, job: Job) -> Kind:
        width, height = self._profile.drawn_size(job.width, job.height)
        prompts = (job.prompt, job.negative_prompt) if job.guidance > 0 else (job.prompt,)
        captions = tuple(self._bucket(prompt) for prompt in prompts)
        strength = job.source.strength if job.source else None
        loras = tuple(sorted((lora.name, lora.weight) for lora in job.loras if lora.weight))
        return Kind(width, height, job.steps, job.guidance, captions, strength, loras)
