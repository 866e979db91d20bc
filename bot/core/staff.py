"""How much somebody may decide: the only place where that is answered."""

from collections.abc import Awaitable, Callable, Collection
from enum import IntEnum

from bot.core.errors import Refusal
from bot.core.generation import Origin


class Level(IntEnum):
    """Each may do what those below may."""

    MEMBER = 0
    #: The platform says so, of this group, now.
    GROUP_ADMIN = 1
    #: Runs all groups, named by the operator.
    OWNER = 3


class Staff:
    """Knows who runs zdraw."""

    def __init__(self, owners: Collection[str]) -> None:
        self._owners = frozenset(owners)

    def is_owner(self, origin: Origin) -> bool:
        return origin.requester in self._owners

    async def require(
        self, origin: Origin, least: Level, is_admin: Callable[[], Awaitable[bool]]
    ) -> None:
        """Raises Refusal. `is_admin`: whether the platform says that the person is one here; it
        is not asked of owners."""
        if self.is_owner(origin):
            return
        if least > Level.GROUP_ADMIN:
            raise Refusal("owners_only")
        if origin.alone or not await is_admin():
            raise Refusal("admins_only")
