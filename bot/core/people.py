"""Those of whom something is known beside their pictures."""

from collections.abc import Sequence
from typing import Protocol

from bot.core.acts import Act


def number_of(person: str) -> str:
    """What the platform knows them by, of `platform:id`."""
    return person.partition(":")[2]


class People(Protocol):
    """`person` is `platform:id`."""

    async def is_fleet_admin(self, person: str) -> bool: ...

    async def fleet_admins(self) -> Sequence[str]: ...

    async def appoint(self, person: str, *, appointed: bool, act: Act) -> None:
        """Make them a fleet admin, or none any more; once for each event."""
        ...


class Names(Protocol):
    """What platforms call people, which they may change: in lower case, without @."""

    async def named(self, platform: str, name: str) -> str | None:
        """Who was last known by this name there."""
        ...

    async def met(self, person: str, name: str) -> None:
        """They are called so now; nobody else there is any more."""
        ...


class Weights(Protocol):
    """Shares of the GPU, against 1 of everybody of whom nothing is said."""

    async def weight(self, person: str) -> float: ...

    async def set_weight(self, person: str, weight: float, act: Act) -> None:
        """For what they ask for from now on; once for each event."""
        ...
