"""A life of the ledger: whatever people, admins, engines, platforms, clocks and crashes can do to
it, one transaction each, over real rows."""

from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core.acts import Act, ActKind
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import (
    MAX_ATTEMPTS,
    Delivery,
    Generation,
    NewGeneration,
    Outcome,
    new_generation_id,
)
from bot.core.group_rules import GroupRules
from bot.core.moderation.area import Area
from bot.core.moderation.bans import Ban
from bot.core.quota import POOL, UNIT, AccountKey, QuotaDefaults, Wish
from bot.store.database import Database
from engine.contract import JobKey
from tests.builders import act, address, bounds, new_generation
from tests.contract.store.crash import Crash, crash_at
from tests.contract.store.ledger_laws import ADMIN
from tests.stores import MEMORY, Store, store_over

HOUR_MS = 3600 * 1000
PLATFORM = "telegram"
#: The first becomes the second when it is upgraded.
GROUP, SUPERGROUP = "-100", "-1001"
#: The last is an admin who speaks as the group, and goes on as the other when it moves.
ANNA, BORIS, ANONYMOUS = "telegram:1", "telegram:2", f"telegram:{GROUP}"
MOVED = f"telegram:{SUPERGROUP}"
#: Who decides, beside an admin of the group: one who runs the fleet.
OWNER = "telegram:8"
#: What an operator may have decided at one start or another.
DEFAULTS = (
    QuotaDefaults(allowance=3 * UNIT),
    QuotaDefaults(allowance=3 * UNIT, time_zone="America/Los_Angeles"),
    QuotaDefaults(allowance=UNIT, time_zone="Pacific/Kiritimati"),
    QuotaDefaults(),
)
#: The rows that something may happen to. Now and then it happens to another one all the same.
_LIVE, _RUNNING = "outcome IN ('queued', 'running')", "outcome = 'running'"
CONCERNED = {
    "go_on": "delivery IN ('pending', 'sending')",
    "cancel": _LIVE,
    "start": "outcome = 'queued'",
    "finish": _RUNNING,
    "fail": _RUNNING,
    "lose": _RUNNING,
    "wear_out": "outcome = 'queued'",
    "send": f"delivery = 'pending' AND NOT {_LIVE}",
    "deliver": "delivery = 'sending'",
    "give_up": "delivery = 'sending'",
    "remove": f"NOT {_LIVE}",
}


@dataclass(frozen=True)
class Step:
    """Something that happens: the name of a method of Life, and what it is called with."""

    what: tuple[Any, ...]
    #: Delivered or tried once more, under the same event.
    again: bool = False
    #: Before which statement everything dies; None: at none.
    crash: int | None = None


@dataclass
class Life:
    """Each public method but `happen` is one thing that happens."""

    database: Database
    store: Store
    #: Everything that was asked for and admitted, whatever became of it.
    asked: list[NewGeneration] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    #: What admins did.
    decided: list[tuple[str, tuple[Any, ...], Act]] = field(default_factory=list)
    #: The most that the fleet ever let each holder have a day, and what was usual.
    most: Counter[str] = field(default_factory=Counter)
    most_usual: int = 3 * UNIT
    #: The most that admins of groups wanted anybody to have. They may have had it `freely` where
    #: there was a pool, or nothing was usual.
    wanted: int = 0
    freely: bool = False
    #: There was a pool, out of which admins of groups could give.
    pooled: bool = False
    defaults: QuotaDefaults = DEFAULTS[0]
    events: int = 0

    async def happen(self, step: Step) -> None:
        """What a crash cuts off is lost, if nothing repeats it."""
        name, *details = step.what
        self.events += 1
        if name in CONCERNED:
            row = await self._concerned(name, details.pop(0))
            if row is None:
                return
            details.insert(0, row)
        with suppress(Crash), crash_at(step.crash):
            await getattr(self, name)(*details)
        if step.again:
            await getattr(self, name)(*details)

    async def _concerned(self, name: str, which: int) -> Generation | None:
        query = "SELECT id FROM generations"
        fitting = await self.store.sql(f"{query} WHERE {CONCERNED[name]} ORDER BY serial")
        rows = (
            fitting if fitting and which % 5 else await self.store.sql(f"{query} ORDER BY serial")
        )
        return await self.store.admissions.get(rows[which % len(rows)][0]) if rows else None

    def event(self) -> str:
        return f"event:{self.events}"

    # --- people -------------------------------------------------------------------------------

    async def draw(self, by: str, place: str, quarters: int) -> None:
        new = new_generation(
            event_key=self.event(),
            requester=by,
            address=address(chat=place),
            price=quarters * UNIT // 4,
            scope=place,
        )
        await self._admit(new)

    async def draw_again(self, which: int) -> None:
        """The same event, delivered once more."""
        if self.asked:
            new = self.asked[which % len(self.asked)]
            await self._admit(replace(new, id=new_generation_id()))

    async def _admit(self, new: NewGeneration) -> None:
        with suppress(Refusal):
            admitted = await self.store.admissions.admit(new, bounds())
            if admitted.generation.id not in self.ids:
                self.asked.append(new)
                self.ids.append(admitted.generation.id)

    async def cancel(self, row: Generation) -> None:
        with suppress(AlreadySeen):
            await self.store.outcomes.cancel([row.id], self.event())

    async def cancel_all(self) -> None:
        with suppress(AlreadySeen):
            await self.store.outcomes.cancel(self.ids, self.event())

    async def remove(self, row: Generation) -> None:
        with suppress(AlreadySeen):
            await self.store.removals.remove(row.id, [], self.event())

    async def look(self, who: str, place: str) -> bool:
        """Whether they are limited there."""
        return (await self.store.ledger.statement(_account(who, place), 10)).allowance is not None

    # --- admins and operators -----------------------------------------------------------------

    async def change(self, who: str, place: str, wish: Wish, amount: int, by: str) -> None:
        await self._decide("change", (_account(who, place), wish, amount, ""), by)

    async def allow(self, who: str, place: str, allowance: int | None, by: str) -> None:
        if by == OWNER:
            self.most[who] = max(self.most[who], allowance or 0)
        else:
            self.wanted = max(self.wanted, allowance or 0)
        await self._decide("allow", (_account(who, place), allowance, ""), by)

    async def pool(self, place: str, allowance: int | None) -> None:
        """Only those who run the fleet give a group one."""
        if allowance is not None:
            self.pooled = self.freely = True
        await self.allow(POOL, place, allowance, OWNER)

    async def _decide(self, what: str, details: tuple[Any, ...], by: str) -> None:
        told = act(self.event(), actor=by)
        if (what, details, told) not in self.decided:
            self.decided.append((what, details, told))
        await self._tell(what, details, told)

    async def _tell(self, what: str, details: tuple[Any, ...], told: Act) -> None:
        with suppress(Refusal):
            decide = getattr(self.store.ledger, what)
            await decide(*details, told, by_fleet=told.actor == OWNER)

    async def ban(self, who: str, place: str) -> None:
        """For an hour, so that they ask for more later."""
        until = self.store.clock.now + HOUR_MS
        one = Ban(person=who, area=Area(PLATFORM, place), until_ms=until, reason="")
        await self.store.bans.ban(one, act(self.event(), kind=ActKind.BAN, actor=ADMIN))

    async def clear(self, place: str) -> None:
        group = (PLATFORM, place)
        up_to = (await self.store.queue.standing(group)).up_to
        told = act(self.event(), kind=ActKind.CLEAR, actor=ADMIN)
        await self.store.queue.clear(group, up_to, told)
        await self.clear_on()

    async def clear_on(self) -> None:
        """The next one of those that are to be cleared."""
        await self.store.queue.clear_on(1)

    async def rule(self, place: str, rule: str, value: Any, by: str) -> None:
        """What is decided for a whole group: `allowance` or `time_zone`."""
        if rule == "allowance" and by == OWNER:
            self.most_usual = max(self.most_usual, value or 0)
        elif rule == "allowance":
            self.wanted = max(self.wanted, value or 0)
        usual = GroupRules(allowance=self.defaults.allowance)
        within = None if by == OWNER else usual
        told = act(self.event(), kind=ActKind.GROUP, actor=by)
        with suppress(Refusal):
            await self.store.groups.decide(PLATFORM, place, rule, value, told, within=within)

    async def decide_again(self, which: int) -> None:
        """The same event, delivered once more."""
        if self.decided:
            await self._tell(*self.decided[which % len(self.decided)])

    async def restart(self, defaults: QuotaDefaults) -> None:
        """The bot starts again, perhaps with other settings."""
        now, self.defaults = self.store.clock.now, defaults
        self.freely = self.freely or defaults.allowance is None
        self.store = store_over(self.database, defaults)
        self.store.clock.now = now

    async def move(self) -> None:
        await self.store.moves.move(PLATFORM, GROUP, SUPERGROUP)

    async def wait(self, hours: int) -> None:
        """For less than none: the clock is set back."""
        self.store.clock.advance(hours * HOUR_MS)

    # --- engine and deliverer -----------------------------------------------------------------

    async def go_on(self, row: Generation, way: str) -> None:
        """One step towards its end."""
        if row.outcome is Outcome.QUEUED:
            await self.start(row)
        elif row.outcome is Outcome.RUNNING:
            if way == "lose":
                await self.lose(row, counted=True)
            else:
                await (self.fail if way == "fail" else self.finish)(row, late=False)
        elif way == "remove":
            await self.remove(row)
        elif row.delivery is Delivery.PENDING:
            await self.send(row)
        else:
            await (self.give_up if way == "give_up" else self.deliver)(row)

    async def start(self, row: Generation) -> None:
        await self.store.jobs.start(row.id, self.store.clock.now)

    async def finish(self, row: Generation, late: bool) -> None:
        for key in _attempt(row, late):
            await self.store.outcomes.finish(key, ["1.png"], "1.jpg")

    async def fail(self, row: Generation, late: bool) -> None:
        for key in _attempt(row, late):
            await self.store.outcomes.fail(key, "out_of_memory", {})

    async def lose(self, row: Generation, counted: bool) -> None:
        for key in _attempt(row, late=False):
            await self.store.outcomes.requeue(key, counted=counted)

    async def wear_out(self, row: Generation) -> None:
        """Engine after engine dies of it."""
        for _ in range(MAX_ATTEMPTS):
            started = await self.store.jobs.start(row.id, self.store.clock.now)
            if started is not None:
                await self.store.outcomes.requeue(started.key, counted=True)

    async def expire(self, hours: int) -> None:
        await self.store.outcomes.expire(self.store.clock.now - hours * HOUR_MS)

    async def send(self, row: Generation) -> None:
        await self.store.deliveries.sending(row.id)

    async def deliver(self, row: Generation) -> None:
        await self.store.deliveries.delivered(row.id)

    async def give_up(self, row: Generation) -> None:
        await self.store.deliveries.undeliverable(row.id, "blocked")


def _account(who: str, place: str) -> AccountKey:
    return AccountKey(platform=PLATFORM, scope=place, holder=who)


def _attempt(row: Generation, late: bool) -> list[JobKey]:
    """The one under way or, `late`, the one before; none where there was none."""
    attempt = row.attempt - late
    return [JobKey(generation_id=row.id, attempt=attempt)] if attempt > 0 else []


@asynccontextmanager
async def new_life() -> AsyncIterator[Life]:
    async with Database(MEMORY) as database:
        yield Life(database, store_over(database, DEFAULTS[0]))
