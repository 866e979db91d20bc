"""Weights in fewer bytes: about the same picture, streamed or not, and never a crash."""

from importlib.util import find_spec
from typing import Any

import numpy as np
import pytest
import torch

from engine.demo_model import WEIGHTS
from engine.memory.block_swap import BlockSwap
from engine.memory.costs import Costs, Storage
from engine.pipeline import BadPicture, WeightsError
from engine.pipelines import storage as storing
from engine.pipelines.blocks import blocks_of
from engine.pipelines.storage import compress
from engine.pipelines.zimage import ZImage
from tests.integration.laid_out_demo import DEMO, REQUEST, fresh, plain

CPU = torch.device("cpu")
#: torchao is not among what every developer installs.
NARROW = [
    Storage.FP8,
    pytest.param(
        Storage.INT8,
        marks=pytest.mark.skipif(find_spec("torchao") is None, reason="zdraw[int8] is missing"),
    ),
]


def compressed(storage: Storage) -> Any:
    pipe = fresh()
    compress([*blocks_of(pipe.transformer), *pipe.text_encoder.layers], storage, torch.float32)
    return pipe


def draw(drawing: ZImage) -> np.ndarray:
    return np.asarray(drawing.draw(REQUEST, lambda _: None)).astype(int)


@pytest.mark.parametrize("storage", NARROW)
def test_the_picture_is_about_the_same(storage):
    picture = draw(ZImage(compressed(storage), WEIGHTS))
    assert 0 < np.abs(picture - plain()).mean() < 2


@pytest.mark.parametrize("storage", NARROW)
def test_streamed_it_is_the_same_bit_for_bit(storage):
    pipe = compressed(storage)
    drawing = ZImage(pipe, WEIGHTS)
    expected = draw(drawing)
    blocks, layers = blocks_of(pipe.transformer), list(pipe.text_encoder.layers)
    swap = BlockSwap(pipe.transformer, blocks, CPU)
    encoder = BlockSwap(pipe.text_encoder, layers, CPU)
    encoder.arrange(0)
    for resident in (3, 0, len(blocks), 2):
        swap.arrange(resident)
        drawing._encode._memory._kept.clear()
        assert np.array_equal(draw(drawing), expected)


@pytest.mark.parametrize("storage", NARROW)
def test_blocks_take_the_bytes_that_the_plan_reckons(storage):
    pipe = compressed(storage)
    swap = BlockSwap(pipe.transformer, blocks_of(pipe.transformer), CPU)
    swap.arrange(0)
    reckoned = Costs(DEMO.anatomy, storage, DEMO.max_tokens).blocks
    # Norms and scales weigh more in a model as small as this.
    for block, size in zip(swap._blocks, reckoned, strict=True):
        assert size <= block.size < 1.1 * size


@pytest.mark.parametrize("storage", NARROW)
def test_a_transformer_that_gives_nan_is_a_bad_picture_as_ever(storage):
    pipe = compressed(storage)
    with torch.no_grad():
        pipe.transformer.all_x_embedder["2-1"].weight.fill_(float("nan"))
    with pytest.raises(BadPicture):
        draw(ZImage(pipe, WEIGHTS))


def test_a_library_that_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(storing, "find_spec", lambda name: None)
    with pytest.raises(WeightsError, match=r"pip install 'zdraw\[int8\]'"):
        compressed(Storage.INT8)
