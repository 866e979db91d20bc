"""How long ago a person asked, although this machine's clock and Discord's may differ."""

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Any

import discord

#: So many tell how far the clocks are apart; later ones count, for clocks are set and drift.
LATEST = 20


class Ages:
    """Of the interactions that came last the youngest came at once: what it seemed to be old is
    how far the clocks are apart."""

    def __init__(self, now: Callable[[], datetime] = discord.utils.utcnow) -> None:
        self._now = now
        self._seen: deque[float] = deque(maxlen=LATEST)

    def of(self, interaction: discord.Interaction[Any]) -> float:
        """Seconds."""
        seen = (self._now() - interaction.created_at).total_seconds()
        if not interaction.client.is_replaying:
            self._seen.append(seen)
        # Replayed after a cut it may be old indeed, and says nothing of the clocks.
        return max(0.0, seen - min(self._seen, default=0.0))
