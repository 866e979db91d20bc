"""The demo model laid out in every way draws the same; main memory stands in for a card."""

from typing import Any

import numpy as np
import pytest

from engine.demo_model import WEIGHTS
from engine.memory.block_swap import BlockSwap
from engine.memory.cards import GIB, PLANNED_FREE_BYTES
from engine.memory.costs import Work
from engine.memory.options import MemoryOptions
from engine.memory.plan import best, costs_of
from engine.pipeline import Stopped, open_pipeline
from engine.pipelines import placement as placing
from engine.pipelines.placement import Placement, usual_work
from tests.integration.laid_out_demo import (
    DEMO,
    LADDER,
    MUCH,
    PLANNED,
    REQUEST,
    STEPS,
    STORAGE,
    TOP,
    WORK,
    Stage,
    enough_for,
    plain,
)


@pytest.mark.parametrize("rung", PLANNED)
def test_the_picture_is_the_same_on_every_rung(rung):
    stage = Stage()
    stage.memory.available = enough_for(rung)
    assert best(stage.memory.card(), MUCH, DEMO, WORK, STORAGE) == rung
    assert np.array_equal(stage.draw(), plain())
    assert stage.placement.rung == rung
    guided = {"guidance": 1.8, "negative_prompt": "蓝色"}
    assert np.array_equal(stage.draw(**guided), plain(**guided))
    assert stage.placement.shortages == 0


@pytest.mark.parametrize("rung", PLANNED)
def test_things_lie_where_the_rung_says(rung):
    stage = Stage(rung)
    stage.placement.fit(WORK)
    placement, vae = stage.placement, stage.pipe.vae
    assert placement.rung == rung
    assert placement._blocks.resident == rung.resident_blocks
    assert placement._layers.resident == (3 if rung.encoder_resident else 0)
    assert vae.use_tiling == (rung.tile is not None)
    if rung.tile is not None:
        assert vae.tile_sample_min_size == rung.tile == 16 * vae.tile_latent_min_size


def test_a_large_picture_sends_blocks_away_and_a_small_one_brings_them_back():
    middle = LADDER[6]
    stage = Stage(middle)
    large = Work(width=1024, height=1024, batch=16, guided=True, steps=STEPS)
    stage.memory.available = enough_for(TOP)
    stage.placement.fit(WORK)
    assert stage.placement.rung == TOP
    stage.placement.fit(large)
    assert LADDER.index(stage.placement.rung) < LADDER.index(TOP)
    stage.placement.fit(WORK)
    assert stage.placement.rung == TOP
    assert np.array_equal(stage.draw(), plain())


def test_what_others_take_from_the_card_sends_blocks_away():
    stage = Stage(TOP)
    stage.memory.available = enough_for(LADDER[3])
    stage.draw()
    assert stage.placement.rung == LADDER[3]


def test_nothing_moves_for_the_sake_of_less_than_a_notch(monkeypatch):
    stage = Stage(LADDER[3])
    stage.placement.fit(WORK)
    monkeypatch.setattr(placing, "within_a_notch", lambda blocks, rung: LADDER[3:6])
    for index, expected in ((4, 3), (5, 3), (6, 6), (2, 2)):
        stage.memory.available = enough_for(LADDER[index])
        stage.placement.fit(WORK)
        assert stage.placement.rung == LADDER[expected]


def test_slots_are_freed_when_a_phase_ends_however_it_ends():
    stage = Stage(LADDER[2])
    held: list[int] = []
    decode = stage.pipe.vae.decode

    def noted(*args: Any, **kwargs: Any) -> Any:
        held.append(stage.placement._blocks.loaded + stage.placement._layers.loaded)
        return decode(*args, **kwargs)

    stage.pipe.vae.decode = noted
    stage.draw()
    assert held == [0]

    def stop(step: int) -> None:
        assert stage.placement._blocks.loaded == 2
        raise Stopped

    with pytest.raises(Stopped):
        stage.drawing.draw(REQUEST, stop)
    assert stage.placement._blocks.loaded == 0


def test_the_text_encoder_is_streamed_for_new_prompts_only(monkeypatch):
    stage = Stage(LADDER[2])
    loads: list[Any] = []
    enter = BlockSwap.enter

    def noted(swap: Any, block: Any) -> None:
        if swap is stage.placement._layers:
            loads.append(block)
        enter(swap, block)

    monkeypatch.setattr(BlockSwap, "enter", noted)
    for prompt, layers in (("一个圆", 3), ("一个圆", 3), ("两个方块", 6)):
        stage.draw(prompt=prompt)
        assert len(loads) == layers


# As it is switched on


def test_a_setting_lays_the_demo_out_as_on_a_card_of_that_size():
    memory = PLANNED_FREE_BYTES + GIB // 2 + costs_of(DEMO, STORAGE).resident(LADDER[5])
    options = MemoryOptions(vram_gb=(memory + 1) / GIB)
    drawing: Any = open_pipeline(DEMO, WEIGHTS, options)
    assert drawing._placement.rung == LADDER[5]
    expected = open_pipeline(DEMO, WEIGHTS).draw(REQUEST, lambda _: None)
    assert drawing.draw(REQUEST, lambda _: None).tobytes() == expected.tobytes()


def test_without_a_setting_nothing_is_laid_out_on_a_cpu():
    drawing: Any = open_pipeline(DEMO, WEIGHTS)
    assert not isinstance(drawing._placement, Placement)
    assert drawing.room(REQUEST) > 1


def test_the_usual_work_is_the_profiles():
    assert usual_work(DEMO) == Work(width=256, height=256, steps=8)
