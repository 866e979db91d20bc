"""What a group decides for itself, and what holds where somebody asks."""

from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.core.acts import Act
from bot.core.errors import Refusal
from bot.core.generation import Origin
from bot.core.limit import Limit
from bot.core.ports import Bounds
from bot.core.quota import UNLIMITED, QuotaDefaults, scope_of, units
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
    #: 画质增强, where a request says nothing of it.
    enhance: bool | None = None
    #: Those of LIMITS that somebody who runs the fleet decided.
    by_fleet: frozenset[str] = frozenset()
    #: The group has a pool now, which bounds what its admins give each day.
    pooled: bool = False

    def over(self, usual: "GroupRules") -> "GroupRules":
        """What holds: these within `usual`, and `usual` where they say nothing."""
        return GroupRules(**{name: self._holding(name, usual) for name in RULES})

    def limit(self, name: str, usual: "GroupRules") -> Limit:
        """`name` is one of LIMITS."""
        return Limit(
            decided=getattr(self, name),
            by_fleet=name in self.by_fleet,
            usual=getattr(usual, name),
            longer=name == "cooldown_s",
        )

    def check_within(self, usual: "GroupRules", rule: str, value: Any) -> None:
        """An admin of the group wants `rule` to be `value`. Raises Refusal."""
        if rule not in LIMITS:
            return
        limit = self.limit(rule, usual)
        if not limit.loosened_by(value):
            return
        if limit.held_down:
            raise Refusal("held_by_fleet")
        if rule == "cooldown_s":
            raise Refusal("cooldown_too_short", limit=limit.loosest)
        if rule != "allowance":
            raise Refusal("held_by_fleet")
        if not self.pooled:
            raise Refusal("no_pool_here", limit=units(limit.loosest or 0))

    def _holding(self, name: str, usual: "GroupRules") -> Any:
        own = getattr(self, name)
        if own is None:
            return getattr(usual, name)
        if name not in LIMITS or (name == "allowance" and self.pooled):
            return own
        return self.limit(name, usual).holding


#: What can be decided, as GroupRules calls it: of these no more than the fleet gives.
LIMITS = ("allowance", "cooldown_s", "queue_cap", "max_count", "max_pixels")
RULES = (*LIMITS, "ratio", "language", "spoiler", "time_zone", "enhance")


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
        enhance=False,
    )


class Groups(Protocol):
    """What groups have decided."""

    async def rules(self, platform: str, scope: str) -> GroupRules: ...

    async def decide(
        self,
        platform: str,
        scope: str,
        rule: str,
        value: Any,
        act: Act,
        *,
        within: GroupRules | None,
    ) -> None:
        """Once for each event. `rule` is one of RULES; None is what is usual. `within`: what is
        usual, of which an admin of the group decides no more; None: somebody who runs the fleet
        decides. Raises Refusal."""
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

    async def for_asker(self, origin: Origin) -> GroupRules:
        """The same for a request of theirs: what they decided for themselves, in the chat with
        the bot, goes with them into groups where it takes nothing from others."""
        rules = await self(origin)
        if origin.alone or origin.address.platform in UNLIMITED:
            return rules
        alone = replace(origin, alone=True)
        theirs = (await self.own(alone)).enhance
        return rules if theirs is None else replace(rules, enhance=theirs)

    async def time_zone(self, origin: Origin) -> str:
        """In which moments are told there: the group's, or in private chats the person's."""
        return (await self(origin)).time_zone or self.usual.time_zone or "UTC"

    async def own(self, origin: Origin) -> GroupRules:
        return await self._groups.rules(origin.address.platform, scope_of(origin))
