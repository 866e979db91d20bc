"""What `zdraw draw` shows while it waits, and what it got. The bot tells it, the CLI prints it."""

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class DrawProgress:
    """Where a request is: `ahead` pictures come first, or `step` of `steps` are done."""

    generation_id: str
    ahead: int = 0
    step: int = 0
    #: 0 until the first step is about to begin.
    steps: int = 0
    #: Nothing is drawn until somebody lets the queue go on.
    paused: bool = False


@dataclass(frozen=True, kw_only=True)
class Drawn:
    """A finished request. Files lie where the person asked for them, in order."""

    generation_id: str
    files: tuple[Path, ...]
    #: Pixels.
    width: int
    height: int
    #: Of the first picture; the next ones have the following seeds.
    seed: int
    #: From the request to the last file.
    seconds: float
    #: Sentences that the reply in a chat would add, such as what the demo model knows.
    remarks: tuple[str, ...] = ()
