"""Discord's clock, which a test may put forward, and the ids that are made from it."""

import itertools
import time
from datetime import UTC, datetime

#: The first second of 2015, https://docs.discord.com/developers/reference#snowflakes
EPOCH_MS = 1_420_070_400_000


class Clock:
    """Real time, plus what a test has skipped."""

    def __init__(self) -> None:
        self._ahead = 0.0
        self._numbers = itertools.count(1)

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time() + self._ahead

    def advance(self, seconds: float) -> None:
        """Let time pass for Discord (deadlines, tokens, nonces), but for nobody else."""
        self._ahead += seconds

    def snowflake(self) -> int:
        """A new id that says when it was made."""
        since_epoch = int(self.now() * 1000) - EPOCH_MS
        return since_epoch << 22 | next(self._numbers) & 0x3FFFFF


def iso(seconds: float) -> str:
    """A time as Discord writes it."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
