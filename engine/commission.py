"""A job in the painter's hands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PIL.Image import Image

from engine.contract import Job
from engine.pipeline import Drawing, Drawn, Input, OnSketch, PipelineError, Stopped, Worn
from engine.record import Record


@dataclass(eq=False)
class Commission:
    """The pictures of one job: which are drawn, and why no more will be."""

    job: Job
    #: Hears how many steps are done over all pictures.
    on_step: Callable[[int], None]
    is_wanted: Callable[[], bool]
    record: Record = field(default_factory=Record)
    #: Is offered sketches of its first picture.
    on_sketch: OnSketch = field(default=lambda make: None)
    #: What its pictures begin from.
    source: Input | None = None
    loras: tuple[Worn, ...] = ()
    #: Wall time of its pictures; of a batch, their part.
    seconds: float = 0.0
    error: Exception | None = None
    pictures: tuple["Picture", ...] = ()

    def __post_init__(self) -> None:
        self.pictures = tuple(Picture(self, n) for n in range(self.job.count))

    def is_due(self) -> bool:
        """Whether its pictures are still to be drawn."""
        if self.error is None and not self.is_wanted():
            self.error = Stopped()
        return self.error is None

    def images(self) -> tuple[Image, ...]:
        """All of them. Raises what ended it."""
        if self.error is not None:
            raise self.error
        return tuple(picture.image for picture in self.pictures if picture.image is not None)

    def note(self, drawing: Drawing, pictures: Sequence["Picture"], seconds: float) -> None:
        """One batch of `pictures`, this commission's among them, has taken `seconds`."""
        own = sum(picture.commission is self for picture in pictures)
        self.seconds += seconds * own / len(pictures)
        self.record.batch = max(self.record.batch, len(pictures))
        self.record.encode_seconds += drawing.encode_seconds
        self.record.denoise_seconds += drawing.denoise_seconds
        self.record.batch_steps += self.job.passes
        self.record.decode_seconds += drawing.decode_seconds
        self.record.out_of_memory += drawing.shortages


@dataclass(eq=False)
class Picture:
    """Picture `n` (from 0) of a commission."""

    commission: Commission
    n: int
    #: Steps that people have been told of.
    steps: int = 0
    image: Image | None = None

    def is_due(self) -> bool:
        """Whether it is still to be drawn."""
        return self.image is None and self.commission.is_due()

    def on_sketch(self, make: Callable[[], Image]) -> None:
        """One is enough for those who wait."""
        if self.n == 0:
            self.commission.on_sketch(make)

    def on_step(self, done: int) -> None:
        """Raises Stopped where it is not wanted any more."""
        if not self.commission.is_wanted():
            raise Stopped
        # One that is drawn again counts from 1; people see progress stand, not fall.
        if done > self.steps:
            self.steps = done
            self.commission.on_step(sum(picture.steps for picture in self.commission.pictures))

    def take(self, drawn: Drawn) -> None:
        """What the pipeline made of it."""
        record = self.commission.record
        record.encodings_kept += drawn.encodings_kept
        record.encodings_made += drawn.encodings_made
        record.bad_steps += drawn.bad_steps
        record.bad_decodes += drawn.bad_decodes
        if isinstance(drawn.image, PipelineError):
            self.commission.error = drawn.image
        else:
            self.image = drawn.image


def commissions_of(pictures: Sequence[Picture]) -> list[Commission]:
    """Whose they are, each once, in order."""
    return list(dict.fromkeys(picture.commission for picture in pictures))
