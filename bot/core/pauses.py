"""Whether the queue as a whole is paused: requests are accepted and wait, and what an engine has
is drawn."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.acts import Act
from bot.core.replies import reply


@dataclass(frozen=True)
class Pause:
    """`reason`: in the words of whoever paused it; may be empty."""

    reason: str


class Pauses(Protocol):
    """Stored, so that it outlives every process and each hears of it by the next look."""

    async def paused(self) -> Pause | None: ...

    async def pause(self, reason: str, act: Act) -> None:
        """From now on no row goes out to an engine, and none expires. Once for each event; a
        second pause changes the reason."""
        ...

    async def resume(self, act: Act) -> None:
        """Once for each event. The time that requests may wait begins anew for all of them."""
        ...


def pause_text(pause: Pause, locale: str) -> str:
    if pause.reason:
        return reply("queue_paused_why", locale, reason=pause.reason)
    return reply("queue_paused", locale)
