"""Quota: who may still draw how much, as a ledger of entries that are only ever added.

Amounts are integers, thousandths of a unit. One unit is one picture of the model's usual size,
at its usual steps and guidance. A person has an account in each group, and a group has a
pool; a request is reserved in both, where they are limited.
"""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.core.acts import Act
from bot.core.generation import DrawSpec, Origin
from bot.core.people import number_of
from engine.profiles import Profile

UNIT = 1000
#: Prices are multiples of this: what is nearly usual costs what is usual.
PRICE_STEP = UNIT // 4
#: The holder of a group's pool.
POOL = ""
#: Whoever sits at the machine is not limited.
UNLIMITED = frozenset({"board", "cli"})


class EntryKind(StrEnum):
    """Why an account changed."""

    #: What an account gets on a day when it is first used.
    GRANT = "grant"
    #: A request was accepted. Ends as SETTLE or REFUND.
    RESERVE = "reserve"
    #: Its picture was delivered, or could not be: it stays paid.
    SETTLE = "settle"
    #: It failed, was cancelled or waited for too long.
    REFUND = "refund"
    #: What was left of an earlier day's grant.
    EXPIRY = "expiry"
    #: Somebody who may changed it.
    CHANGE = "change"
    #: Today's grant follows a changed allowance.
    ADJUST = "adjust"


class Wish(StrEnum):
    """How somebody changes what is left."""

    SET = "set"
    ADD = "add"
    TAKE = "take"


@dataclass(frozen=True, kw_only=True)
class AccountKey:
    """`scope` as `scope_of` says; `holder` is `platform:id` of a person, or POOL."""

    platform: str
    scope: str
    holder: str


@dataclass(frozen=True, kw_only=True)
class Amount:
    """What there is, or what an entry adds: `daily` expires with its day, `extra` stays, but for
    what admins of the group gave of it out of its pool: `given` goes with that."""

    daily: int = 0
    extra: int = 0
    given: int = 0

    @property
    def total(self) -> int:
        return self.daily + self.extra

    def part(self, amount: int) -> "Amount":
        """`amount` of it, what expires first of all, and of what stays first what no pool takes
        along. Less where there is less."""
        daily = min(self.daily, amount)
        extra = min(self.extra, amount - daily)
        return Amount(daily=daily, extra=extra, given=max(0, extra + self.given - self.extra))

    def negated(self) -> "Amount":
        return Amount(daily=-self.daily, extra=-self.extra, given=-self.given)

    def plus(self, added: "Amount") -> "Amount":
        return Amount(
            daily=self.daily + added.daily,
            extra=self.extra + added.extra,
            given=self.given + added.given,
        )


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the ledger."""

    kind: EntryKind
    amount: Amount
    #: `platform:id` of whoever changed it; None for what happens by itself.
    actor: str | None
    reason: str
    #: What it gets each day from then on, where that was changed.
    allowance: int | None
    generation_id: str | None
    created_ms: int


@dataclass(frozen=True, kw_only=True)
class Statement:
    """How an account stands."""

    #: What it gets each day; None where it is not limited.
    allowance: int | None
    left: Amount
    #: When the next day begins, in milliseconds since the epoch.
    resets_ms: int
    time_zone: str
    #: The last ones that changed something, newest first.
    entries: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class QuotaDefaults:
    """What the operator decided for all groups."""

    #: What a person gets in each group on each day; None = not limited.
    allowance: int | None = None
    time_zone: str = "Asia/Shanghai"


class Ledger(Protocol):
    """Accounts, beside what admissions, outcomes and deliveries write into them."""

    async def statement(self, key: AccountKey, entries: int) -> Statement:
        """The account today, with its last `entries`. One that is not limited is not opened."""
        ...

    async def change(
        self, key: AccountKey, wish: Wish, amount: int, reason: str, act: Act, *, by_fleet: bool
    ) -> Statement:
        """Change what is left, once for each event; never below 0. Without `by_fleet` an admin of
        the group does: to give takes a pool, and goes with it. Raises Refusal."""
        ...

    async def allow(
        self, key: AccountKey, allowance: int | None, reason: str, act: Act, *, by_fleet: bool
    ) -> Statement:
        """Change what it gets each day, from today and once for each event; None = what is
        usual. Without `by_fleet` more than that takes a pool, and what the fleet held down below it
        is not loosened. Raises Refusal."""
        ...


#: What the scope of a person begins with.
PERSONAL = "user:"


def is_alone(scope: str) -> bool:
    """It is a person's, and no group's."""
    return scope.startswith(PERSONAL)


def scope_of(origin: Origin, person: str | None = None) -> str:
    """Within which accounts are kept: a group, however many channels it has; or a person, in
    chats where nobody else is. `person`: another one than who asks."""
    if origin.alone:
        return f"{PERSONAL}{number_of(person or origin.requester)}"
    return origin.group or origin.address.chat


def price(spec: DrawSpec, profile: Profile) -> int:
    """What a request costs, in steps of a quarter. Guidance doubles each step; where the model
    usually has it, it is in the unit too."""
    width, height = profile.drawn_size(spec.width, spec.height)
    usual_width, usual_height = profile.drawn_size(*profile.default_size)
    passes = spec.steps * spec.count * (2 if spec.guidance > 0 else 1)
    usual = usual_width * usual_height * profile.steps * (2 if profile.guidance > 0 else 1)
    steps = round(UNIT * width * height * passes / usual / PRICE_STEP)
    return max(1, steps) * PRICE_STEP


def units(amount: int) -> str:
    """As people read it: 1, 0.25, 12."""
    return f"{amount / UNIT:.2f}".rstrip("0").rstrip(".")


def local_day(now_ms: int, time_zone: str) -> date:
    return datetime.fromtimestamp(now_ms / 1000, ZoneInfo(time_zone)).date()


def end_of_day(day: date, time_zone: str) -> int:
    """The moment at which the next day begins there, in milliseconds since the epoch."""
    midnight = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(time_zone))
    return int(midnight.astimezone(UTC).timestamp() * 1000)


def renewal(day: date, begun_in: str, time_zone: str) -> int:
    """When an account whose `day` was begun in the zone `begun_in` begins another one, in
    milliseconds since the epoch: at the first midnight of `time_zone` after that day is over, on a
    later date. Otherwise whoever may change a group's zone could have a day end when they like.
    """
    over = end_of_day(day, begun_in)
    then = local_day(over, time_zone)
    if end_of_day(then - timedelta(days=1), time_zone) != over:
        over = end_of_day(then, time_zone)
    return max(over, end_of_day(day, time_zone))


def changed(left: Amount, wish: Wish, amount: int, *, by_fleet: bool) -> Amount:
    """What to add to `left`, so that the wish is met as far as it can be. Admins of a group give
    out of its pool, and take first what they gave."""
    target = {Wish.SET: amount, Wish.ADD: left.total + amount, Wish.TAKE: left.total - amount}[wish]
    target = max(0, target)
    if target >= left.total:
        more = target - left.total
        return Amount(extra=more, given=0 if by_fleet else more)
    taken = left.part(left.total - target).negated()
    return taken if by_fleet else replace(taken, given=max(taken.extra, -left.given))
