"""Places: the topics and channels in which people may draw."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.acts import Act
from bot.core.generation import Address


@dataclass(frozen=True, kw_only=True)
class PlaceState:
    """How a place stands."""

    #: What was decided for this topic or channel; None: nothing, so that the group's counts.
    own: bool | None
    group: bool
    #: It was somebody who runs the fleet who decided of the place, and who closed the group.
    own_by_fleet: bool = False
    group_by_fleet: bool = False

    @property
    def open(self) -> bool:
        """What a group's admins opened does not count where the fleet closed the group."""
        if self.group_by_fleet and not self.own_by_fleet:
            return False
        return self.group if self.own is None else self.own

    @property
    def held(self) -> bool:
        """Only those who run the fleet may open the place."""
        return self.own is False if self.own_by_fleet else self.group_by_fleet


class Places(Protocol):
    """`address` names the topic or channel, `scope` its group, as quota.scope_of says."""

    async def state(self, address: Address, scope: str) -> PlaceState: ...

    async def set_place(
        self, address: Address, scope: str, *, open_: bool, by_fleet: bool, act: Act
    ) -> None:
        """Once for each event. What was closed `by_fleet` nobody else opens: raises Refusal."""
        ...

    async def set_group(
        self, platform: str, scope: str, *, open_: bool, by_fleet: bool, act: Act
    ) -> None:
        """The same for all places of which nothing is said themselves. One that is closed
        `by_fleet` is closed in all that the fleet did not open themselves."""
        ...
