"""Whatever happens, in whatever order, and wherever it is cut off."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.quota import POOL, EntryKind, Wish
from tests.contract.store.ledger_laws import ADMIN, Snapshot, check_laws
from tests.contract.store.ledger_life import (
    ANNA,
    ANONYMOUS,
    BORIS,
    DEFAULTS,
    GROUP,
    MOVED,
    OWNER,
    SUPERGROUP,
    Life,
    Step,
    new_life,
)

PEOPLE = st.sampled_from([ANNA, BORIS, ANONYMOUS])
HOLDERS = st.sampled_from([ANNA, BORIS, ANONYMOUS, POOL])
PLACES = st.sampled_from([GROUP, GROUP, GROUP, SUPERGROUP])
WHICH = st.integers(0, 9)
#: Both ends of the world, one with quarters of an hour, and one with summer time.
ZONES = st.sampled_from(
    [None, "Pacific/Kiritimati", "Etc/GMT+12", "Asia/Kathmandu", "America/New_York"]
)
AMOUNTS = st.integers(0, 5000)
ALLOWANCES = st.none() | AMOUNTS
BY = st.sampled_from([OWNER, ADMIN])


def happens(name: str, *details: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.tuples(st.just(name), *details)


WAYS = st.sampled_from(["well", "well", "fail", "lose", "give_up", "remove"])
#: What a life is mostly made of, what happens now and then, and what else may.
OFTEN = (
    happens("draw", PEOPLE, PLACES, st.integers(1, 6)),
    *[happens("go_on", WHICH, WAYS)] * 3,
)
SOMETIMES = (
    happens("cancel", WHICH),
    happens("ban", PEOPLE, PLACES),
    happens("clear", PLACES),
    happens("look", HOLDERS, PLACES),
    happens("allow", PEOPLE, PLACES, ALLOWANCES, BY),
    happens("change", PEOPLE, PLACES, st.sampled_from(list(Wish)), AMOUNTS, BY),
    happens("pool", PLACES, ALLOWANCES),
    happens("rule", PLACES, st.just("allowance"), ALLOWANCES, BY),
    happens("rule", PLACES, st.just("time_zone"), ZONES, BY),
    happens("restart", st.sampled_from(DEFAULTS)),
    happens("wait", st.sampled_from([-72, -48, -24, -6, 6, 24, 48, 72])),
)
SELDOM = (
    happens("draw_again", WHICH),
    happens("cancel_all"),
    happens("remove", WHICH),
    happens("clear_on"),
    happens("change", st.just(POOL), PLACES, st.sampled_from(list(Wish)), AMOUNTS, st.just(OWNER)),
    happens("decide_again", WHICH),
    happens("move"),
    happens("start", WHICH),
    happens("finish", WHICH, st.booleans()),
    happens("fail", WHICH, st.booleans()),
    happens("lose", WHICH, st.booleans()),
    happens("wear_out", WHICH),
    happens("expire", st.integers(0, 24)),
    happens("send", WHICH),
    happens("deliver", WHICH),
    happens("give_up", WHICH),
)
STEPS = st.builds(
    Step,
    # Not one_of, which takes each only once.
    st.sampled_from([*OFTEN * 4, *SOMETIMES * 3, *SELDOM]).flatmap(lambda what: what),
    again=st.booleans(),
    crash=st.none() | st.integers(0, 12),
)


# Under load a life takes seconds.
@pytest.mark.timeout(300)
@settings(max_examples=40)
@given(st.booleans(), st.lists(STEPS, min_size=20, max_size=40))
def test_whatever_happens_every_balance_is_the_sum_of_its_lines(pooled, steps):
    # Seldom given and often needed: nothing but a pool lets admins of a group give.
    first = [Step(("pool", GROUP, 5000))] if pooled else []
    asyncio.run(live_through([*first, *steps]))


async def live_through(steps: Sequence[Step]) -> None:
    async with new_life() as life:
        known: set[str] = set()
        lines = 0
        for step in steps:
            await life.happen(step)
            now = await check_laws(life.store)
            check_requests(life, now, known)
            check_grants(life, now)
            check_gifts(life, now)
            if step.what[0] in ("draw", "look"):
                check_bounds(life, now, lines)
            lines = len(now.lines)
            known |= set(life.ids)
        await check_after_pools(life)


def check_requests(life: Life, now: Snapshot, known: set[str]) -> None:
    """Each event made one, and that was taken from every account that limits it. Looked at right
    afterwards: later something else may be allowed."""
    assert [row.id for row in now.generations] == life.ids
    own = {(one.scope, one.holder): one.allowance for one in now.accounts}
    groups = {one.scope: one.allowance for one in now.groups}
    for row in now.generations:
        if row.id not in known:
            persons = (own.get((row.scope, row.requester)), groups.get(row.scope))
            person_is_limited = {*persons, life.defaults.allowance} != {None}
            pool_is_limited = own.get((row.scope, POOL)) is not None
            taken = [line for line in now.lines if line.generation_id == row.id]
            reserves = [line for line in taken if line.kind == EntryKind.RESERVE]
            assert len(reserves) == person_is_limited + pool_is_limited


def check_grants(life: Life, now: Snapshot) -> None:
    """On no day does anybody get more than the fleet ever let them have; what admins of groups
    want counts where they may want anything."""
    holders = {one.serial: one.holder for one in now.accounts}
    granted: Counter[tuple[int, str]] = Counter()
    for line in now.lines:
        if line.kind in (EntryKind.GRANT, EntryKind.ADJUST):
            granted[line.account, line.day] += line.daily
    for (account, _), amount in granted.items():
        holder = holders[account]
        most = life.most[ANONYMOUS if holder == MOVED else holder]
        if holder != POOL:
            most = max(most, life.most_usual, life.wanted if life.freely else 0)
        assert amount <= most


def check_bounds(life: Life, now: Snapshot, before: int) -> None:
    """Without a pool a new day brings no more than the fleet decided last, whatever admins of the
    group want. `before`: lines that there were."""
    accounts = {one.serial: one for one in now.accounts}
    groups = {one.scope: one for one in now.groups}
    pools = {one.scope for one in now.accounts if one.holder == POOL and one.allowance is not None}
    for line in now.lines[before:]:
        account = accounts[line.account]
        if line.kind == EntryKind.GRANT and account.scope not in pools:
            most, group = life.defaults.allowance, groups.get(account.scope)
            if group is not None and "allowance" in group.by_fleet:
                most = group.allowance
            if account.by_fleet:
                most = account.allowance
            assert most is None or line.daily <= most


def check_gifts(life: Life, now: Snapshot) -> None:
    """Admins of groups give out of a pool, or nothing."""
    for line in now.lines:
        if line.kind == EntryKind.CHANGE and line.actor == ADMIN:
            assert life.pooled or max(line.daily, line.extra) <= 0
    if not life.pooled:
        assert all(account.given == 0 for account in now.accounts)


async def check_after_pools(life: Life) -> None:
    """What came out of a pool is gone with it, as soon as somebody looks."""
    looked: set[tuple[str, str]] = set()
    for place in (GROUP, SUPERGROUP):
        life.events += 1
        await life.pool(place, None)
        for holder in (ANNA, BORIS, ANONYMOUS, MOVED):
            if await life.look(holder, place):
                looked.add((place, holder))
    for account in (await check_laws(life.store)).accounts:
        if (account.scope, account.holder) in looked:
            assert account.given == 0


#: Where each day brings nothing all is spent of what was added, by admins out of a pool and by
#: those who run the fleet.
GIFTS = st.sampled_from(
    [
        happens("draw", st.just(ANNA), st.just(GROUP), st.integers(1, 8)),
        happens("cancel", WHICH),
        happens("go_on", WHICH, st.sampled_from(["well", "fail"])),
        happens("change", st.just(ANNA), st.just(GROUP), st.sampled_from(Wish), AMOUNTS, BY),
        happens("pool", st.just(GROUP), st.sampled_from([None, 9000])),
        happens("look", st.just(ANNA), st.just(GROUP)),
    ]
).flatmap(lambda what: what)


@pytest.mark.timeout(300)
@settings(max_examples=40)
@given(st.lists(st.builds(Step, GIFTS), min_size=10, max_size=20))
def test_whatever_is_added_what_came_out_of_a_pool_goes_with_it(steps):
    poor = Step(("rule", GROUP, "allowance", 0, OWNER))
    asyncio.run(live_through([Step(("pool", GROUP, 9000)), poor, *steps]))
