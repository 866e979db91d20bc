"""Bans: who may not draw, in one group or anywhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from bot.core.acts import Act
from bot.core.generation import Generation
from bot.core.moderation.area import Area


@dataclass(frozen=True, kw_only=True)
class Ban:
    """Times are milliseconds since the epoch."""

    #: `platform:id`.
    person: str
    area: Area
    #: None: until it is lifted.
    until_ms: int | None
    reason: str
    #: As the platform calls them; empty where that is not known.
    name: str = ""


class Bans(Protocol):
    """Whoever was banned, for those who may decide it."""

    async def ban(self, ban: Ban, act: Act) -> Sequence[Generation]:
        """In place of an earlier one there, and once for each event. What they had under way there
        is cancelled and given back in the same transaction: that is returned, and again when the
        event comes again."""
        ...

    async def unban(self, person: str, area: Area, act: Act) -> None:
        """Once for each event. Raises Refusal("not_banned")."""
        ...

    async def standing(self, area: Area) -> Sequence[Ban]:
        """Those of this area that hold now, the newest first."""
        ...
