"""Quota: who may still draw how much, as a ledger of entries that are only ever added.

Amounts are integers, thousandths of a unit. One unit is one picture of the model's usual size,
at its usual steps and without guidance. A person has an account in each chat, and a chat has a
pool; a request is reserved in both, where they are limited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.core.generation import DrawSpec
from engine.profiles import Profile

UNIT = 1000
#: The holder of a chat's pool.
POOL = ""


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


class Wish(StrEnum):
    """How somebody changes what is left."""

    SET = "set"
    ADD = "add"
    TAKE = "take"


@dataclass(frozen=True, kw_only=True)
class AccountKey:
    """`holder` is `platform:id` of a person, or POOL."""

    platform: str
    chat: str
    holder: str


@dataclass(frozen=True, kw_only=True)
class Amount:
    """What there is, or what an entry adds: `daily` expires with its day, `extra` stays."""

    daily: int = 0
    extra: int = 0

    @property
    def total(self) -> int:
        return self.daily + self.extra

    def part(self, amount: int) -> "Amount":
        """`amount` of it, what expires first of all. Less where there is less."""
        daily = min(self.daily, amount)
        return Amount(daily=daily, extra=min(self.extra, amount - daily))


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One line of the ledger."""

    kind: EntryKind
    amount: Amount
    #: `platform:id` of whoever changed it; None for what happens by itself.
    actor: str | None
    reason: str
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
    """What the operator decided for all chats."""

    #: What a person gets in each chat on each day; None = not limited.
    allowance: int | None = None
    time_zone: str = "Asia/Shanghai"


class Ledger(Protocol):
    """Accounts, beside what admissions, outcomes and deliveries write into them."""

    async def statement(self, key: AccountKey, entries: int) -> Statement:
        """The account today, with its last `entries`."""
        ...

    async def change(
        self, key: AccountKey, wish: Wish, amount: int, *, actor: str, reason: str, event_key: str
    ) -> Statement:
        """Change what is left, once for each event; never below 0."""
        ...

    async def allow(
        self, key: AccountKey, allowance: int | None, *, actor: str, event_key: str
    ) -> Statement:
        """Change what it gets each day, from today and once for each event; None = what is
        usual in the chat."""
        ...


def price(spec: DrawSpec, profile: Profile) -> int:
    """What a request costs. Guidance doubles each step."""
    width, height = profile.drawn_size(spec.width, spec.height)
    usual_width, usual_height = profile.drawn_size(*profile.default_size)
    passes = spec.steps * spec.count * (2 if spec.guidance > 0 else 1)
    usual = usual_width * usual_height * profile.steps
    return max(1, round(UNIT * width * height * passes / usual))


def units(amount: int) -> str:
    """As people read it: 1, 0.25, 12."""
    return f"{amount / UNIT:.2f}".rstrip("0").rstrip(".")


def local_day(now_ms: int, time_zone: str) -> date:
    return datetime.fromtimestamp(now_ms / 1000, ZoneInfo(time_zone)).date()


def day_after(now_ms: int, time_zone: str) -> int:
    """The moment at which the next day begins there."""
    tomorrow = local_day(now_ms, time_zone) + timedelta(days=1)
    midnight = datetime.combine(tomorrow, time(), ZoneInfo(time_zone))
    return int(midnight.astimezone(UTC).timestamp() * 1000)


def changed(left: Amount, wish: Wish, amount: int) -> Amount:
    """What to add to `left`, so that the wish is met as far as it can be."""
    target = {Wish.SET: amount, Wish.ADD: left.total + amount, Wish.TAKE: left.total - amount}[wish]
    target = max(0, target)
    if target >= left.total:
        return Amount(extra=target - left.total)
    taken = left.part(left.total - target)
    return Amount(daily=-taken.daily, extra=-taken.extra)


def sum_of(entries: Sequence[Entry]) -> Amount:
    return Amount(
        daily=sum(entry.amount.daily for entry in entries),
        extra=sum(entry.amount.extra for entry in entries),
    )
