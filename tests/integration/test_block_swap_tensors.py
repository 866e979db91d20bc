"""All that may hang on a block comes along when it is streamed."""

import copy
from typing import Any

import pytest
import torch

from engine.memory.block_swap import BlockSwap
from tests.integration.swapping import same_state

CPU = torch.device("cpu")


class Toy(torch.nn.Module):
    """Blocks with all that may hang on a module."""

    def __init__(self, count: int = 5) -> None:
        super().__init__()
        torch.manual_seed(4)
        self.blocks = torch.nn.ModuleList(ToyBlock() for _ in range(count))
        # One parameter under two names in different blocks, and one that the network has too.
        blocks: Any = self.blocks
        blocks[3].first.weight = blocks[1].first.weight
        self.head = torch.nn.Parameter(torch.randn(7))
        blocks[2].own = self.head
        self.order = list(range(count))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        for index in self.order:
            x = self.blocks[index](x)
        return x * self.head


class ToyBlock(torch.nn.Module):
    scale: torch.Tensor
    steps: torch.Tensor
    passing: torch.Tensor

    def __init__(self) -> None:
        super().__init__()
        self.first = torch.nn.Linear(7, 7)
        self.second = torch.nn.Linear(7, 7)
        self.second.weight = self.first.weight  # within the block
        self.own = torch.nn.Parameter(torch.randn(7))
        self.frozen = torch.nn.Parameter(torch.randn(7), requires_grad=False)
        self.narrow = torch.nn.Parameter(torch.randn(7).to(torch.bfloat16))
        self.register_buffer("scale", torch.randn(7))
        self.register_buffer("steps", torch.tensor([3]))
        self.register_buffer("nothing", None)
        self.register_buffer("passing", torch.randn(7), persistent=False)
        self.plain = torch.randn(7)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = torch.tanh(self.second(torch.tanh(self.first(x))))
        x = x * self.own * self.scale + self.frozen * self.plain + self.narrow
        return x + self.passing / self.steps


@pytest.mark.parametrize("resident", range(6))
def test_shared_weights_buffers_and_plain_tensors_come_along(resident):
    toy: Any = Toy()
    x = torch.randn(3, 7)
    expected = copy.deepcopy(toy)(x)
    before = copy.deepcopy(toy)
    swap = BlockSwap(toy, list(toy.blocks), CPU)
    swap.arrange(resident)
    for _ in range(3):
        assert torch.equal(toy(x), expected)
    swap.release()
    assert toy.blocks[3].first.weight is toy.blocks[1].first.weight
    assert toy.blocks[0].second.weight is toy.blocks[0].first.weight
    assert toy.blocks[2].own is toy.head
    same_state(toy, before)


@pytest.mark.parametrize("order", [[4, 3, 2, 1, 0], [0, 0, 2, 2, 4], [1, 3], [2, 0, 4, 1, 3, 0]])
def test_another_order_costs_time_only(order):
    toy: Any = Toy()
    toy.order = order
    x = torch.randn(3, 7)
    expected = copy.deepcopy(toy)(x)
    swap = BlockSwap(toy, list(toy.blocks), CPU)
    swap.arrange(1)
    for _ in range(3):
        assert torch.equal(toy(x), expected)


class Quantised(torch.Tensor):
    """Whole numbers and a scale, as libraries that quantise hang them up."""

    levels: torch.Tensor
    scale: torch.Tensor

    @staticmethod
    def __new__(cls, levels: torch.Tensor, scale: torch.Tensor) -> Any:
        made: Any = torch.Tensor._make_wrapper_subclass(
            cls, levels.shape, dtype=scale.dtype, device=levels.device
        )
        made.levels, made.scale = levels, scale
        return made

    def __tensor_flatten__(self) -> Any:
        return ["levels", "scale"], None

    @staticmethod
    def __tensor_unflatten__(parts: Any, *_: Any) -> Any:
        return Quantised(parts["levels"], parts["scale"])

    @classmethod
    def __torch_dispatch__(  # type: ignore[override]  # arguments that Python cannot spell
        cls, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        if operation is torch.ops.aten.detach.default:
            return cls(args[0].levels, args[0].scale)
        plain = [a.levels * a.scale if isinstance(a, Quantised) else a for a in args]
        return operation(*plain, **(kwargs or {}))


@pytest.mark.parametrize("resident", range(6))
def test_a_tensor_of_several_parts_comes_along_as_quantised_ones_do(far_host, resident):
    toy: Any = Toy()
    for block in toy.blocks:
        levels = torch.randint(-9, 9, (7,), dtype=torch.int8)
        block.own = torch.nn.Parameter(Quantised(levels, torch.rand(1)), requires_grad=False)
    x = torch.randn(3, 7)
    expected = toy(x)
    swap = BlockSwap(toy, list(toy.blocks), CPU)
    swap.arrange(resident)
    for _ in range(3):
        assert torch.equal(toy(x), expected)
    assert all(isinstance(block.own, Quantised) for block in toy.blocks)


def test_a_hook_that_looks_at_the_weights_finds_them_loaded():
    toy: Any = Toy()
    swap = BlockSwap(toy, list(toy.blocks), CPU)
    held: list[int] = []
    toy.blocks[0].register_forward_pre_hook(lambda *_: held.append(swap.loaded))
    swap.arrange(0)
    toy(torch.randn(1, 7))
    assert held == [2]
