"""How much somebody may decide: the only place where that is answered."""

from collections.abc import Collection
from enum import IntEnum

from bot.core.errors import Refusal
from bot.core.generation import Origin


class Level(IntEnum):
    """Each may do what those below may."""

    MEMBER = 0
    #: The platform says so, of this chat, now.
    GROUP_ADMIN = 1
    #: Runs all chats, named by the operator.
    OWNER = 3


class Staff:
    """Knows who runs zdraw."""

    def __init__(self, owners: Collection[str]) -> None:
        self._owners = frozenset(owners)

    def level(self, origin: Origin, *, admin: bool) -> Level:
        """`admin`: the platform says that the person is one in this chat."""
        if origin.requester in self._owners:
            return Level.OWNER
        return Level.GROUP_ADMIN if admin and not origin.alone else Level.MEMBER

    def require(self, origin: Origin, least: Level, *, admin: bool) -> None:
        """Raises Refusal."""
        if self.level(origin, admin=admin) < least:
            raise Refusal("owners_only" if least > Level.GROUP_ADMIN else "admins_only")
