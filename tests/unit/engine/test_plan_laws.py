"""What holds of the plan for every card, machine, model and size."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.memory.cards import (
    CONTEXT_BYTES,
    GIB,
    LEAST_FREE_BYTES,
    RESERVE_BYTES,
    Card,
    Host,
    assumed,
)
from engine.memory.costs import Rung, Storage, Work
from engine.memory.plan import (
    LEAST_TILE,
    STORAGES,
    Plan,
    Shortfall,
    best,
    ladder,
    laid_out,
    notch_below,
    plan,
    within_a_notch,
)
from engine.profiles import PROFILES, Profile, profile_named

TURBO = profile_named("z-image-turbo")
ALL = 34
MUCH = Host(total=128 * GIB)

sides = st.integers(16, 128).map(lambda n: 16 * n)
sizes = st.tuples(sides, sides)
cards = st.floats(0.5, 200)
models = st.sampled_from(PROFILES)
storages = st.sampled_from(STORAGES)
options = st.fixed_dictionaries(
    {"batch": st.integers(1, 8), "guided": st.booleans(), "storage": storages}
)
hosts = st.floats(2, 256).map(lambda size: Host(total=round(size * GIB)))


def card_of(gigabytes: float) -> Card:
    """All of one speed: only memory differs."""
    return Card(total=round(gigabytes * GIB), flops=25.5e12, pcie=12.5e9)


@given(cards, hosts, models, sizes, options)
def test_the_peak_leaves_the_reserve_of_the_card_alone(gigabytes, host, model, size, how):
    card = card_of(gigabytes)
    found = plan(card, host, model, size, **how)
    if isinstance(found, Plan):
        assert found.peak.largest <= card.total - RESERVE_BYTES
        assert found.host <= host.total


@given(cards, models, sizes, options, st.floats(0, 1))
def test_the_peak_leaves_alone_what_others_hold(gigabytes, model, size, how, share):
    card = card_of(gigabytes)
    available = round(card.total * share)
    found = plan(replace(card, available=available), MUCH, model, size, **how)
    if isinstance(found, Plan):
        assert found.peak.largest - CONTEXT_BYTES <= available - RESERVE_BYTES


@given(cards, models, sizes, options)
def test_memory_stays_free_between_drawings_unless_nothing_can_be_given_up(
    gigabytes, model, size, how
):
    card = card_of(gigabytes)
    found = plan(card, MUCH, model, size, **how)
    if isinstance(found, Plan) and found.rung != ladder(found.blocks)[0]:
        assert found.resident + CONTEXT_BYTES + LEAST_FREE_BYTES <= card.total


@given(cards, st.floats(0, 100), hosts, models, sizes, options)
def test_more_memory_is_never_slower_and_never_keeps_less(gigabytes, more, host, model, size, how):
    small = plan(card_of(gigabytes), host, model, size, **how)
    large = plan(card_of(gigabytes + more), host, model, size, **how)
    if isinstance(small, Shortfall):
        return
    assert isinstance(large, Plan)
    assert large.rung.resident_blocks >= small.rung.resident_blocks
    assert large.rung.encoder_resident >= small.rung.encoder_resident
    assert large.resident >= small.resident
    assert large.traffic <= small.traffic
    assert large.host <= small.host
    for phase in ("encode", "denoise", "decode"):
        assert getattr(large.seconds, phase) <= getattr(small.seconds, phase)


@given(cards, models, sizes, sizes, options)
def test_a_smaller_size_never_needs_more(gigabytes, model, size, other, how):
    smaller = (min(size[0], other[0]), min(size[1], other[1]))
    of_small = plan(card_of(gigabytes), MUCH, model, smaller, **how)
    of_large = plan(card_of(gigabytes), MUCH, model, size, **how)
    if isinstance(of_large, Plan):
        assert isinstance(of_small, Plan)
        assert of_small.rung.resident_blocks >= of_large.rung.resident_blocks
    elif isinstance(of_small, Shortfall):
        assert of_small.needs <= of_large.needs


@given(cards, models, sizes, options, st.integers(1, 8))
def test_fewer_pictures_never_need_more(gigabytes, model, size, how, fewer):
    assume(fewer <= how["batch"])
    many = plan(card_of(gigabytes), MUCH, model, size, **how)
    few = plan(card_of(gigabytes), MUCH, model, size, **(how | {"batch": fewer}))
    if isinstance(many, Plan):
        assert isinstance(few, Plan)
        assert few.rung.resident_blocks >= many.rung.resident_blocks


@given(cards, hosts, models, sizes, options)
def test_tiles_are_not_smaller_than_the_least(gigabytes, host, model, size, how):
    found = plan(card_of(gigabytes), host, model, size, **how)
    if isinstance(found, Plan):
        assert found.rung.tile is None or found.rung.tile >= LEAST_TILE


@settings(max_examples=30)
@given(cards, hosts, models, sizes, options)
def test_a_shortfall_says_what_would_do(gigabytes, host, model, size, how):
    card = card_of(gigabytes)
    found = plan(card, host, model, size, **how)
    if isinstance(found, Plan):
        return
    if found.of_host:
        assert found.needs > host.total
        assert isinstance(plan(card, Host(total=found.needs), model, size, **how), Plan)
        return
    assert found.needs > card.total
    if found.largest is not None:
        assert isinstance(plan(card, host, model, found.largest, **how), Plan)


# The ladder

counts = st.integers(1, 60)


@given(counts)
def test_each_rung_takes_at_least_what_the_one_below_takes(blocks):
    rungs = ladder(blocks)
    assert len(set(rungs)) == len(rungs)
    for low, high in pairwise(rungs):
        assert low.resident_blocks <= high.resident_blocks
        assert low.encoder_resident <= high.encoder_resident
        assert (low.tile or 10**6) <= (high.tile or 10**6)


@pytest.mark.parametrize("model", PROFILES, ids=lambda model: model.name)
@pytest.mark.parametrize("storage", Storage)
def test_costs_follow_the_ladder(model: Profile, storage):
    work = Work(width=1024, height=1024)
    card = assumed(6)
    plans = [
        laid_out(card, model, work, storage, rung)
        for rung in ladder(model.anatomy.transformer.block_count)
    ]
    for low, high in pairwise(plans):
        assert low.peak.largest <= high.peak.largest
        assert low.host >= high.host
        assert low.seconds.total >= high.seconds.total


works = st.builds(
    Work,
    width=sides,
    height=sides,
    batch=st.integers(1, 8),
    guided=st.booleans(),
    steps=st.integers(1, 50),
    loras=st.integers(0, 2 * GIB),
)


@pytest.mark.parametrize("model", PROFILES, ids=lambda model: model.name)
@pytest.mark.parametrize("storage", Storage)
@given(works, cards)
def test_what_stays_on_the_card_takes_room_there_and_saves_room_elsewhere_and_time(
    model: Profile, storage: Storage, work: Work, gigabytes: float
):
    card = card_of(gigabytes)
    plans = [
        laid_out(card, model, work, storage, rung)
        for rung in ladder(model.anatomy.transformer.block_count)
    ]
    for low, high in pairwise(plans):
        assert low.resident <= high.resident
        assert low.host >= high.host
        assert low.traffic >= high.traffic
        assert low.seconds.total >= high.seconds.total


@given(counts)
def test_notches_lead_down_to_the_bottom_in_few_steps(blocks):
    rungs = ladder(blocks)
    for rung in rungs:
        path: list[Rung] = [rung]
        while (lower := notch_below(blocks, path[-1])) is not None:
            assert rungs.index(lower) < rungs.index(path[-1])
            path.append(lower)
        assert path[-1] == rungs[0]
        assert len(path) <= 25


def test_from_the_top_notches_first_give_up_what_is_not_a_block():
    path = [ladder(ALL)[-1]]
    while (lower := notch_below(ALL, path[-1])) is not None:
        path.append(lower)
    told = [(rung.resident_blocks, rung.encoder_resident, rung.tile) for rung in path]
    assert told == [
        (34, True, None),
        (34, True, 512),
        (34, False, 512),
        *((blocks, False, 512) for blocks in (30, 27, 24, 21, 18, 15, 12, 9, 6, 3, 0)),
        (0, False, 256),
    ]


@given(counts)
def test_what_lies_within_a_notch_leads_below_it_when_memory_runs_out(blocks):
    rungs = ladder(blocks)
    for rung in rungs:
        near = within_a_notch(blocks, rung)
        assert near[0] == rung
        for one in near[1:]:
            lower = notch_below(blocks, one)
            assert lower is not None
            assert rungs.index(lower) < rungs.index(rung)


def test_two_blocks_more_are_within_a_notch():
    ten = next(rung for rung in ladder(ALL) if rung.resident_blocks == 10)
    assert [rung.resident_blocks for rung in within_a_notch(ALL, ten)] == [10, 11, 12]


def test_a_work_that_fits_nowhere_has_no_rung():
    work = Work(width=1024, height=1024)
    assert best(card_of(0.9), MUCH, TURBO, work, Storage.BF16) is None
