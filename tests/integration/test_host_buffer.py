"""Memory that cannot be pinned. Without a card none can: what torch then raises is its own."""

import pytest
import torch
from structlog.testing import capture_logs

from engine.memory import host_buffer as buffers
from engine.memory.block_swap import BlockSwap
from engine.memory.cards import GIB
from engine.memory.host_buffer import host_buffer

pytestmark = pytest.mark.skipif(torch.cuda.is_available(), reason="there is a card")


@pytest.fixture(autouse=True)
def nothing_said() -> None:
    buffers._say_once.cache_clear()


def test_what_cannot_be_pinned_is_had_all_the_same_and_said_once():
    with capture_logs() as logged:
        held = [host_buffer(1000, pinned=True) for _ in range(3)]
    assert [(one.numel(), one.dtype) for one in held] == [(1000, torch.uint8)] * 3
    assert [entry["event"] for entry in logged] == ["memory_not_pinned"]


def test_nothing_is_said_where_nobody_wanted_it():
    with capture_logs() as logged:
        assert host_buffer(1000, pinned=False).numel() == 1000
    assert not logged


def test_the_last_of_main_memory_is_not_taken(monkeypatch):
    monkeypatch.setattr(buffers, "available_bytes", lambda: GIB)
    with pytest.raises(RuntimeError):
        host_buffer(1000, pinned=True)


def test_blocks_that_cannot_be_pinned_are_streamed():
    network = torch.nn.Sequential(*(torch.nn.Linear(4, 4) for _ in range(5)))
    given = torch.ones(4)
    expected = network(given)
    swap = BlockSwap(network, list(network), torch.device("cpu"))
    for block in swap._blocks:
        block.to_host(swap, pinned=True)
    swap._note_streamed()
    assert torch.equal(network(given), expected)
