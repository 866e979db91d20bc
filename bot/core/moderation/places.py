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

    @property
    def open(self) -> bool:
        return self.group if self.own is None else self.own


class Places(Protocol):
    """`address` names the topic or channel, `scope` its group, as quota.scope_of says."""

    async def state(self, address: Address, scope: str) -> PlaceState: ...

    async def set_place(self, address: Address, *, open_: bool, act: Act) -> None:
        """Once for each event."""
        ...

    async def set_group(self, platform: str, scope: str, *, open_: bool, act: Act) -> None:
        """The same for all places of which nothing is said themselves."""
        ...
