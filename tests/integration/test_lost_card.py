"""A card that has failed is told from a bug: the engine then starts anew, and is not asked to draw
on and on with what can draw no more. The card's words are put into torch's mouth."""

from typing import Any

import pytest
import torch

from engine.demo_model import WEIGHTS
from engine.pipeline import DeviceLost
from engine.pipelines.zimage import ZImage
from tests.integration.laid_out_demo import REQUEST, fresh

ILLEGAL = "CUDA error: an illegal memory access was encountered"


@pytest.fixture(scope="module")
def drawing() -> ZImage:
    drawing = ZImage(fresh(), WEIGHTS)
    drawing._on_card = True
    return drawing


def fail(drawing: ZImage, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    def forward(*_: Any) -> None:
        raise error

    monkeypatch.setattr(drawing._pipe.transformer.layers[2], "forward", forward)
    drawing.draw(REQUEST, lambda _: None)


def answer(monkeypatch: pytest.MonkeyPatch, error: Exception | None) -> None:
    """What the card says when it is asked."""

    def synchronize(_: torch.device) -> None:
        if error is not None:
            raise error

    monkeypatch.setattr(torch.cuda, "synchronize", synchronize)


def test_what_torch_says_of_the_card_is_the_end(drawing, monkeypatch):
    answer(monkeypatch, AssertionError("asked"))
    with pytest.raises(DeviceLost, match="illegal memory access"):
        fail(drawing, monkeypatch, torch.AcceleratorError(ILLEGAL))


@pytest.mark.parametrize(
    "said",
    [
        "Triton Error [CUDA]: an illegal memory access was encountered",
        "cuDNN error: CUDNN_STATUS_EXECUTION_FAILED",
        "CUDA error: CUBLAS_STATUS_EXECUTION_FAILED when calling `cublasGemmEx(...)`",
    ],
)
def test_what_others_say_is_the_end_where_the_card_answers_no_more(drawing, monkeypatch, said):
    answer(monkeypatch, torch.AcceleratorError(ILLEGAL))
    with pytest.raises(DeviceLost):
        fail(drawing, monkeypatch, RuntimeError(said))
    answer(monkeypatch, None)
    with pytest.raises(RuntimeError, match=r"EXECUTION_FAILED|Triton"):
        fail(drawing, monkeypatch, RuntimeError(said))
