"""How much room there is for somebody's requests."""

from dataclasses import replace

from bot.core.generation import DrawSpec, Origin
from bot.core.group_rules import GroupRules
from bot.core.ports import Admissions, Bounds, Prospect
from bot.core.quota import PRICE_STEP, price, scope_of
from bot.core.staff import Staff
from engine.profiles import Profile

#: Of its price a request costs this much at least, whatever the shape that it takes from a picture:
#: sides lie on the model's grid, and some models draw at sizes of their own.
LEAST_SHARE = 1 / 2


class Room:
    """Knows it, and says so before a picture is fetched or decoded for what would be refused."""

    def __init__(
        self, *, admissions: Admissions, bounds: Bounds, staff: Staff, profile: Profile
    ) -> None:
        self._admissions = admissions
        self._bounds = bounds
        self._staff = staff
        self._profile = profile

    async def bounds(self, origin: Origin, rules: GroupRules, *, retried: bool) -> Bounds:
        """Those who run the bot need not wait: on them nobody else's share depends. For what is
        `retried` its requester has waited."""
        cap, cooldown = rules.queue_cap, rules.cooldown_s or 0
        if cap is not None and cap >= self._bounds.live_per_requester:
            cap = None
        if cooldown and (retried or await self._staff.runs_fleet(origin)):
            cooldown = 0
        return replace(self._bounds, live_here=cap, cooldown_ms=cooldown * 1000)

    async def check(self, origin: Origin, rules: GroupRules, spec: DrawSpec, share: float) -> None:
        """Raises Refusal where there is none. `share`: of the price of `spec`, what it may come to
        at least."""
        cost = price(spec, self._profile)
        prospect = Prospect(
            requester=origin.requester,
            address=origin.address,
            scope=scope_of(origin),
            price=cost,
            least_price=max(PRICE_STEP, int(cost * share)),
        )
        await self._admissions.foresee(prospect, await self.bounds(origin, rules, retried=False))
