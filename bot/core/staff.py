"""How much somebody may decide: the only place where that is answered."""

from collections.abc import Awaitable, Callable, Collection
from enum import IntEnum

from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.people import People

#: Whether the platform says that who asks is an admin of the group. Asked only where it matters:
#: on Telegram it takes a call.
IsAdmin = Callable[[], Awaitable[bool]]


class Level(IntEnum):
    """Each may do what those below may."""

    MEMBER = 0
    #: The platform says so, of this group, now.
    GROUP_ADMIN = 1
    #: Runs all groups, appointed by an owner.
    FLEET_ADMIN = 2
    #: Runs all groups, named by the operator.
    OWNER = 3


_REFUSALS = {
    Level.GROUP_ADMIN: "admins_only",
    Level.FLEET_ADMIN: "fleet_only",
    Level.OWNER: "owners_only",
}


class Staff:
    """Knows who runs zdraw."""

    def __init__(self, owners: Collection[str], people: People) -> None:
        self._owners = frozenset(owners)
        self._people = people

    async def runs_fleet(self, origin: Origin) -> bool:
        """Whether they decide for every group; the platform is not asked."""
        return await self.level_of(origin.requester) >= Level.FLEET_ADMIN

    async def allows(
        self, origin: Origin, least: Level, is_admin: IsAdmin, *, own_chat: bool = False
    ) -> bool:
        """`own_chat`: it concerns nothing but the chat, so that in a private one whoever is alone
        there decides."""
        if await self.level_of(origin.requester) >= least or (own_chat and origin.alone):
            return True
        return least == Level.GROUP_ADMIN and not origin.alone and await is_admin()

    async def require(
        self, origin: Origin, least: Level, is_admin: IsAdmin, *, own_chat: bool = False
    ) -> None:
        """Raises Refusal."""
        if not await self.allows(origin, least, is_admin, own_chat=own_chat):
            in_vain = origin.alone and least == Level.GROUP_ADMIN
            raise Refusal("only_in_groups" if in_vain else _REFUSALS[least])

    async def level_of(self, person: str) -> Level:
        """Without asking the platform."""
        if person in self._owners:
            return Level.OWNER
        if await self._people.is_fleet_admin(person):
            return Level.FLEET_ADMIN
        return Level.MEMBER
