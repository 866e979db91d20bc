"""Places: the topics and channels in which people may draw."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.acts import Act
from bot.core.generation import Address


@dataclass(frozen=True, kw_only=True)
class Decision:
    """Whether somewhere is open."""

    open: bool
    #: It was somebody who runs the fleet who decided that.
    by_fleet: bool = False
    #: They opened it, and admins of the group closed it, which they may undo.
    opened_by_fleet: bool = False

    @property
    def fleets(self) -> bool | None:
        """Whether those who run the fleet have it open; None where they decided nothing."""
        if self.opened_by_fleet:
            return True
        return self.open if self.by_fleet else None


@dataclass(frozen=True, kw_only=True)
class PlaceState:
    """How a place stands: what was decided for it and around it, None where nothing was. The
    nearest counts."""

    #: For this topic or channel itself.
    own: Decision | None = None
    #: For the channel that it is a thread of.
    parent: Decision | None = None
    group: Decision | None = None

    @property
    def open(self) -> bool:
        """What a group's admins opened does not count where the fleet closed what is around it."""
        return not self.held and _is_open(self.own, self.parent, self.group)

    @property
    def held(self) -> bool:
        """Only those who run the fleet may open the place."""
        decided = (one.fleets for one in (self.own, self.parent, self.group) if one is not None)
        return next((not one for one in decided if one is not None), False)

    @property
    def differs(self) -> bool:
        """It is not as the group is, because of what was decided nearer."""
        nearer = self.own or self.parent
        if nearer is None:
            return False
        return self.open == nearer.open != _is_open(self.group)


def _is_open(*decided: Decision | None) -> bool:
    """From near to far."""
    return next((one.open for one in decided if one is not None), True)


class Places(Protocol):
    """`address` names the topic or channel, `scope` its group, as quota.scope_of says."""

    async def state(self, address: Address, scope: str) -> PlaceState: ...

    async def set_place(
        self, address: Address, scope: str, *, open_: bool, by_fleet: bool, act: Act
    ) -> None:
        """With the threads of which nothing is said themselves. Once for each event. What was
        closed `by_fleet` nobody else opens: raises Refusal."""
        ...

    async def set_group(
        self, platform: str, scope: str, *, open_: bool, by_fleet: bool, act: Act
    ) -> None:
        """The same for all places of which nothing is said themselves. One that is closed
        `by_fleet` is closed in all that the fleet did not open themselves."""
        ...
