"""What a card is taken to have, from what torch says; the figures are put into torch's mouth."""

from typing import Any

import pytest
import torch

from engine.memory.cards import CONTEXT_BYTES, GIB
from engine.pipelines.device_memory import CudaMemory

TOTAL = 8 * GIB


@pytest.fixture
def said(monkeypatch) -> dict[str, Any]:
    """A card of 8 GiB: 5 are free; torch holds 2, of which 1.5 are in use."""
    figures = {"free": 5 * GIB, "held": 2 * GIB, "used": 3 * GIB // 2}
    cuda = torch.cuda
    monkeypatch.setattr(cuda, "mem_get_info", lambda _: (figures["free"], TOTAL))
    monkeypatch.setattr(cuda, "memory_reserved", lambda _: figures["held"])
    monkeypatch.setattr(cuda, "memory_allocated", lambda _: figures["used"])
    monkeypatch.setattr(
        cuda,
        "set_per_process_memory_fraction",
        lambda share, _: figures.setdefault("share", share),
    )
    return figures


def memory(limit: int | None = None) -> CudaMemory:
    return CudaMemory(torch.device("cpu"), limit)


def test_what_this_process_holds_counts_as_available(said):
    card = memory().card()
    assert card.total == TOTAL
    assert card.available == 7 * GIB
    assert memory().free() == 7 * GIB - 3 * GIB // 2
    assert memory().cached() == GIB // 2
    assert "share" not in said


def test_what_others_hold_is_not_available(said):
    said["free"] = 2 * GIB
    assert memory().card().available == 4 * GIB


def test_a_limit_makes_it_a_smaller_card_for_torch_too(said):
    limited = memory(6 * GIB)
    card = limited.card()
    assert card.total == 6 * GIB
    assert card.available == 6 * GIB - CONTEXT_BYTES
    assert limited.free() == 6 * GIB - CONTEXT_BYTES - 3 * GIB // 2
    assert said["share"] == (6 * GIB - CONTEXT_BYTES) / TOTAL


def test_a_limit_above_the_card_is_none(said):
    assert memory(20 * GIB).card().total == TOTAL
    assert "share" not in said
