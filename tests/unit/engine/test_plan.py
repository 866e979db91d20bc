"""Where a model lies on which card, as a table; its laws are in test_plan_laws.py."""

from dataclasses import replace
from itertools import pairwise

import pytest

from engine.memory.cards import (
    CONTEXT_BYTES,
    GIB,
    TYPICAL_CARDS,
    Host,
    assumed,
    typical,
)
from engine.memory.costs import Rung, Storage, Work
from engine.memory.plan import (
    Plan,
    Shortfall,
    costs_of,
    plan,
)
from engine.profiles import profile_named

TURBO = profile_named("z-image-turbo")
ALL = 34
MUCH = Host(total=128 * GIB)
S768, S1024, S1536, S2048 = ((side, side) for side in (768, 1024, 1536, 2048))


def made(gigabytes: float, size: tuple[int, int], **options) -> Plan:
    found = plan(assumed(gigabytes), options.pop("host", MUCH), TURBO, size, **options)
    assert isinstance(found, Plan), found
    return found


# fmt: off
RESIDENCY = [
    #     768             1024            1536            2048: blocks, encoder stays, tile
    (6,   (11, False, 512), (11, False, 512), (9, False, 512), (6, False, 512)),
    (8,   (17, False, 512), (17, False, 512), (15, False, 512), (12, False, 512)),
    (10,  (23, False, 512), (23, False, 512), (21, False, 512), (18, False, 512)),
    (12,  (29, False, 512), (29, False, 512), (27, False, 512), (24, False, 512)),
    (16,  (ALL, False, 512), (ALL, False, 512), (ALL, False, 512), (ALL, False, 512)),
    (24,  (ALL, True, None), (ALL, True, None), (ALL, True, 512), (ALL, True, 512)),
    (48,  (ALL, True, None), (ALL, True, None), (ALL, True, None), (ALL, True, None)),
    (80,  (ALL, True, None), (ALL, True, None), (ALL, True, None), (ALL, True, None)),
    (141, (ALL, True, None), (ALL, True, None), (ALL, True, None), (ALL, True, None)),
]
# fmt: on


@pytest.mark.parametrize(
    ("gigabytes", "size", "expected"),
    [
        (gigabytes, size, expected)
        for gigabytes, *row in RESIDENCY
        for size, expected in zip((S768, S1024, S1536, S2048), row, strict=True)
    ],
)
def test_what_stays_on_each_card_at_each_size(gigabytes, size, expected):
    rung = made(gigabytes, size).rung
    assert (rung.resident_blocks, rung.encoder_resident, rung.tile) == expected


@pytest.mark.parametrize(
    ("gigabytes", "storage", "blocks", "encoder_stays"),
    [
        (6, Storage.FP8, 23, False),
        (6, Storage.INT8, 23, False),
        (8, Storage.FP8, ALL, False),
        (8, Storage.INT8, ALL, False),
        (12, Storage.FP8, ALL, True),
        (12, Storage.INT8, ALL, True),
    ],
)
def test_narrow_storage_keeps_more_on_a_card(gigabytes, storage, blocks, encoder_stays):
    rung = made(gigabytes, S1024, storage=storage).rung
    assert (rung.resident_blocks, rung.encoder_resident) == (blocks, encoder_stays)


def test_what_memory_there_is_counts_and_not_what_is_printed_on_the_card():
    card = assumed(12)
    held_by_others = replace(card, available=card.total - CONTEXT_BYTES - 4 * GIB)
    found = plan(held_by_others, MUCH, TURBO, S1024)
    assert isinstance(found, Plan)
    assert found.rung == made(8, S1024).rung


def test_a_main_memory_that_cannot_hold_what_is_streamed_is_a_shortfall_of_its_own():
    found = plan(assumed(6), Host(total=12 * GIB), TURBO, S768)
    assert isinstance(found, Shortfall)
    assert found.of_host
    assert 17 * GIB < found.needs < 18 * GIB
    assert isinstance(plan(assumed(6), Host(total=found.needs), TURBO, S768), Plan)


def test_narrow_storage_takes_less_of_main_memory():
    assert made(6, S768, storage=Storage.FP8, host=Host(total=12 * GIB))


def test_a_size_that_does_not_fit_is_refused_with_the_largest_that_does():
    found = plan(assumed(4), MUCH, TURBO, S2048, guided=True)
    assert isinstance(found, Shortfall)
    assert not found.of_host
    assert found.largest is not None
    assert isinstance(plan(assumed(4), MUCH, TURBO, found.largest, guided=True), Plan)
    larger = (found.largest[0] + TURBO.multiple, found.largest[1] + TURBO.multiple)
    assert isinstance(plan(assumed(4), MUCH, TURBO, larger, guided=True), Shortfall)
    enough = replace(assumed(4), total=found.needs)
    assert isinstance(plan(enough, MUCH, TURBO, S2048, guided=True), Plan)


def test_the_largest_size_has_the_shape_that_was_asked_for():
    found = plan(assumed(4), MUCH, TURBO, (2048, 1024), 4, guided=True)
    assert isinstance(found, Shortfall)
    assert found.largest is not None
    width, height = found.largest
    assert width / height == pytest.approx(2, rel=0.05)
    assert width % TURBO.multiple == height % TURBO.multiple == 0


def test_where_nothing_fits_no_size_is_named():
    found = plan(assumed(1), MUCH, TURBO, S1024)
    assert isinstance(found, Shortfall)
    assert found.largest is None


def test_the_peak_is_what_is_resident_and_what_the_phase_needs_on_top():
    found = made(6, S768)
    for phase in (found.peak.encode, found.peak.denoise, found.peak.decode):
        assert phase > found.resident + CONTEXT_BYTES
    assert found.resident > 11 * 2 * 176_962_816


def test_traffic_is_the_streamed_blocks_in_each_step_and_once_those_of_captions():
    found = made(6, S768)
    assert found.streamed_blocks == ALL - 11
    again = found.streamed_blocks - 2
    assert found.traffic == 2 * (2 * 176_962_816 + 8 * again * 180_910_336)
    assert made(16, S768).traffic == 0


def test_what_the_slots_hold_is_copied_once():
    costs = costs_of(TURBO, Storage.BF16)
    work = Work(width=1024, height=1024)
    four, five = (
        costs.traffic(Rung(resident_blocks=ALL - n, encoder_resident=False, tile=512), work)
        for n in (4, 5)
    )
    assert four == 2 * (2 * 176_962_816 + 2 * 180_910_336)
    assert five == 2 * (2 * 176_962_816 + 8 * 3 * 180_910_336)


def test_seconds_on_an_h100_are_those_that_others_measured_there():
    """SGLang: 745 ms for 9 steps at 1024x1024, which is 662 for 8; see docs/memory.md."""
    found = made(80, S1024)
    assert found.seconds.denoise == pytest.approx(0.662, rel=0.1)
    assert found.seconds.decode == pytest.approx(0.032, rel=0.15)


def test_guidance_takes_twice_the_time():
    plain, guided = made(48, S1024), made(48, S1024, guided=True)
    assert guided.seconds.denoise == pytest.approx(2 * plain.seconds.denoise)
    assert guided.peak.denoise > plain.peak.denoise


def test_rates_of_cards_grow_with_their_size():
    for one, other in pairwise(TYPICAL_CARDS):
        assert one.size < other.size
        assert one.flops <= other.flops
        assert one.pcie <= other.pcie
    assert [typical(size).size for size in (1, 6, 11.9, 12, 500)] == [6, 6, 10, 12, 141]
