"""What somebody gets each day, whoever decides in whatever order: against what docs/quota.md and
docs/groups.md say, written down once more as plainly as can be."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.errors import Refusal
from bot.core.group_rules import GroupRules
from bot.core.quota import POOL, AccountKey, QuotaDefaults
from bot.store.database import Database
from tests.builders import act, address, bounds, new_generation
from tests.stores import MEMORY, Store, store_over

HOUR_MS = 3600 * 1000
GROUP, ANNA = "-100", "telegram:1"
ACCOUNT = AccountKey(platform="telegram", scope=GROUP, holder=ANNA)
FLEET, ADMIN = "telegram:8", "telegram:9"


@dataclass(frozen=True)
class Word:
    """What somebody decided last, of a person or of the group."""

    value: int | None = None
    by_fleet: bool = False

    @property
    def of_fleet(self) -> bool:
        return self.by_fleet and self.value is not None


@dataclass
class House:
    """What holds by the documents. None is no limit, or no word."""

    default: int | None
    pool: bool = False
    group: Word = Word()
    person: Word = Word()

    @property
    def usual(self) -> int | None:
        """For whoever nobody decided about, if only those who run the fleet had a say."""
        return self.group.value if self.group.of_fleet else self.default

    @property
    def gets(self) -> int | None:
        everybody = self._holding(self.group, self.default)
        return everybody if self.person.value is None else self._holding(self.person, self.usual)

    def _holding(self, word: Word, usual: int | None) -> int | None:
        if word.value is None or word.by_fleet or self.pool:
            return usual if word.value is None else word.value
        return word.value if usual is None else min(word.value, usual)

    def decided(self, word: Word, usual: int | None, value: int | None, by: str) -> Word | None:
        """What there is then; None where it is refused."""
        if by == FLEET:
            return Word(value, by_fleet=True)
        held_down = word.of_fleet and less(word.value, usual)
        if value is None:
            return None if held_down else Word()
        bound = word.value if word.of_fleet else usual
        if less(bound, value):
            return Word(value) if self.pool and not held_down else None
        stays = word.of_fleet and (held_down or less(usual, value))
        return Word(value, by_fleet=stays)


def less(one: int | None, than: int | None) -> bool:
    if one is None:
        return False
    return than is None or one < than


@dataclass
class Life:
    """Each public method is something that happens, to the rows and to what is expected."""

    store: Store
    house: House
    events: int = 0
    #: The most that was let on each date.
    most: Counter[str] = field(default_factory=Counter)

    def _act(self, by: str) -> Any:
        self.events += 1
        return act(f"event:{self.events}", actor=by)

    async def allow(self, value: int | None, by: str) -> None:
        then = self.house.decided(self.house.person, self.house.usual, value, by)
        told = self._act(by)
        allowing = self.store.ledger.allow(ACCOUNT, value, "", told, by_fleet=by == FLEET)
        if await refused(allowing) != (then is None):
            raise AssertionError(f"{value} by {by} within {self.house}")
        self.house.person = self.house.person if then is None else then

    async def rule(self, value: int | None, by: str) -> None:
        then = self.house.decided(self.house.group, self.house.default, value, by)
        within = None if by == FLEET else GroupRules(allowance=self.house.default)
        told = self._act(by)
        deciding = self.store.groups.decide(
            "telegram", GROUP, "allowance", value, told, within=within
        )
        if await refused(deciding) != (then is None):
            raise AssertionError(f"{value} by {by} within {self.house}")
        self.house.group = self.house.group if then is None else then

    async def pool(self, value: int | None) -> None:
        key = replace(ACCOUNT, holder=POOL)
        await self.store.ledger.allow(key, value, "", self._act(FLEET), by_fleet=True)
        self.house.pool = value is not None

    async def restart(self, default: int | None) -> None:
        now = self.store.clock.now
        self.store = store_over(self.store.database, QuotaDefaults(allowance=default))
        self.store.clock.now, self.house.default = now, default

    async def draw(self) -> None:
        self.events += 1
        new = new_generation(
            event_key=f"event:{self.events}",
            requester=ANNA,
            scope=GROUP,
            address=address(chat=GROUP),
            price=1000,
        )
        await refused(self.store.admissions.admit(new, bounds()))

    async def wait(self, hours: int) -> None:
        """For less than none: the clock is set back."""
        self.store.clock.advance(hours * HOUR_MS)

    async def check(self) -> None:
        days = await self._granted()
        statement = await self.store.ledger.statement(ACCOUNT, 0)
        assert statement.allowance == self.house.gets
        if self.house.gets is None:
            return
        ((day,),) = await self.store.sql("SELECT day FROM accounts WHERE holder = :a", a=ANNA)
        self.most[day] = max(self.most[day], self.house.gets)
        granted = await self._granted()
        assert granted[day] <= self.most[day]
        if day not in days:
            # A new one, of which nothing is spent yet.
            assert statement.left.daily == granted[day] == self.house.gets

    async def _granted(self) -> dict[str, int]:
        """By dates, all that was ever given on them."""
        rows = await self.store.sql(
            "SELECT l.day, sum(l.daily) FROM ledger l JOIN accounts a ON a.serial = l.account"
            " WHERE a.holder = :holder AND l.kind IN ('grant', 'adjust') GROUP BY l.day",
            holder=ANNA,
        )
        return {day: daily for day, daily in rows}


async def refused(doing: Any) -> bool:
    try:
        await doing
    except Refusal:
        return True
    return False


VALUES = st.none() | st.integers(0, 6).map(lambda units: 1000 * units)
DEFAULTS = st.none() | st.just(2000) | st.just(4000)
BY = st.sampled_from([FLEET, ADMIN, ADMIN])
STEPS = st.sampled_from(
    [
        *[st.tuples(st.just("allow"), VALUES, BY)] * 4,
        *[st.tuples(st.just("rule"), VALUES, BY)] * 2,
        st.tuples(st.just("pool"), st.sampled_from([None, 9000])),
        st.tuples(st.just("restart"), DEFAULTS),
        st.tuples(st.just("draw")),
        *[st.tuples(st.just("wait"), st.sampled_from([-72, -24, 24, 72]))] * 2,
    ]
).flatmap(lambda step: step)


# Under load a life takes seconds.
@pytest.mark.timeout(300)
@settings(max_examples=40)
@given(DEFAULTS, st.booleans(), st.lists(STEPS, min_size=10, max_size=25))
def test_everybody_gets_what_the_documents_say(
    default: int | None, pooled: bool, steps: Sequence[tuple[Any, ...]]
):
    first: list[tuple[Any, ...]] = [("pool", 9000)] if pooled else []
    asyncio.run(live_through(default, [*first, *steps]))


async def live_through(default: int | None, steps: Sequence[tuple[Any, ...]]) -> None:
    async with Database(MEMORY) as database:
        life = Life(store_over(database, QuotaDefaults(allowance=default)), House(default))
        await life.check()
        for name, *details in steps:
            await getattr(life, name)(*details)
            await life.check()


@pytest.mark.parametrize("pool", [None, 9000])
@pytest.mark.parametrize("value", [2000, 5000, None])
def test_what_the_fleet_held_down_no_admin_of_a_group_loosens(pool: int | None, value: int | None):
    async def live() -> None:
        async with Database(MEMORY) as database:
            store = store_over(database, QuotaDefaults(allowance=3000))
            life = Life(store, House(3000))
            await life.pool(pool)
            await life.allow(1000, FLEET)
            for wanted, code in ((value, "held_by_fleet"), (500, None), (1000, "held_by_fleet")):
                told = act(f"admin:{wanted}", actor=ADMIN)
                allowing = store.ledger.allow(ACCOUNT, wanted, "", told, by_fleet=False)
                if code is None:
                    assert (await allowing).allowance == wanted
                else:
                    with pytest.raises(Refusal, match=code):
                        await allowing

    asyncio.run(live())
