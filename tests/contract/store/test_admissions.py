import asyncio
from dataclasses import replace

import pytest

from bot.core.enhancement import Enhancement
from bot.core.errors import AlreadySeen, Refusal
from bot.core.generation import Delivery, Outcome
from bot.core.waits import Ahead
from bot.core.workload import Workload
from bot.store.generations import SqlAdmissions
from tests.builders import act, address, bounds, generation, new_generation, notice, spec
from tests.stores import Store, books_of


async def test_admitted_generation_is_stored_as_it_was_asked_for(store: Store):
    parent = await store.queued()
    new = new_generation(
        address=address(platform="discord", chat="1", thread="2", request_message=None),
        spec=spec(prompt="红色圆形\n\t'\";--", negative_prompt="模糊", seed=2**63 - 1, count=4),
        parent_id=parent.id,
        notes=("guidance_set", "enlarged"),
    )
    admitted = await store.admissions.admit(new, bounds())
    expected = generation(**{name: getattr(new, name) for name in new.__dataclass_fields__})
    # The second of this requester lies one cost behind the first.
    assert admitted.generation == generation(**vars(expected) | {"tag": new.cost})
    assert await store.admissions.get(new.id) == admitted.generation


async def test_what_was_added_for_quality_is_stored_beside_the_words(store: Store):
    added = Enhancement(quality="，细节丰富", negative="模糊")
    for enhancement in (added, Enhancement(), None):
        new = new_generation(spec=spec(enhancement=enhancement))
        await store.admissions.admit(new, bounds())
        stored = await store.admissions.get(new.id)
        assert stored is not None
        assert stored.spec == new.spec


async def test_unknown_id_is_none(store: Store):
    assert await store.admissions.get("nothing") is None


async def test_redelivered_event_finds_the_row_it_made(store: Store):
    new = new_generation()
    first = await store.admissions.admit(new, bounds())
    again = await store.admissions.admit(new_generation(event_key=new.event_key), bounds())
    assert not first.duplicate
    assert again.duplicate
    assert again.generation == first.generation
    assert await store.sql("SELECT count(*) FROM generations") == [(1,)]


async def test_redelivered_event_comes_before_the_bounds(store: Store):
    new = new_generation()
    await store.admissions.admit(new, bounds())
    assert (await store.admissions.admit(new, bounds(live_in_all=0))).duplicate


async def test_redelivered_event_of_an_ended_generation_makes_no_second_one(store: Store):
    ended = await store.finished(event_key="telegram:update:again")
    new = new_generation(event_key="telegram:update:again")
    again = await store.admissions.admit(new, bounds())
    assert (again.duplicate, again.generation) == (True, ended)


async def test_same_event_admitted_concurrently_makes_one_row(store: Store):
    news = [new_generation(event_key="telegram:update:twin") for _ in range(8)]
    admitted = await asyncio.gather(*(store.admissions.admit(new, bounds()) for new in news))
    assert [one.duplicate for one in admitted].count(False) == 1
    assert len({one.generation.id for one in admitted}) == 1
    assert await store.sql("SELECT count(*) FROM generations") == [(1,)]


async def test_taken_id_is_replaced_by_another(store: Store):
    taken = await store.queued()
    ids = iter([taken.id, "free0001"])
    admissions = SqlAdmissions(
        store.database, store.clock, books_of(store.clock), new_id=lambda: next(ids)
    )
    admitted = await admissions.admit(new_generation(id=taken.id), bounds())
    assert admitted.generation.id == "free0001"
    assert await store.now(taken) == taken


async def test_requester_over_the_own_bound_is_refused_with_the_limit(store: Store):
    for _ in range(2):
        await store.queued(requester="telegram:1")
    with pytest.raises(Refusal) as refused:
        await store.admissions.admit(
            new_generation(requester="telegram:1"), bounds(live_per_requester=2)
        )
    assert (refused.value.code, refused.value.data) == ("queue_full_yours", {"limit": 2})
    other = new_generation(requester="telegram:2")
    assert not (await store.admissions.admit(other, bounds(live_per_requester=2))).duplicate


async def test_full_queue_refuses_with_the_limit(store: Store):
    await store.running(requester="telegram:1")
    await store.queued(requester="telegram:2")
    with pytest.raises(Refusal) as refused:
        await store.admissions.admit(new_generation(requester="telegram:3"), bounds(live_in_all=2))
    assert (refused.value.code, refused.value.data) == ("queue_full", {"limit": 2})
    assert await store.sql("SELECT count(*) FROM generations") == [(2,)]


async def test_ended_generations_do_not_count_against_the_bounds(store: Store):
    await store.finished()
    await store.admissions.admit(new_generation(), bounds(live_per_requester=1, live_in_all=1))


async def test_refused_event_may_be_admitted_later(store: Store):
    new = new_generation()
    with pytest.raises(Refusal):
        await store.admissions.admit(new, bounds(live_in_all=0))
    assert not (await store.admissions.admit(new, bounds())).duplicate


async def test_event_that_was_answered_with_a_sentence_is_not_drawn_as_well(store: Store):
    refused = new_generation()
    await store.notices.post(notice(event_key=refused.event_key))
    with pytest.raises(AlreadySeen):
        await store.admissions.admit(refused, bounds())


async def test_light_user_is_served_before_a_heavy_users_backlog(store: Store):
    heavy = [await store.queued(requester="telegram:heavy") for _ in range(5)]
    await store.start(heavy[0])
    await store.start(heavy[1])
    light = await store.queued(requester="telegram:light")
    queue = [row.id for row in await store.jobs.head(10)]
    assert queue == [light.id, heavy[2].id, heavy[3].id, heavy[4].id]


async def test_two_backlogs_alternate(store: Store):
    for requester in ("a", "a", "a", "b", "b", "b"):
        await store.queued(requester=requester)
    assert [row.requester for row in await store.jobs.head(10)] == list("ababab")


async def test_costly_requests_wait_for_their_share(store: Store):
    for requester, cost in (("big", 6.0), ("big", 6.0), *[("small", 2.0)] * 4):
        await store.queued(requester=requester, cost=cost)
    served = [row.requester for row in await store.jobs.head(10)]
    assert served == ["big", "small", "small", "small", "big", "small"]


async def test_waiting_without_requests_saves_nothing_up(store: Store):
    for _ in range(3):
        await store.finished(requester="telegram:1", cost=50.0)
    await store.running(requester="telegram:1", cost=50.0)
    await store.running(requester="telegram:1", cost=50.0)
    newcomer = [await store.queued(requester="telegram:2", cost=50.0) for _ in range(2)]
    assert [row.tag for row in newcomer] == [50.0, 100.0]


@pytest.mark.parametrize("started", [0, 2])
async def test_a_long_queue_that_was_cancelled_holds_up_no_later_request(
    store: Store, started: int
):
    backlog = [await store.queued(requester="heavy", cost=50.0) for _ in range(10)]
    for row in backlog[:started]:
        await store.start(row)
    waiting = await store.queued(requester="light")
    await store.outcomes.cancel([row.id for row in backlog], "cancel")
    again = [await store.queued(requester="heavy") for _ in range(2)]
    newcomer = await store.queued(requester="new")
    served = [row.id for row in await store.jobs.head(10)]
    assert served == [waiting.id, again[0].id, newcomer.id, again[1].id]


async def test_a_weight_divides_what_a_request_costs_from_then_on(store: Store):
    first = [await store.queued(cost=6.0) for _ in range(2)]
    await store.people.set_weight("telegram:1", 2.0, act())
    then = [await store.queued(cost=6.0) for _ in range(2)]
    await store.people.set_weight("telegram:1", 0.5, act())
    last = await store.queued(cost=6.0)
    other = [await store.queued(cost=6.0, requester="telegram:2") for _ in range(2)]
    assert [row.tag for row in (*first, *then, last)] == [0.0, 6.0, 9.0, 12.0, 24.0]
    assert [row.tag for row in other] == [0.0, 6.0]


async def test_twice_the_weight_is_twice_the_turns(store: Store):
    await store.people.set_weight("telegram:1", 2.0, act())
    for _ in range(6):
        for requester in ("telegram:1", "telegram:2"):
            await store.queued(requester=requester)
    served = [row.requester for row in await store.jobs.head(6)]
    assert served.count("telegram:1") == 4


async def test_equal_tags_are_served_in_order_of_admission(store: Store):
    ids = ["zz", "aa", "mm"]
    for number, id_ in enumerate(ids):
        await store.queued(id=id_, requester=f"telegram:{number}")
    assert [row.id for row in await store.jobs.head(10)] == ids


async def test_lower_class_is_served_first_whatever_the_tags(store: Store):
    slow = [await store.queued() for _ in range(2)]
    await store.sql("UPDATE generations SET priority_class = 0 WHERE id = :id", id=slow[1].id)
    assert [row.id for row in await store.jobs.head(10)] == [slow[1].id, slow[0].id]


def workload(count: int = 1) -> Workload:
    return spec(count=count).workload


def _pictures(one: Ahead) -> int:
    return one.workload.count


async def test_ahead_are_queued_and_running_ones_alike_together(store: Store):
    await store.finished(requester="a")
    running = await store.running(requester="a", spec=spec(count=2), cost=4.0)
    waiting = await store.queued(requester="b", spec=spec(count=3), cost=6.0)
    again = await store.queued(requester="b", spec=spec(count=3, seed=1, prompt="别的"), cost=1.0)
    mine = await store.queued(requester="b", spec=spec(width=512), cost=1.0)
    await store.queued(requester="b", spec=spec(count=4), cost=9.0)
    two, three = Ahead(workload=workload(2), jobs=1), Ahead(workload=workload(3), jobs=1)
    assert await store.admissions.ahead(running) == []
    assert await store.admissions.ahead(waiting) == [two]
    assert sorted(await store.admissions.ahead(again), key=_pictures) == [two, three]
    assert sorted(await store.admissions.ahead(mine), key=_pictures) == [
        two,
        replace(three, jobs=2),
    ]


async def test_what_is_drawn_is_told_apart_from_what_is_alike(store: Store):
    begun, running = await store.running(requester="a"), await store.running(requester="b")
    await store.jobs.begun(begun.key)
    mine = await store.queued(requester="c", spec=spec(guidance=1.8))
    ahead = await store.admissions.ahead(mine)
    assert sorted(ahead, key=lambda one: one.begun or "") == [
        Ahead(workload=workload(), jobs=1),
        Ahead(workload=workload(), jobs=1, begun=begun.id),
    ]
    await store.outcomes.requeue(begun.key, counted=True)
    assert await store.admissions.ahead(running) == []


async def test_running_ones_are_ahead_of_a_requeued_one_that_has_a_lower_tag(store: Store):
    first = await store.running(requester="a", cost=3.0)
    later = await store.running(requester="a", cost=3.0)
    assert later.tag > first.tag
    await store.outcomes.requeue(first.key, counted=False)
    assert await store.admissions.ahead(first) == [Ahead(workload=workload(), jobs=1)]


async def test_ahead_of_a_running_one_are_those_started_before(store: Store):
    first, second = await store.queued(requester="a"), await store.queued(requester="b")
    await store.start(second)
    store.clock.advance(10)
    started = await store.start(first)
    assert await store.admissions.ahead(started) == [Ahead(workload=workload(), jobs=1)]
    assert await store.admissions.ahead(second) == []


async def test_nothing_is_ahead_of_an_ended_one(store: Store):
    ended = await store.finished()
    await store.running()
    assert await store.admissions.ahead(ended) == []


async def test_latest_is_of_this_person_in_this_chat(store: Store):
    mine = await store.queued(requester="telegram:1", address=address(chat="A"))
    newest = await store.finished(requester="telegram:1", address=address(chat="A"))
    await store.queued(requester="telegram:2", address=address(chat="A"))
    await store.queued(requester="telegram:1", address=address(chat="B"))
    latest = store.admissions.latest
    assert await latest("telegram:1", "A") == newest
    assert await latest("telegram:1", "A", live=True) == mine
    assert await latest("telegram:3", "A") is None


async def test_status_message_names_its_generation_within_its_chat(store: Store):
    mine = await store.queued(address=address(chat="A"))
    other = await store.queued(address=address(chat="B"))
    for one in (mine, other):
        await store.deliveries.record_status(one.id, "77")
    found = await store.admissions.by_status_message(address(chat="B", thread="9"), "77")
    assert found == await store.now(other)
    found = await store.admissions.by_status_message(address(chat="A"), "77")
    assert found == await store.now(mine)
    assert await store.admissions.by_status_message(address(chat="B"), "78") is None
    assert await store.admissions.by_status_message(address(platform="x", chat="B"), "77") is None


async def test_admitted_rows_wait_for_an_engine_and_for_delivery(store: Store):
    row = await store.queued()
    assert (row.outcome, row.delivery) == (Outcome.QUEUED, Delivery.PENDING)
    assert (row.attempt, row.created_ms) == (0, store.clock())
