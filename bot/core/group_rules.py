"""What a group decides for itself, and what holds where somebody asks."""

from dataclasses import dataclass, fields
from typing import Any, Protocol

from bot.core.acts import Act
from bot.core.generation import Origin
from bot.core.ports import Bounds
from bot.core.quota import UNLIMITED, QuotaDefaults, scope_of
from engine.contract import MAX_PICTURES
from engine.profiles import Profile


@dataclass(frozen=True, kw_only=True)
class GroupRules:
    """Of a group, or of a person in private chats. None is what is usual, or no limit."""

    #: What a person gets each day, in thousandths of a unit.
    allowance: int | None = None
    #: Seconds between two requests of one person.
    cooldown_s: int | None = None
    #: Unfinished requests that one person may have here.
    queue_cap: int | None = None
    #: Pictures of one request.
    max_count: int | None = None
    #: Of one picture, in pixels.
    max_pixels: int | None = None
    #: Width to height, where a request says nothing of either.
    ratio: tuple[int, int] | None = None
    #: In which everybody is answered here; None is each in their own.
    language: str | None = None
    #: Pictures are hidden until somebody clicks on them.
    spoiler: bool | None = None
    time_zone: str | None = None

    def over(self, usual: "GroupRules") -> "GroupRules":
        """These, and `usual` where they say nothing."""
        return GroupRules(
            **{
                name: getattr(usual, name) if (own := getattr(self, name)) is None else own
                for name in RULES
            }
        )


#: What can be decided, as GroupRules calls it.
RULES = tuple(field.name for field in fields(GroupRules))


def usual_rules(
    profile: Profile, bounds: Bounds, quota: QuotaDefaults, cooldown_s: int
) -> GroupRules:
    """What holds where a group decided nothing."""
    return GroupRules(
        allowance=quota.allowance,
        cooldown_s=cooldown_s,
        queue_cap=bounds.live_per_requester,
        max_count=MAX_PICTURES,
        max_pixels=profile.max_pixels,
        spoiler=False,
        time_zone=quota.time_zone,
    )


class Groups(Protocol):
    """What groups have decided."""

    async def rules(self, platform: str, scope: str) -> GroupRules: ...

    async def decide(self, platform: str, scope: str, rule: str, value: Any, act: Act) -> None:
        """Once for each event. `rule` is one of RULES; None is what is usual."""
        ...


class RulesHere:
    """What holds where somebody asks. Whoever sits at the machine keeps to no rules."""

    def __init__(self, groups: Groups, usual: GroupRules) -> None:
        self._groups = groups
        #: What the operator decided for all groups.
        self.usual = usual

    async def __call__(self, origin: Origin) -> GroupRules:
        """What the group decided, and what is usual where it decided nothing."""
        if origin.address.platform in UNLIMITED:
            return GroupRules()
        return (await self.own(origin)).over(self.usual)

    async def own(self, origin: Origin) -> GroupRules:
        return await self._groups.rules(origin.address.platform, scope_of(origin))
