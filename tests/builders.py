"""Builders: valid values with what a test cares about changed."""

from dataclasses import replace
from itertools import count
from typing import Any

from bot.core.acts import Act, ActKind
from bot.core.generation import (
    Address,
    Delivery,
    DrawSpec,
    Generation,
    NewGeneration,
    Outcome,
)
from bot.core.messages import Notice
from bot.core.ports import Bounds

#: 2026-01-02 03:04:05 UTC
START_MS = 1_767_323_045_000

_numbers = count(1)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, now: int = START_MS) -> None:
        self.now = now

    def __call__(self) -> int:
        return self.now

    def advance(self, milliseconds: int) -> None:
        self.now += milliseconds


def address(**changes: Any) -> Address:
    return replace(Address(platform="telegram", chat="-100", request_message="7"), **changes)


def spec(**changes: Any) -> DrawSpec:
    usual = DrawSpec(
        prompt="一位穿着汉服的女孩站在樱花树下",
        negative_prompt="",
        width=1024,
        height=1024,
        steps=8,
        guidance=0.0,
        seed=42,
        count=1,
    )
    return replace(usual, **changes)


def new_generation(**changes: Any) -> NewGeneration:
    """Every call makes another id and another event key."""
    number = next(_numbers)
    usual = NewGeneration(
        id=f"g{number:07d}",
        event_key=f"telegram:update:{number}",
        requester="telegram:1",
        address=address(),
        locale="zh",
        spec=spec(),
        model="demo",
        cost=2.0,
    )
    return replace(usual, **changes)


def generation(**changes: Any) -> Generation:
    """As it lies in the store right after admission, if nothing is changed."""
    new = new_generation()
    usual = Generation(
        **{name: getattr(new, name) for name in new.__dataclass_fields__},
        outcome=Outcome.QUEUED,
        delivery=Delivery.PENDING,
        attempt=0,
        counted_attempts=0,
        begun=False,
        lease_until=None,
        tag=0.0,
        status_message=None,
        error_code=None,
        error_data={},
        ended_by=None,
        pictures=(),
        preview=None,
        created_ms=START_MS,
        started_ms=None,
        begun_ms=None,
        finished_ms=None,
        delivered_ms=None,
        undeliverable_reason=None,
        forgotten=None,
    )
    return replace(usual, **changes)


def bounds(**changes: Any) -> Bounds:
    """Wide enough not to matter."""
    return replace(Bounds(live_per_requester=1000, live_in_all=1000), **changes)


def notice(**changes: Any) -> Notice:
    number = next(_numbers)
    usual = Notice(event_key=f"telegram:update:{number}", address=address(), text="你好")
    return replace(usual, **changes)


def act(event_key: str | None = None, **changes: Any) -> Act:
    usual = Act(
        event_key=event_key or f"telegram:update:{next(_numbers)}",
        actor="telegram:2",
        platform="telegram",
        scope="-100",
        kind=ActKind.QUOTA,
    )
    return replace(usual, **changes)
