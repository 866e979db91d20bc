"""Streaming blocks changes no bit of what a network gives. Run on a CPU, where the steps are the
same and nothing overlaps; tests/gpu/test_block_swap.py looks at the overlap."""

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
from engine.profiles import profile_named
from tests.integration.swapping import same_state

CPU = torch.device("cpu")
#: Blocks of the demo model's transformer.
BLOCKS = 8


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
    swap = BlockSwap(transformer, blocks_of(transformer), CPU)
    swap.arrange(resident)
    return swap


def step(transformer, rows: int = 1, seed: int = 0) -> torch.Tensor:
    """One forward pass over `rows` pictures, with captions of different lengths."""
    noise = torch.Generator().manual_seed(seed)
    pictures = [torch.randn(16, 1, 8, 6, generator=noise) for _ in range(rows)]
    captions = [torch.randn(5 + 30 * row, 128, generator=noise) for row in range(rows)]
    with torch.inference_mode():
        given = transformer(pictures, torch.full((rows,), 0.3), captions, return_dict=False)[0]
        return torch.stack(given)


@pytest.mark.parametrize("rows", [1, 2, 4])
@pytest.mark.parametrize("resident", range(BLOCKS + 1))
def test_the_output_is_the_same_bit_for_bit(plain, transformer, far_host, resident, rows):
    swap = swap_of(transformer, resident)
    assert swap.resident == resident
    for seed in range(3):
        assert torch.equal(step(transformer, rows, seed), step(plain, rows, seed))


@pytest.mark.parametrize("resident", range(BLOCKS + 1))
def test_no_more_than_two_streamed_blocks_are_loaded_at_once(transformer, resident):
    swap = swap_of(transformer, resident)
    most: list[int] = []
    for block in blocks_of(transformer):
        block.register_forward_hook(lambda *_: most.append(swap.loaded))
    step(transformer)
    assert max(most) == min(2, BLOCKS - resident)
    swap.release()
    assert swap.loaded == 0


def test_each_streamed_block_is_copied_once_a_step(transformer, copies):
    swap_of(transformer, 3)
    for _ in range(4):
        step(transformer)
    # Two are there before they are asked for a fifth time.
    assert len(copies) == 4 * (BLOCKS - 3) + 2
    assert all(one is not other for one, other in pairwise(copies))


def test_two_streamed_blocks_are_copied_once_for_all(transformer, copies):
    swap_of(transformer, BLOCKS - 2)
    for _ in range(4):
        step(transformer)
    assert len(copies) == 2


def test_unloaded_weights_would_be_noticed(transformer, far_host, monkeypatch):
    monkeypatch.setattr(BlockSwap, "_aim", lambda swap, first: None)
    monkeypatch.setattr(BlockSwap, "enter", lambda swap, block: None)
    swap_of(transformer, 3)
    assert step(transformer).isnan().any()


def test_a_block_is_on_its_way_while_the_one_before_it_computes(transformer):
    swap = swap_of(transformer, 0)
    there: list[int] = []
    for block in blocks_of(transformer)[:-1]:
        block.register_forward_pre_hook(lambda *_: there.append(swap.loaded))
    step(transformer)
    assert there == [2] * (BLOCKS - 1)


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
        step(transformer)
    if released:
        swap.release()
        assert swap.loaded == 0
    for seed in range(2):
        assert torch.equal(step(transformer, 1, seed), step(plain, 1, seed))


def test_a_pass_that_ends_in_the_middle_leaves_the_weights_as_they_were(plain, transformer):
    swap = swap_of(transformer, 3)
    break_once(blocks_of(transformer)[4], Trouble())
    with pytest.raises(Trouble):
        step(transformer)
    swap.release()
    same_state(transformer, plain)


@pytest.mark.parametrize("path", [[8, 0, 8], [0, 8, 0], [3, 5, 1, 7, 2, 6], [4, 4]])
def test_another_number_may_stay_at_any_time(plain, transformer, path):
    swap = swap_of(transformer, path[0])
    for resident in path:
        step(transformer)
        swap.arrange(resident)
        assert swap.resident == resident
        assert torch.equal(step(transformer), step(plain))
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
    assert torch.equal(step(transformer), step(plain))
    swap.arrange(BLOCKS)
    assert torch.equal(step(transformer), step(plain))


def test_blocks_stay_apart_that_are_streamed_and_move_alone_when_one_more_is():
    for streamed in range(2, 34):
        chosen = sorted(stream_order(34)[:streamed])
        ring = [*chosen, chosen[0] + 34]
        assert max(b - a for a, b in pairwise(ring)) <= 3 * 34 / streamed
    assert sorted(stream_order(34)) == list(range(34))
