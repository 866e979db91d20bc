"""A job between its acceptance and its result."""

import asyncio
from dataclasses import dataclass, field

from PIL.Image import Image

from engine.contract import Cancelled, Job, JobKey, Returned
from engine.pipeline import Input, Worn
from engine.record import Record


@dataclass(eq=False)
class OpenJob:
    """A job that has no result yet."""

    job: Job
    #: When it was accepted, by the engine's clock.
    accepted: float = 0.0
    record: Record = field(default_factory=Record)
    #: What it begins from, once it was read.
    source: Input | None = None
    #: What is added to the model for it, once that was read.
    loras: tuple[Worn, ...] = ()
    #: How to end it between two steps, once that is wanted. Written by the event loop, read by
    #: the GPU thread.
    end_as: type[Cancelled] | type[Returned] | None = None
    #: Somebody has asked for a sketch: the GPU thread makes them from the next step on.
    is_watched: bool = False
    #: The latest one. Written by the GPU thread.
    sketch: Image | None = None
    #: Its result is being written.
    is_settling: bool = False
    #: `end_as` is set; for those who wait in the event loop.
    unwanted: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def key(self) -> JobKey:
        return self.job.key

    def told(self) -> dict[str, str | float | int]:
        """What a log line says of it; never its prompt."""
        return {
            **named(self.key),
            "size": f"{self.job.width}x{self.job.height}",
            "count": self.job.count,
            "steps": self.job.steps,
            "guidance": self.job.guidance,
            "seed": self.job.seed,
            **({"strength": self.job.source.strength} if self.job.source else {}),
            **({"loras": len(self.job.loras)} if self.job.loras else {}),
            **self.record.fields(),
        }

    def end(self, how: type[Cancelled] | type[Returned]) -> None:
        """Ends it as soon as may be."""
        self.end_as = how
        self.unwanted.set()


def named(key: JobKey) -> dict[str, str | int]:
    """The fields that every log line about a job has."""
    return {"generation_id": key.generation_id, "attempt": key.attempt}
