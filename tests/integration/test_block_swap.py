"""Streaming blocks changes no bit of what a network gives. Run on a CPU, where the steps are the
same and nothing overlaps; tests/gpu/test_memory.py looks at the overlap."""

import copy
from itertools import pairwise
from typing import Any

import pytest
import torch

from engine.demo_model import WEIGHTS
from engine.memory.block_swap import BlockSwap, _Slot, _Tensor
from engine.memory.costs import stream_order
from engine.pipelines import weights
from engine.pipelines.blocks import blocks_of
from engine.pipelines.zimage_pass import ZImagePass
from engine.profiles import profile_named
from tests.integration.swapping import same_state

CPU = torch.device("cpu")
#: Blocks of the demo model's transformer, and how many of them refine captions.
BLOCKS, ONCE = 8, 1


@pytest.fixture(scope="module")
def plain():
    return weights.load(profile_named("demo"), WEIGHTS, torch.float32).transformer


@pytest.fixture
def transformer(plain):
    return copy.deepcopy(plain)


@pytest.fixture
def copies(monkeypatch) -> list[Any]:
    """The blocks that were copied to the device, in order."""
    copied: list[Any] = []
    fill = _Slot.fill

    def noted(slot, block, copying):
        copied.append(block)
        fill(slot, block, copying)

    monkeypatch.setattr(_Slot, "fill", noted)
    return copied


def swap_of(transformer, resident: int) -> BlockSwap:
    swap = BlockSwap(transformer, blocks_of(transformer), CPU, ONCE)
    swap.arrange(resident)
    return swap


def draw(transformer, rows: int = 1, seed: int = 0, steps: int = 2) -> torch.Tensor:
    """The forward passes of `rows` pictures: each step's output."""
    noise = torch.Generator().manual_seed(seed)
    latents = torch.randn(rows, 16, 8, 6, generator=noise)
    captions = [torch.randn(5 + row, 128, generator=noise) for row in range(rows)]
    stages = ZImagePass(transformer)
    with torch.inference_mode():
        refined = stages.refine(captions)
        return torch.stack(
            [stages.predict(latents, torch.tensor(0.1 * n), refined) for n in range(steps)]
        )


def as_diffusers_does(transformer) -> torch.Tensor:
    """A step whose blocks run in another order: those of captions in the middle."""
    noise = torch.Generator().manual_seed(0)
    pictures = [torch.randn(16, 1, 8, 6, generator=noise) for _ in range(2)]
    captions = [torch.randn(length, 128, generator=noise) for length in (5, 40)]
    with torch.inference_mode():
        given = transformer(pictures, torch.full((2,), 0.3), captions, return_dict=False)[0]
        return torch.stack(given)


@pytest.mark.parametrize("rows", [1, 2, 4])
@pytest.mark.parametrize("resident", range(BLOCKS + 1))
def test_the_output_is_the_same_bit_for_bit(plain, transformer, far_host, resident, rows):
    swap = swap_of(transformer, resident)
    assert swap.resident == resident
    for seed in range(3):
        assert torch.equal(draw(transformer, rows, seed), draw(plain, rows, seed))


@pytest.mark.parametrize("resident", range(BLOCKS + 1))
def test_another_order_gives_the_same_bit_for_bit(plain, transformer, far_host, resident):
    swap_of(transformer, resident)
    for _ in range(3):
        assert torch.equal(as_diffusers_does(transformer), as_diffusers_does(plain))


@pytest.mark.parametrize("resident", range(BLOCKS + 1))
def test_no_more_than_two_streamed_blocks_are_loaded_at_once(transformer, resident):
    swap = swap_of(transformer, resident)
    most: list[int] = []
    for block in blocks_of(transformer):
        block.register_forward_hook(lambda *_: most.append(swap.loaded))
    draw(transformer)
    assert max(most) == min(2, BLOCKS - resident)
    swap.release()
    assert swap.loaded == 0


def test_each_streamed_block_is_copied_once_a_step(transformer, copies):
    swap = swap_of(transformer, 3)
    draw(transformer, steps=4)
    once, again = swap._blocks[:ONCE], [block for block in swap._streamed[ONCE:]]
    # Two are there before they are asked for a fifth time.
    assert copies == [*once, *again * 4, *again[:2]]


@pytest.mark.parametrize("again", [1, 2])
def test_what_the_slots_hold_is_copied_once_for_all_steps(transformer, copies, again):
    swap = swap_of(transformer, BLOCKS - ONCE - again)
    draw(transformer, steps=4)
    assert copies == swap._streamed
    assert len(copies) == ONCE + again


def test_what_runs_once_is_the_first_to_be_streamed(transformer):
    swap = swap_of(transformer, BLOCKS - ONCE)
    assert [block.is_resident for block in swap._blocks] == [False] * ONCE + [True] * (
        BLOCKS - ONCE
    )


def test_unloaded_weights_would_be_noticed(transformer, far_host, monkeypatch):
    monkeypatch.setattr(BlockSwap, "_aim", lambda swap, first: None)
    monkeypatch.setattr(BlockSwap, "enter", lambda swap, block: None)
    swap_of(transformer, 3)
    assert draw(transformer).isnan().any()


def test_a_block_is_on_its_way_while_the_one_before_it_computes(transformer):
    swap = swap_of(transformer, 0)
    there: list[int] = []
    for block in blocks_of(transformer)[:-1]:
        block.register_forward_pre_hook(lambda *_: there.append(swap.loaded))
    draw(transformer, steps=3)
    assert there == [2] * (ONCE + 3 * (BLOCKS - ONCE - 1))


class Trouble(Exception):
    pass


def break_once(module: torch.nn.Module, error: Exception) -> None:
    """The next pass of `module` ends in the middle."""

    def fail(*_):
        handle.remove()
        raise error

    handle = module.register_forward_hook(fail)


@pytest.mark.parametrize("released", [True, False])
@pytest.mark.parametrize("where", ["", "feed_forward"])
@pytest.mark.parametrize("resident", [0, 3, 6])
@pytest.mark.parametrize("broken", range(BLOCKS))
def test_a_pass_that_ends_in_the_middle_harms_no_other(
    plain, transformer, far_host, broken, resident, where, released
):
    swap = swap_of(transformer, resident)
    break_once(blocks_of(transformer)[broken].get_submodule(where), Trouble())
    with pytest.raises(Trouble):
        draw(transformer)
    if released:
        swap.release()
        assert swap.loaded == 0
    for seed in range(2):
        assert torch.equal(draw(transformer, 1, seed), draw(plain, 1, seed))


def test_a_pass_that_ends_in_the_middle_leaves_the_weights_as_they_were(plain, transformer):
    swap = swap_of(transformer, 3)
    break_once(blocks_of(transformer)[4], Trouble())
    with pytest.raises(Trouble):
        draw(transformer)
    swap.release()
    same_state(transformer, plain)


@pytest.mark.parametrize("path", [[8, 0, 8], [0, 8, 0], [3, 5, 1, 7, 2, 6], [4, 4]])
def test_another_number_may_stay_at_any_time(plain, transformer, path):
    swap = swap_of(transformer, path[0])
    for resident in path:
        draw(transformer)
        swap.arrange(resident)
        assert swap.resident == resident
        assert torch.equal(draw(transformer), draw(plain))
    swap.release()
    same_state(transformer, plain)


def test_all_resident_leaves_a_network_without_hooks(transformer):
    swap = swap_of(transformer, 2)
    swap.arrange(BLOCKS)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in transformer.modules())


def test_a_move_that_fails_leaves_every_block_whole(plain, transformer, monkeypatch):
    swap = swap_of(transformer, 0)
    moved = _Tensor.moved
    tries: list[int] = []

    def fail_in_the_third_block(tensor, device):
        tries.append(1)
        if len(tries) == 2 * 15 + 5:
            raise torch.OutOfMemoryError
        return moved(tensor, device)

    monkeypatch.setattr(_Tensor, "moved", fail_in_the_third_block)
    with pytest.raises(torch.OutOfMemoryError):
        swap.arrange(BLOCKS)
    assert 0 < swap.resident < BLOCKS
    assert torch.equal(draw(transformer), draw(plain))
    swap.arrange(BLOCKS)
    assert torch.equal(draw(transformer), draw(plain))


def test_blocks_stay_apart_that_are_streamed_and_move_alone_when_one_more_is():
    for once in (0, 2):
        order, count = stream_order(34, once), 34 - once
        assert order[:once] == tuple(range(once))
        for streamed in range(2, count):
            chosen = sorted(order[once : once + streamed])
            ring = [*chosen, chosen[0] + count]
            assert max(b - a for a, b in pairwise(ring)) <= 3 * count / streamed
        assert sorted(order) == list(range(34))
