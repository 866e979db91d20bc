"""Accounts as they stand today, and what holds in their group."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from bot.core.limit import Limit
from bot.core.quota import POOL, Amount, local_day, renewal

#: A day begun at one end of the world may be so much ahead of the date at the other.
AHEAD = timedelta(days=2)


@dataclass(frozen=True, kw_only=True)
class Here:
    """What holds in a group."""

    #: Of whoever has none of their own; None: they are not limited.
    allowance: int | None
    #: The same if the group's admins had decided nothing: by the operator, or the fleet's word
    #: for the group.
    usual: int | None
    #: The group has a pool.
    pooled: bool
    time_zone: str

    @property
    def most(self) -> int | None:
        """What the group's admins may let somebody have each day; None: anything."""
        return None if self.pooled else self.usual


@dataclass(frozen=True)
class Own:
    """What was decided of one account."""

    #: None: nothing was.
    allowance: int | None = None
    by_fleet: bool = False

    def limit(self, usual: int | None) -> Limit:
        """Of a person's account: what it gets each day."""
        return Limit(decided=self.allowance, by_fleet=self.by_fleet, usual=usual)

    def each_day(self, holder: str, here: Here) -> int | None:
        """What the account of `holder` gets; None where it is not limited."""
        if holder == POOL:
            return self.allowance
        return here.allowance if self.allowance is None else self.limit(here.most).holding


@dataclass(frozen=True, kw_only=True)
class Account:
    """A row of `accounts`, brought to today."""

    serial: int
    #: None where it is not limited.
    allowance: int | None
    day: str
    resets_ms: int
    time_zone: str
    left: Amount
    #: What was decided of it.
    own: Own


@dataclass(frozen=True, kw_only=True)
class Due:
    """What a request takes from one account."""

    account: Account
    amount: Amount


def day_of(row: Mapping[Any, Any], time_zone: str, now: int) -> tuple[date, int]:
    """Which day it is for an account, and when the next one begins."""
    today = local_day(now, time_zone)
    if row["day"] is not None:
        begun = date.fromisoformat(row["day"])
        over = renewal(begun, row["time_zone"] or time_zone, time_zone)
        # A clock that was set back a little gives no second grant; one that was far ahead, and is
        # right again, does not stop the grants until then.
        if now < over and begun <= today + AHEAD:
            return begun, over
    return today, renewal(today, time_zone, time_zone)
