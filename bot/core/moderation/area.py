"""Where a decision holds."""

from dataclasses import dataclass

from bot.core.acts import EVERYWHERE
from bot.core.generation import Origin
from bot.core.quota import scope_of


@dataclass(frozen=True)
class Area:
    """One group, as quota.scope_of says, or everything: then both are empty."""

    platform: str
    scope: str


EVERYTHING = Area("", EVERYWHERE)


def area_of(origin: Origin, person: str | None = None) -> Area:
    """The group in which somebody asks; see scope_of."""
    return Area(origin.address.platform, scope_of(origin, person))
