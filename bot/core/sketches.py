"""Looking on while an engine draws."""

from typing import Protocol

from engine.contract import JobKey


class Sketches(Protocol):
    """Pictures that are not done yet."""

    async def sketch(self, key: JobKey) -> bytes | None:
        """A JPEG of what the picture is becoming, small and rough; None while there is none. The
        engine makes them for jobs that were asked about, from their next step on."""
        ...
