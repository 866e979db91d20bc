"""How much somebody may decide: the only place where that is answered."""

from collections.abc import Awaitable, Callable, Collection
from enum import IntEnum

from bot.core.errors import Refusal
from bot.core.generation import Generation, Origin
from bot.core.people import People
from bot.core.rights import is_of_group, may_see

#: Whether the platform says that who asks is an admin of the group; None where it does not say.
#: Asked only where it matters: on Telegram it takes a call.
IsAdmin = Callable[[], Awaitable[bool | None]]


async def nobody() -> bool:
    """Where the platform has no admins."""
    return False


def asked_once(is_admin: IsAdmin) -> IsAdmin:
    """For one command, which may look at it more than once."""
    answers: list[bool | None] = []

    async def asked() -> bool | None:
        if not answers:
            answers.append(await is_admin())
        return answers[0]

    return asked


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

    async def governs(self, origin: Origin, generation: Generation, is_admin: IsAdmin) -> bool:
        """Whether what becomes of it is theirs to decide: of those who run the fleet, wherever it
        was asked for, and of the admins of its group, there."""
        if await self.runs_fleet(origin):
            return True
        return is_of_group(generation, origin) and await self.allows(
            origin, Level.GROUP_ADMIN, is_admin
        )

    async def check_may_end(
        self, origin: Origin, generation: Generation, is_admin: IsAdmin, refusal: str
    ) -> None:
        """To cancel it or to take its picture away is for its requester, and for whoever governs
        it. Raises Refusal: to those who may not see it either it is as unknown as one that never
        was."""
        if generation.requester == origin.requester:
            return
        if not await self.governs(origin, generation, is_admin):
            seen = may_see(generation, origin)
            raise Refusal(refusal if seen else "unknown_generation", id=generation.id)

    async def allows(
        self, origin: Origin, least: Level, is_admin: IsAdmin, *, own_chat: bool = False
    ) -> bool:
        """`own_chat`: it concerns nothing but the chat, so that in a private one whoever is alone
        there decides. Raises Refusal where it hangs on what the platform does not say."""
        if await self.level_of(origin.requester) >= least or (own_chat and origin.alone):
            return True
        if least != Level.GROUP_ADMIN or origin.alone:
            return False
        known = await is_admin()
        if known is None:
            raise Refusal("admins_unknown")
        return known

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
