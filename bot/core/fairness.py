"""Start-time fair queueing: who is served next when the queue is longer than one.

A queue position is a number, the tag, given once when a request is admitted; the lowest tag is
served first. A requester's own tags lie `cost / weight` apart, so a backlog stretches far ahead,
while somebody who has nothing waiting enters at the front: at the tag served last.

Beside that nobody holds more than some places of the engine at once while others wait, whatever
their weight or their predicted costs.
"""

from collections import Counter
from collections.abc import Iterable


def fair_tag(dispatched: float, last_live: float | None, cost: float, weight: float = 1.0) -> float:
    """The tag of a new request.

    `dispatched`: the highest tag handed to an engine so far; nobody enters before it, so that
    idling saves nothing up. `last_live`: the highest tag of this requester's requests that have
    not ended, None if there are none. `cost`: predicted GPU seconds.
    """
    if cost < 0 or weight <= 0:
        raise ValueError(f"cost={cost} must be at least 0 and weight={weight} above 0")
    if last_live is None:
        return dispatched
    return max(dispatched, last_live + cost / weight)


class Places:
    """Who holds how many places of the engine. `each`: as many as one may while others wait."""

    def __init__(self, each: int, held: Iterable[str]) -> None:
        self._each = each
        self._held = Counter(held)

    def take(self, requester: str) -> bool:
        """Take one more for them; False if they have enough."""
        if self._held[requester] >= self._each:
            return False
        self._held[requester] += 1
        return True

    @property
    def full(self) -> list[str]:
        """Those who have enough."""
        return [one for one, held in self._held.items() if held >= self._each]
