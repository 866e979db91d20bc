"""Attention in real numbers against diffusers' own in complex ones."""

import copy
import math
from typing import Any

import pytest
import torch
from diffusers.models.transformers.transformer_z_image import ZSingleStreamAttnProcessor

from engine.demo_model import WEIGHTS
from engine.pipelines import weights
from engine.pipelines.blocks import blocks_of
from engine.pipelines.compiled import compile_blocks, forget
from engine.pipelines.rope import RealAttention, in_complex_numbers, in_real_numbers, turned
from engine.profiles import profile_named


@pytest.fixture(scope="module")
def transformer() -> Any:
    return weights.load(profile_named("demo"), WEIGHTS, torch.float32).transformer


def processors(transformer: Any) -> list[Any]:
    blocks: list[Any] = blocks_of(transformer)
    return [block.attention.processor for block in blocks]


def step(transformer: Any, rows: int = 1, caption: int = 40) -> torch.Tensor:
    chance = torch.Generator().manual_seed(3)
    pictures = [torch.randn(16, 1, 16, 12, generator=chance) for _ in range(rows)]
    captions = [torch.randn(caption - n, 128, generator=chance) for n in range(rows)]
    with torch.inference_mode():
        found = transformer(pictures, torch.full((rows,), 0.3), captions, return_dict=False)[0]
    return torch.stack(found)


def test_a_quarter_turn_is_one_of_the_plane() -> None:
    """i times (1, 2) is (-2, 1)."""
    places = torch.tensor([math.cos(math.pi / 2), math.sin(math.pi / 2)]).view(1, 1, 1, 1, 2)
    heads = torch.tensor([1.0, 2.0]).view(1, 1, 1, 2)
    assert torch.allclose(turned(heads, places).flatten(), torch.tensor([-2.0, 1.0]), atol=1e-6)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_it_is_the_product_of_complex_numbers(dtype: torch.dtype) -> None:
    chance = torch.Generator().manual_seed(1)
    heads = torch.randn(2, 7, 3, 10, generator=chance).to(dtype)
    angles = torch.rand(2, 7, 5, generator=chance) * 7
    places = torch.polar(torch.ones_like(angles), angles)
    complex_heads = torch.view_as_complex(heads.float().reshape(2, 7, 3, 5, 2))
    expected = torch.view_as_real(complex_heads * places.unsqueeze(2)).flatten(3).type_as(heads)
    found = turned(heads, torch.view_as_real(places).unsqueeze(2))
    assert found.dtype == dtype
    assert torch.allclose(found, expected, atol=1e-6 if dtype is torch.float32 else 0.02)


@pytest.mark.parametrize("rows", [1, 2])
def test_a_step_is_the_same_to_the_rounding(transformer: Any, rows: int) -> None:
    """Captions of several lengths make a mask."""
    ours = copy.deepcopy(transformer)
    assert all(map(in_real_numbers, blocks_of(ours)))
    assert set(map(type, processors(ours))) == {RealAttention}
    expected = step(transformer, rows)
    assert torch.allclose(step(ours, rows), expected, atol=1e-5, rtol=1e-5)
    assert all(map(in_complex_numbers, blocks_of(ours)))
    assert torch.equal(step(ours, rows), expected)


def test_the_backend_of_a_block_stays_with_it(transformer: Any) -> None:
    ours = copy.deepcopy(transformer)
    ours.set_attention_backend("_native_math")
    (chosen,) = {str(one._attention_backend) for one in processors(ours)}
    assert "math" in chosen.lower()
    assert all(map(in_real_numbers, blocks_of(ours)))
    assert {str(one._attention_backend) for one in processors(ours)} == {chosen}


def test_other_blocks_are_left_alone() -> None:
    block = torch.nn.Linear(2, 2)
    assert not in_real_numbers(block)
    assert not hasattr(block, "attention")


@pytest.mark.timeout(240)
def test_nothing_complex_comes_into_what_is_compiled(transformer: Any) -> None:
    """The compiler has no kernels for it."""
    seen: list[str] = []

    def looking(graph: torch.fx.GraphModule, inputs: Any) -> Any:
        for node in graph.graph.nodes:
            value = node.meta.get("example_value")
            if isinstance(value, torch.Tensor) and value.is_complex():
                seen.append(node.name)
        return graph.forward

    ours = copy.deepcopy(transformer)
    assert compile_blocks(ours, "native", looking)
    assert seen == []
    forget(ours)
    assert set(map(type, processors(ours))) == {ZSingleStreamAttnProcessor}
