"""What the requests of a past took from accounts, and gave back: the ledger of bench/past.py."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bot.core.generation import Outcome
from bot.core.quota import POOL, UNIT, EntryKind, QuotaDefaults, local_day

PLATFORM = "telegram"
HEAVY = "telegram:1"
BIG_CHAT = "-1000"
QUOTA = QuotaDefaults(allowance=20 * UNIT)
#: What the big chat's pool and the heavy one get each day.
MUCH = 2000 * UNIT

Row = dict[str, Any]


class PastAccounts:
    """Each as it stands after the requests so far. Their days are those of the requests."""

    def __init__(self) -> None:
        self._accounts: dict[tuple[str, str], _Account] = {}

    def lines(self, request: Row) -> Iterator[Row]:
        """Of one row of `generations`."""
        own, scope = request["requester"], request["scope"]
        for holder in (own, POOL) if scope == BIG_CHAT else (own,):
            yield from _taken(self._account(scope, holder), request)

    def rows(self) -> list[Row]:
        return [one.row() for one in self._accounts.values()]

    def _account(self, scope: str, holder: str) -> "_Account":
        fresh = _Account(serial=len(self._accounts) + 1, scope=scope, holder=holder)
        return self._accounts.setdefault((scope, holder), fresh)


@dataclass(kw_only=True)
class _Account:
    serial: int
    scope: str
    holder: str
    day: str | None = None
    daily: int = 0

    @property
    def allowance(self) -> int | None:
        """Where it is not the usual one."""
        return MUCH if self.holder in (POOL, HEAVY) else None

    @property
    def granted(self) -> int:
        return self.allowance or QUOTA.allowance or 0

    def row(self) -> Row:
        return {
            "serial": self.serial,
            "platform": PLATFORM,
            "scope": self.scope,
            "holder": self.holder,
            "allowance": self.allowance,
            "day": self.day,
            "granted": self.granted,
            "daily": self.daily,
        }

    def enter(
        self, kind: EntryKind, daily: int, *, created_ms: int, generation_id: str | None = None
    ) -> Row:
        self.daily += daily
        return {
            "account": self.serial,
            "kind": kind,
            "daily": daily,
            "extra": 0,
            "day": self.day,
            "generation_id": generation_id,
            "created_ms": created_ms,
        }


def _taken(account: _Account, request: Row) -> Iterator[Row]:
    """It is reserved, and in the end paid or given back."""
    yield from _opened(account, request["created_ms"])
    about = {"generation_id": request["id"], "created_ms": request["created_ms"]}
    yield account.enter(EntryKind.RESERVE, -UNIT, **about)
    if request["outcome"] in (Outcome.FAILED, Outcome.CANCELLED):
        yield account.enter(EntryKind.REFUND, UNIT, **about)
    elif request["delivered_ms"] is not None:
        yield account.enter(EntryKind.SETTLE, 0, **about)


def _opened(account: _Account, now_ms: int) -> Iterator[Row]:
    """What an earlier day left expires, and this one grants."""
    today = local_day(now_ms, QUOTA.time_zone).isoformat()
    if today == account.day:
        return
    if account.daily:
        yield account.enter(EntryKind.EXPIRY, -account.daily, created_ms=now_ms)
    account.day = today
    yield account.enter(EntryKind.GRANT, account.granted, created_ms=now_ms)
