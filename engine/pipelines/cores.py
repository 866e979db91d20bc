"""How many of a processor's cores the networks take."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def one_core_free() -> Iterator[None]:
    """For the transformer's many small operations on a CPU: with more threads than free cores
    each of them waits for the thread that is not running, and the event loop and the encoders
    need a core too. The decoder's few large ones gain from all cores."""
    usual = torch.get_num_threads()
    torch.set_num_threads(max(1, usual - 1))
    try:
        yield
    finally:
        torch.set_num_threads(usual)
