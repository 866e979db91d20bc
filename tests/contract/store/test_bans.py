"""Bans: who may not draw, and that what was decided first counts."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from bot.core.acts import EVERYWHERE, ActKind
from bot.core.errors import Refusal
from bot.core.generation import Outcome
from bot.core.moderation.area import EVERYTHING, Area
from bot.core.moderation.bans import Ban
from bot.core.quota import AccountKey, QuotaDefaults
from bot.store.database import Database
from tests.builders import act, address, bounds, new_generation
from tests.stores import MEMORY, Store, sqlite_url, store_over

ANNA, BORIS = "telegram:1", "telegram:2"
HERE = Area("telegram", "-100")
HOUR = 3600_000


def ban(**changes) -> Ban:
    return Ban(**{"person": ANNA, "area": HERE, "until_ms": None, "reason": "", **changes})


def to_ban(event: str | None = None, area: Area = HERE):
    return act(event, kind=ActKind.BAN, scope=area.scope, target=ANNA)


async def refusal(store: Store, person: str = ANNA, scope: str = "-100") -> Refusal | None:
    """Why they may not draw; admission says the same."""
    asked = new_generation(requester=person, scope=scope)
    told: list[tuple[str, dict[str, Any]] | None] = []
    for check in (
        store.admittance.check(person, asked.address, scope),
        store.admissions.admit(asked, bounds()),
    ):
        try:
            await check
        except Refusal as refused:
            told.append((refused.code, refused.data))
        else:
            told.append(None)
    assert told[0] == told[1]
    return None if told[0] is None else Refusal(told[0][0], **told[0][1])


async def test_whoever_is_banned_is_not_admitted_until_it_is_over(store: Store):
    await store.bans.ban(ban(until_ms=store.clock() + HOUR, reason="刷屏"), to_ban())
    refused = await refusal(store)
    assert refused is not None
    assert (refused.code, refused.data) == (
        "banned",
        {"why": "刷屏", "wait": HOUR, "time": "01-02 12:04"},
    )
    assert await refusal(store, BORIS) is None
    assert await refusal(store, scope="-200") is None
    store.clock.advance(HOUR)
    assert await refusal(store) is None


async def test_one_that_holds_everywhere_holds_in_every_group(store: Store):
    await store.bans.ban(ban(area=EVERYTHING), to_ban(area=EVERYTHING))
    for scope in ("-100", "-200", "user:1"):
        refused = await refusal(store, scope=scope)
        assert refused is not None
        assert refused.code == "banned_for_good"
    assert await refusal(store, BORIS) is None


async def test_of_two_the_longer_one_is_told(store: Store):
    await store.bans.ban(ban(until_ms=store.clock() + HOUR), to_ban())
    await store.bans.ban(
        ban(area=EVERYTHING, until_ms=store.clock() + 2 * HOUR), to_ban(area=EVERYTHING)
    )
    refused = await refusal(store)
    assert refused is not None
    assert refused.data["wait"] == 2 * HOUR
    await store.bans.ban(ban(), to_ban())
    refused = await refusal(store)
    assert refused is not None
    assert refused.code == "banned_for_good"


async def test_a_later_one_takes_the_place_of_an_earlier_one(store: Store):
    await store.bans.ban(ban(), to_ban())
    await store.bans.ban(ban(until_ms=store.clock() + HOUR, reason="改了"), to_ban())
    (standing,) = await store.bans.standing(HERE)
    assert (standing.until_ms, standing.reason) == (store.clock() + HOUR, "改了")


async def test_it_acts_once_for_an_event(store: Store):
    for hours in (1, 5):
        await store.bans.ban(ban(until_ms=store.clock() + hours * HOUR), to_ban("ban:1"))
    (standing,) = await store.bans.standing(HERE)
    assert standing.until_ms == store.clock() + HOUR
    await store.bans.unban(ANNA, HERE, act("unban:1", kind=ActKind.UNBAN))
    assert await store.bans.ban(ban(), to_ban("ban:1")) == []
    await store.bans.unban(ANNA, HERE, act("unban:1", kind=ActKind.UNBAN))
    assert await store.bans.standing(HERE) == []


async def ended(store: Store, area: Area, event: str) -> set[str]:
    return {one.id for one in await store.bans.ban(ban(area=area), to_ban(event, area))}


async def test_it_ends_what_they_have_under_way_there_and_nothing_else(store: Store):
    waiting = await store.queued(scope="-100")
    begun = await store.running(scope="-100")
    elsewhere = await store.queued(scope="-200", address=address(chat="-200"))
    finished = await store.finished(scope="-100")
    others = await store.queued(requester=BORIS, scope="-100")
    assert await ended(store, HERE, "ban:1") == {waiting.id, begun.id}
    for row in (waiting, begun):
        now = await store.now(row)
        assert (now.outcome, now.ended_by) == (Outcome.CANCELLED, "ban:1")
    for row in (elsewhere, finished, others):
        assert await store.now(row) == row
    assert await ended(store, EVERYTHING, "ban:2") == {elsewhere.id}


async def test_what_it_ended_is_given_back():
    async with Database(MEMORY) as database:
        store = store_over(database, QuotaDefaults(allowance=3000))
        await store.queued(scope="-100", price=1000)
        await store.bans.ban(ban(), to_ban())
        account = AccountKey(platform="telegram", scope="-100", holder=ANNA)
        assert (await store.ledger.statement(account, 0)).left.total == 3000


async def test_the_same_event_names_again_what_it_ended_and_ends_no_more(store: Store):
    by_themselves, row = [await store.queued(scope="-100") for _ in range(2)]
    await store.outcomes.cancel([by_themselves.id], "cancel:1")
    assert await ended(store, HERE, "ban:1") == {row.id}
    await store.bans.unban(ANNA, HERE, act(kind=ActKind.UNBAN))
    later = await store.queued(scope="-100")
    assert await ended(store, HERE, "ban:1") == {row.id}
    assert await store.now(later) == later


async def test_only_what_holds_can_be_lifted(store: Store):
    await store.bans.ban(ban(until_ms=store.clock() + HOUR), to_ban())
    for area in (EVERYTHING, Area("telegram", "-200"), Area("discord", "-100")):
        with pytest.raises(Refusal, match="not_banned"):
            await store.bans.unban(ANNA, area, act(kind=ActKind.UNBAN))
    store.clock.advance(HOUR)
    with pytest.raises(Refusal, match="not_banned"):
        await store.bans.unban(ANNA, HERE, act("late", kind=ActKind.UNBAN))
    # What was refused is no act: it is not in the audit.
    acts = await store.acts.last("telegram", EVERYWHERE, about=None, limit=10)
    assert [one.kind for one in acts if one.kind is ActKind.UNBAN] == []


async def test_those_that_stand_are_listed_with_names_newest_first(store: Store):
    await store.people.met(ANNA, "anna")
    await store.bans.ban(ban(), to_ban())
    store.clock.advance(1)
    await store.bans.ban(ban(person=BORIS, until_ms=store.clock() + HOUR), to_ban())
    await store.bans.ban(ban(area=EVERYTHING), to_ban(area=EVERYTHING))
    standing = await store.bans.standing(HERE)
    assert [(one.person, one.name) for one in standing] == [(BORIS, ""), (ANNA, "anna")]
    store.clock.advance(HOUR)
    assert [one.person for one in await store.bans.standing(HERE)] == [ANNA]


async def test_it_goes_along_when_the_group_moves(store: Store):
    await store.bans.ban(ban(), to_ban())
    await store.moves.move("telegram", "-100", "-1001")
    assert await store.bans.standing(HERE) == []
    assert [one.person for one in await store.bans.standing(Area("telegram", "-1001"))] == [ANNA]


async def test_a_ban_that_comes_first_always_wins(tmp_path: Path):
    """Two processes over one file: one bans, the other admits. Whatever was admitted before is
    ended by the ban, and nothing is admitted after it."""
    url = sqlite_url(tmp_path / "zdraw.db")
    async with Database(url) as one, Database(url) as other:
        admitting, banning = store_over(one), store_over(other)
        for round_ in range(8):
            person = f"telegram:{round_ + 10}"
            admitted: list[str] = []

            async def ask(person: str = person, admitted: list[str] = admitted) -> None:
                for _ in range(6):
                    new = new_generation(requester=person, scope="-100")
                    try:
                        result = await admitting.admissions.admit(new, bounds())
                    except Refusal:
                        return
                    admitted.append(result.generation.id)

            async def decide(person: str = person, after: int = round_) -> set[str]:
                for _ in range(after):
                    await banning.records.waiting_in_all()
                return {one.id for one in await banning.bans.ban(ban(person=person), to_ban())}

            (_, named) = await asyncio.gather(ask(), decide())
            assert set(admitted) == named
            with pytest.raises(Refusal):
                await admitting.admissions.admit(
                    new_generation(requester=person, scope="-100"), bounds()
                )
            for generation_id in admitted:
                row = await admitting.admissions.get(generation_id)
                assert row is not None
                assert row.outcome is Outcome.CANCELLED
