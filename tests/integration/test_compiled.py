"""The compiled transformer against the plain one, as far as a CPU shows it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from structlog.testing import capture_logs

from engine.demo_model import WEIGHTS
from engine.memory.block_swap import BlockSwap
from engine.pipeline import DrawRequest
from engine.pipelines import weights
from engine.pipelines.blocks import blocks_of
from engine.pipelines.compiled import compile_blocks
from engine.pipelines.zimage import ZImage
from engine.profiles import profile_named
from tests.spoiling import spoiled

#: Tracing the blocks takes seconds, on a busy machine many.
pytestmark = pytest.mark.timeout(240)
REQUEST = DrawRequest(
    prompt="一个红色的圆",
    negative_prompt="",
    width=128,
    height=128,
    steps=3,
    guidance=0.0,
    seed=11,
)
LONG = "左边一个蓝色的方块，右边一个绿色的三角形，" * 4


class Graphs:
    """A compiler that counts what it is given, and runs it as it is."""

    def __init__(self) -> None:
        self.count = 0
        #: Single numbers that have to be handed over, as tensors, each time.
        self.numbers = 0

    def __call__(self, graph: torch.fx.GraphModule, inputs: Any) -> Any:
        self.count += 1
        self.numbers += sum(isinstance(one, torch.Tensor) and one.dim() == 0 for one in inputs)
        return graph.forward


def pipeline() -> ZImage:
    return ZImage(weights.load(profile_named("demo"), WEIGHTS, torch.float32), WEIGHTS)


@pytest.fixture(scope="module")
def graphs() -> Iterator[Graphs]:
    yield Graphs()
    torch.compiler.reset()


@pytest.fixture(scope="module")
def ours(graphs: Graphs) -> ZImage:
    """Compiled, which is what takes the time here."""
    opened = pipeline()
    usual = torch.get_num_threads()
    # As on the CPU it draws. Graphs are bound to the number of threads, which on a card is left
    # as it is.
    torch.set_num_threads(max(1, usual - 1))
    assert compile_blocks(opened._pipe.transformer, "native", graphs)
    torch.set_num_threads(usual)
    return opened


@pytest.fixture(scope="module")
def plain() -> ZImage:
    return pipeline()


def pixels(ours: ZImage, *requests: DrawRequest) -> list[Any]:
    drawn = ours.draw_together(requests, [lambda _: None] * len(requests)).drawn
    return [np.asarray(one.image, dtype=int) for one in drawn]


def test_no_size_batch_prompt_or_guidance_makes_a_new_graph(ours, plain, graphs):
    """A new graph in the middle of the work would keep people waiting for a compiler."""
    rehearsed = graphs.count
    assert rehearsed == 4  # one picture and several, with modulation and without
    for batch in (
        [REQUEST],
        [replace(REQUEST, width=256, height=192)],
        [replace(REQUEST, prompt=LONG)],
        [replace(REQUEST, guidance=1.8, negative_prompt=LONG)],
        [replace(REQUEST, seed=seed) for seed in range(5)],
        [replace(REQUEST, prompt=prompt) for prompt in ("圆", LONG)],
    ):
        for found, expected in zip(pixels(ours, *batch), pixels(plain, *batch), strict=True):
            assert np.abs(found - expected).max() <= 1
    assert graphs.count == rehearsed


def test_a_bad_step_is_mended_outside_of_what_is_compiled(ours, plain, graphs):
    rehearsed = graphs.count
    (expected,) = pixels(plain, REQUEST)

    def bad_twice(call: int, output: torch.Tensor) -> torch.Tensor:
        return output * float("nan") if call in (1, 2) else output

    with spoiled(ours._pipe.transformer.all_final_layer["2-1"], "forward", bad_twice):
        (drawn,) = ours.draw_together([REQUEST], [lambda _: None]).drawn
    assert drawn.bad_steps == 2
    assert np.abs(np.asarray(drawn.image, dtype=int) - expected).max() <= 1
    assert np.abs(pixels(ours, REQUEST)[0] - expected).max() <= 1
    assert graphs.count == rehearsed


def test_blocks_that_are_streamed_run_through_the_same_graphs(plain):
    """As on a card: laid out, compiled, and laid out anew by what is asked."""
    opened, graphs = pipeline(), Graphs()
    transformer = opened._pipe.transformer
    blocks = blocks_of(transformer)
    swap = BlockSwap(transformer, blocks, torch.device("cpu"))
    swap.arrange(len(blocks))
    usual = torch.get_num_threads()
    torch.set_num_threads(max(1, usual - 1))
    assert compile_blocks(transformer, "native", graphs)
    torch.set_num_threads(usual)
    rehearsed = graphs.count
    (expected,) = pixels(plain, REQUEST)
    for resident in (len(blocks), 3, 0, 5):
        swap.arrange(resident)
        for _ in range(2):
            assert np.abs(pixels(opened, REQUEST)[0] - expected).max() <= 1
    assert graphs.count == rehearsed


def test_without_a_compiler_it_draws_as_before(plain):
    def broken(graph: Any, inputs: Any) -> Any:
        raise RuntimeError("no C compiler")

    (expected,) = pixels(plain, REQUEST)
    with capture_logs() as logged:
        assert not compile_blocks(plain._pipe.transformer, "native", broken)
    assert [entry["event"] for entry in logged] == ["blocks_not_compiled"]
    assert np.array_equal(pixels(plain, REQUEST)[0], expected)
