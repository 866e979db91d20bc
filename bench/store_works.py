"""What bench/store.py measures: operations of the real store, and of what stands on it."""

import statistics
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import Self

from sqlalchemy import select

from bench.past import Past
from bench.past_accounts import BIG_CHAT, HEAVY, PLATFORM
from bot.core.admin.ask import Ask, Pointed
from bot.core.admin.quota import Quota
from bot.core.admin.whom import Whom
from bot.core.generation import Address, Generation, Origin
from bot.core.lookup import Lookup
from bot.core.messages import Notice
from bot.core.ports import Bounds
from bot.core.quota import UNIT
from bot.core.staff import Staff
from bot.store.tables import generations
from tests.builders import new_generation
from tests.stores import Store

PAGE = 10
DAY_MS = 24 * 3600 * 1000
BOUNDS = Bounds(live_per_requester=1000, live_in_all=10_000)
#: Measurements at the beginning that are left out.
WARM_UP = 5
HEAVY_ADDRESS = Address(platform=PLATFORM, chat=BIG_CHAT)


class Watch:
    """Takes the time of what is done within it."""

    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __enter__(self) -> Self:
        self._began = time.perf_counter()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds.append(time.perf_counter() - self._began)

    @property
    def milliseconds(self) -> float:
        """The median."""
        return statistics.median(self.seconds[WARM_UP:]) * 1000


@dataclass(frozen=True)
class Side:
    """One of the two databases, and who lives there."""

    past: Past
    store: Store

    def usual(self, number: int) -> Origin:
        """Somebody who is not the heavy one; another one for each number."""
        n = self.past.size // 2 + number * 101
        requester, chat = self.past.place(n)
        if requester == HEAVY:
            requester, chat = self.past.place(n + 1)
        return _origin(number, requester, Address(platform=PLATFORM, chat=chat))

    async def admit(self, origin: Origin) -> Generation:
        new = new_generation(
            event_key=origin.event_key,
            requester=origin.requester,
            address=origin.address,
            price=UNIT,
            scope=origin.address.chat,
        )
        return (await self.store.admissions.admit(new, BOUNDS)).generation

    async def quota(self, origin: Origin) -> None:
        store = self.store
        lookup = Lookup(admissions=store.admissions, records=store.records)
        command = Quota(
            ledger=store.ledger,
            whom=Whom(lookup, store.people),
            clock=store.clock,
        )
        staff = Staff((), store.people)
        ask = Ask(origin=origin, words="", pointed=Pointed(), staff=staff, is_admin=_nobody)
        assert (await command(ask)).text

    async def history(self, requester: str, before: str | None = None) -> None:
        """A page of what this person asked for, newest first; `before`: an id."""
        assert await self.store.history.page(requester, PAGE, before=before)

    async def deep(self) -> str:
        """The id of one that the heavy person asked for long ago."""
        query = (
            select(generations.c.id)
            .where(generations.c.requester == HEAVY, generations.c.serial > self.past.size // 10)
            .order_by(generations.c.serial)
        )
        async with self.store.database.read() as connection:
            found: str = (await connection.execute(query.limit(1))).scalar_one()
        return found


async def _nobody() -> bool:
    return False


def _origin(number: int, requester: str, address: Address) -> Origin:
    return Origin(
        event_key=f"telegram:bench:{number}", requester=requester, address=address, locale="zh"
    )


def heavy(number: int) -> Origin:
    return _origin(number, HEAVY, HEAVY_ADDRESS)


# --- what is measured -----------------------------------------------------------------------------

#: Does it once, under a number that comes once, with what takes time within the watch.
Work = Callable[[Side, int, Watch], Awaitable[None]]


def whole(work: Callable[[Side, int], Awaitable[object]]) -> Work:
    async def timed(side: Side, number: int, watch: Watch) -> None:
        with watch:
            await work(side, number)

    return timed


def admission(who: Callable[[Side, int], Origin]) -> Work:
    async def admit(side: Side, number: int, watch: Watch) -> None:
        origin = who(side, number)
        with watch:
            generation = await side.admit(origin)
        # The queue stays as it is.
        await side.store.outcomes.cancel([generation.id], f"{origin.event_key}:cancel")

    return admit


async def cancelling(side: Side, number: int, watch: Watch) -> None:
    generation = await side.admit(heavy(number))
    with watch:
        await side.store.outcomes.cancel([generation.id], f"cancel:{number}")


async def drawing(side: Side, number: int, watch: Watch) -> None:
    """From the queue to the picture being there, and paid."""
    store = side.store
    generation = await side.admit(heavy(number))
    with watch:
        started = await store.start(generation)
        await store.jobs.begun(started.key)
        await store.outcomes.finish(started.key, ["1.png"], "1.jpg")
        await store.deliveries.sending(generation.id)
        await store.deliveries.delivered(generation.id)


async def removing(side: Side, number: int, watch: Watch) -> None:
    generation = await side.admit(heavy(number))
    started = await side.store.start(generation)
    await side.store.outcomes.finish(started.key, ["1.png"], "1.jpg")
    with watch:
        await side.store.removals.remove(generation.id, [], f"remove:{number}")


async def turning(side: Side, _: int, watch: Watch) -> None:
    deep = await side.deep()
    with watch:
        await side.history(HEAVY, deep)


async def refusing(side: Side, number: int) -> None:
    notice = Notice(
        event_key=f"telegram:bench:{number}", address=HEAVY_ADDRESS, text="排队已满", refusal="full"
    )
    await side.store.notices.post(replace(notice, requester=HEAVY))
    await side.store.notices.oldest((PLATFORM, BIG_CHAT))
    await side.store.notices.said(notice.event_key)


async def new_day(side: Side, number: int, watch: Watch) -> None:
    side.store.clock.advance(DAY_MS)
    with watch:
        await side.quota(side.usual(number))


async def ahead(side: Side, _: int) -> None:
    last = await side.store.admissions.get(side.past.id(side.past.size - 1))
    assert last is not None
    await side.store.admissions.ahead(last)


WORKS: dict[str, Work] = {
    "admission, usual": admission(lambda side, n: side.usual(n)),
    "admission, heavy": admission(lambda _, n: heavy(n)),
    "quota, heavy": whole(lambda side, n: side.quota(heavy(n))),
    "history, usual": whole(lambda side, n: side.history(side.usual(n).requester)),
    "history, heavy, newest": whole(lambda side, _: side.history(HEAVY)),
    "history, heavy, deep": turning,
    "drawn and delivered": drawing,
    "cancelled, refunded": cancelling,
    "removed": removing,
    "refused and said": whole(refusing),
    "seen": whole(lambda side, n: side.store.records.seen(f"telegram:unseen:{n}")),
    "ahead": whole(ahead),
    "latest": whole(lambda side, _: side.store.admissions.latest(HEAVY, BIG_CHAT)),
    "latest that waits": whole(
        lambda side, _: side.store.admissions.latest(HEAVY, BIG_CHAT, live=True)
    ),
    "live": whole(lambda side, _: side.store.records.live(HEAVY, BIG_CHAT)),
    "waiting": whole(lambda side, _: side.store.records.waiting(HEAVY)),
    "waiting in all": whole(lambda side, _: side.store.records.waiting_in_all()),
    "by status message": whole(
        lambda side, n: side.store.admissions.by_status_message(HEAVY_ADDRESS, str(200 * n + 1))
    ),
    "undelivered": whole(lambda side, _: side.store.deliveries.undelivered()),
    "expire": whole(lambda side, _: side.store.outcomes.expire(0)),
    "chats with notices": whole(lambda side, _: side.store.notices.chats()),
    "audit": whole(
        lambda side, _: side.store.acts.last(PLATFORM, BIG_CHAT, about=HEAVY, limit=2 * PAGE)
    ),
    # Last, because it lets days pass.
    "quota, first of the day": new_day,
}
