"""What is compiled at the width of the large model, on torch's meta device: its graphs alone."""

from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import diffusers
import pytest
import torch

from engine.pipelines import care
from engine.pipelines.compiled import _run, compile_blocks
from tests.integration.test_compiled import Graphs

#: Tracing the blocks takes seconds, on a busy machine many.
pytestmark = pytest.mark.timeout(240)


@pytest.fixture
def wide() -> Iterator[Any]:
    """A block of each kind as wide as in Z-Image, without numbers."""
    with torch.device("meta"):
        transformer = diffusers.ZImageTransformer2DModel(n_layers=1, n_refiner_layers=1)
    yield transformer.requires_grad_(False).eval()
    torch.compiler.reset()


def test_no_size_makes_a_new_graph_at_the_width_of_the_large_model(wide):
    """Where lengths that are the same by chance are others than in the demo model."""
    graphs = Graphs()
    assert compile_blocks(wide, "native", graphs)
    assert (graphs.count, graphs.numbers) == (4, 0)
    with torch.inference_mode(), care.usual("native"):
        for pictures in (1, 2, 3, 16):
            for side in ((32, 32), (128, 128), (60, 240)):
                for tokens in (9, 250):
                    _run(wide, pictures, side, tokens)
    assert graphs.count == 4


@pytest.mark.parametrize(
    ("said", "is_the_end"), [("out of memory", False), ("an illegal memory access", True)]
)
def test_too_little_memory_for_what_is_compiled_is_not_the_end(wide, said, is_the_end):
    def compiled(*_: Any) -> Any:
        raise torch.AcceleratorError(f"CUDA error: {said}")

    with pytest.raises(torch.AcceleratorError) if is_the_end else nullcontext():
        assert not compile_blocks(wide, "native", lambda graph, inputs: compiled)
