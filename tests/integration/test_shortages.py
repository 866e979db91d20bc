"""Memory that runs out at every point of a picture; main memory stands in for a card.

That it has run out is said by whatever a test breaks.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from engine.demo_model import WEIGHTS
from engine.memory.block_swap import BlockSwap
from engine.memory.cards import LEAST_FREE_BYTES, Host
from engine.memory.costs import Rung
from engine.memory.plan import costs_of, notch_below
from engine.pipeline import OutOfMemory, WeightsError
from engine.pipelines import placement as placing
from engine.pipelines.zimage import ZImage
from tests.integration.laid_out_demo import (
    BLOCKS,
    BOTTOM,
    DEMO,
    LADDER,
    REQUEST,
    STEPS,
    STORAGE,
    TOP,
    WORK,
    Stage,
    enough_for,
    fresh,
    plain,
)

SHORT = torch.OutOfMemoryError("CUDA out of memory")


class Fault:
    """The call of `name` number `at` (from 0) fails, and so do the next `times` - 1."""

    def __init__(self, owner: Any, name: str, at: int, times: int, error: Exception) -> None:
        self.calls = 0
        self._call = getattr(owner, name)
        self._failing = range(at, at + times)
        self._error = error
        setattr(owner, name, self)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        self.calls += 1
        if self.calls - 1 in self._failing:
            raise self._error
        return self._call(*args, **kwargs)


#: Where: (owner of the method, its name, which of its calls).
POINTS: dict[str, tuple[str, str, int]] = {
    "encode": ("text_encoder", "forward", 0),
    "refining the caption": ("transformer.context_refiner.0", "forward", 0),
    "inside an encoder layer": ("text_encoder.layers.1.mlp", "forward", 0),
    **{f"step {n + 1}": ("transformer.t_embedder", "forward", n) for n in range(STEPS)},
    **{
        f"block {n} of step 2": (f"transformer.layers.{n}.feed_forward", "forward", 1)
        for n in (0, 3, 5)
    },
    "decode": ("vae", "decode", 0),
    "inside the decoder": ("vae.decoder.mid_block", "forward", 0),
}


def at(stage: Stage, point: str, times: int, error: Exception = SHORT) -> Fault:
    path, method, call = POINTS[point]
    name, _, rest = path.partition(".")
    owner = getattr(stage.pipe, name)
    return Fault(owner.get_submodule(rest) if rest else owner, method, call, times, error)


@pytest.mark.parametrize(
    ("start", "times"), [(TOP, 1), (LADDER[4], 2)], ids=["all there", "streaming"]
)
@pytest.mark.parametrize("point", POINTS)
def test_a_shortage_costs_a_notch_and_no_picture(point, start, times):
    stage = Stage(start)
    fault = at(stage, point, times)
    steps: list[int] = []
    drawing = stage.drawing.draw_together([REQUEST], [steps.append])
    assert fault.calls > times
    assert np.array_equal(np.asarray(drawing.drawn[0].image), plain())
    assert drawing.shortages == times
    rung: Rung | None = start
    for _ in range(times):
        assert rung is not None
        rung = notch_below(BLOCKS, rung)
    assert stage.placement.rung == rung
    # No step was made twice.
    assert steps == list(range(1, STEPS + 1))


@pytest.mark.parametrize("point", ["encode", "step 2", "block 3 of step 2", "decode"])
def test_a_shortage_that_stays_ends_the_picture_at_the_bottom_and_harms_no_other(point):
    start = LADDER[3]
    stage = Stage(start)
    fault = at(stage, point, times=1000)
    with pytest.raises(OutOfMemory) as caught:
        stage.draw()
    assert stage.placement.rung == BOTTOM
    notches = []
    rung: Rung | None = start
    while rung is not None:
        notches.append(rung)
        rung = notch_below(BLOCKS, rung)
    assert caught.value.shortages == len(notches) == fault.calls - POINTS[point][2]
    fault._failing = range(0)
    assert np.array_equal(stage.draw(), plain())
    assert np.array_equal(stage.draw(seed=6), plain(seed=6))


def test_slots_that_find_no_room_are_a_shortage_like_another(monkeypatch):
    stage = Stage(LADDER[4])
    stage.placement.fit(WORK)
    new_slots = BlockSwap._new_slots
    tries: list[Any] = []

    def fail_once(swap: BlockSwap) -> Any:
        tries.append(swap)
        if len(tries) == 2:  # the text encoder's come first
            raise SHORT
        return new_slots(swap)

    monkeypatch.setattr(BlockSwap, "_new_slots", fail_once)
    assert np.array_equal(stage.draw(), plain())
    assert stage.placement.shortages == 1


@pytest.mark.parametrize(
    "said",
    [
        "CUDA error: out of memory",
        "CUDA driver error: out of memory",
        "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
        "cuDNN error: CUDNN_STATUS_ALLOC_FAILED",
        "[enforce fail at alloc_cpu.cpp:129] . DefaultCPUAllocator: can't allocate memory: you "
        "tried to allocate 8 bytes.",
    ],
)
def test_every_way_to_say_it_is_understood(said):
    stage = Stage(TOP)
    at(stage, "step 2", 1, RuntimeError(said))
    assert np.array_equal(stage.draw(), plain())
    assert stage.placement.shortages == 1


def test_another_error_is_no_shortage():
    stage = Stage(TOP)
    at(stage, "step 2", 1, RuntimeError("mat1 and mat2 must have the same dtype"))
    with pytest.raises(RuntimeError, match="mat1"):
        stage.draw()
    assert stage.placement.rung == TOP
    assert stage.placement.shortages == 0


def test_several_pictures_are_rather_drawn_one_by_one():
    stage = Stage(TOP)
    at(stage, "step 2", 1)
    with pytest.raises(OutOfMemory) as caught:
        stage.drawing.draw_together([REQUEST] * 2, [lambda _: None] * 2)
    assert caught.value.shortages == 1
    assert stage.placement.rung == TOP


def test_several_pictures_are_decoded_one_by_one_as_it_is():
    stage = Stage(TOP)
    at(stage, "decode", 1)
    requests = [REQUEST, replace(REQUEST, seed=6)]
    drawing = stage.drawing.draw_together(requests, [lambda _: None] * 2)
    assert drawing.shortages == 1
    first = np.asarray(drawing.drawn[0].image).astype(int)
    # A batch rounds otherwise than a picture by itself.
    assert abs(first - plain()).max() <= 1


def test_a_picture_without_a_plan_fails_at_once_and_is_counted():
    pipe = fresh()
    drawing = ZImage(pipe, WEIGHTS)
    fault = Fault(pipe.transformer.t_embedder, "forward", 1, 1, SHORT)
    with pytest.raises(OutOfMemory) as caught:
        drawing.draw(REQUEST, lambda _: None)
    assert (caught.value.shortages, fault.calls) == (1, 2)


def test_a_shortage_while_blocks_come_back_ends_below_where_they_would_have_been(
    monkeypatch,
):
    stage = Stage(LADDER[3])
    stage.draw()
    stage.memory.available = enough_for(TOP)
    arrange = BlockSwap.arrange

    def fail(swap: Any, resident: int) -> None:
        if resident == BLOCKS:
            raise SHORT
        arrange(swap, resident)

    monkeypatch.setattr(BlockSwap, "arrange", fail)
    assert np.array_equal(stage.draw(), plain())
    assert stage.placement.rung.resident_blocks < BLOCKS
    assert stage.placement.shortages == 3


def test_a_main_memory_that_takes_no_more_ends_the_picture(monkeypatch):
    stage = Stage(TOP)
    at(stage, "step 2", 1000)
    monkeypatch.setattr(placing, "cut", lambda *_: (_ for _ in ()).throw(SHORT))
    with pytest.raises(OutOfMemory):
        stage.draw()


def test_a_machine_with_little_memory_has_a_higher_bottom():
    costs = costs_of(DEMO, STORAGE)
    lowest = LADDER[-4]
    stage = Stage(TOP, Host(total=costs.host(lowest)))
    at(stage, "step 2", 1000)
    with pytest.raises(OutOfMemory):
        stage.draw()
    assert stage.placement.rung == lowest


def test_a_machine_with_too_little_memory_is_refused_at_the_start():
    costs = costs_of(DEMO, STORAGE)
    with pytest.raises(WeightsError, match="GB of main memory") as caught:
        Stage(LADDER[2], Host(total=costs.host(LADDER[2]) - 1))
    assert len(str(caught.value).splitlines()) == 1


# What is learnt


def test_the_lower_rung_is_kept_for_that_kind_of_picture_alone():
    stage = Stage(TOP)
    at(stage, "step 2", 1)
    stage.draw()
    lower = stage.placement.rung
    assert lower != TOP
    stage.draw()
    assert stage.placement.rung == lower
    stage.placement.fit(replace(WORK, width=128))
    assert stage.placement.rung == TOP


def test_it_is_forgotten_after_a_time_without_shortages(monkeypatch):
    monkeypatch.setattr(placing, "CALM", 3)
    stage = Stage(TOP)
    at(stage, "step 2", 1)
    stage.draw()
    rungs = []
    for _ in range(4):
        stage.placement.fit(WORK)
        rungs.append(stage.placement.rung == TOP)
    assert rungs == [False, False, False, True]


def test_below_the_least_that_should_be_free_less_lies_there():
    stage = Stage(TOP)
    stage.memory.left = LEAST_FREE_BYTES - 1
    drops = stage.memory.drops
    assert np.array_equal(stage.draw(), plain())
    assert stage.memory.drops > drops
    assert LADDER.index(stage.placement.rung) < LADDER.index(TOP)
    assert stage.placement.shortages == 0


def test_what_is_held_for_later_is_dropped_where_little_else_is_free():
    stage = Stage(TOP)
    stage.memory.left = 2 * LEAST_FREE_BYTES
    stage.memory.held = LEAST_FREE_BYTES + 1
    stage.draw()
    assert stage.memory.drops == 3  # before each phase
    assert stage.placement.rung == TOP


def test_with_enough_free_nothing_is_dropped():
    stage = Stage(TOP)
    stage.memory.left = LEAST_FREE_BYTES
    stage.draw()
    assert stage.memory.drops == 0
    assert stage.placement.rung == TOP
