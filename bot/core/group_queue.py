"""The queue as those who keep order in a group see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.acts import Act
from bot.core.generation import Generation

#: (platform, scope as quota.scope_of says). None stands for all groups.
Group = tuple[str, str] | None


@dataclass(frozen=True, kw_only=True)
class Standing:
    """What waits to be handed to an engine."""

    count: int
    #: The last one to be admitted so far, in any group and however it ended.
    up_to: int


class GroupQueue(Protocol):
    """Rows by the group in which they were asked for."""

    async def standing(self, group: Group) -> Standing: ...

    async def live(self, group: Group, *, skip: int, limit: int) -> Sequence[Generation]:
        """Those that have not ended, the next one first."""
        ...

    async def clear(self, group: Group, up_to: int, act: Act) -> None:
        """The wish, which `clear_on` grants: to cancel what waits there and was admitted until
        `up_to`. Once for each event."""
        ...

    async def clear_on(self, limit: int) -> Sequence[str]:
        """A portion of the oldest wish, in one transaction: QUEUED -> CANCELLED, with refunds; ids.
        Empty where no wish is left."""
        ...

    async def cleared(self, event_key: str) -> int:
        """How many that event has ended."""
        ...
