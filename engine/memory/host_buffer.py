"""Main memory from which blocks are copied to a card."""

from functools import cache

import structlog
import torch

from engine.host_memory import available_bytes
from engine.memory.cards import GIB

#: Left to everything else where memory cannot be pinned.
_LEFT = GIB
_log = structlog.get_logger()


def host_buffer(size: int, pinned: bool) -> torch.Tensor:
    """`size` bytes, `pinned` where that can be had: Windows pins a part of what it lends to WSL.

    What is not pinned is copied rightly too, at half the rate, while nothing computes. Raises what
    an allocation raises, also where too little memory would be left.
    """
    if pinned:
        try:
            return torch.empty(size, dtype=torch.uint8, pin_memory=True)
        except RuntimeError as error:
            if (available_bytes() or 0) < size + _LEFT:
                raise
            _say_once(str(error).partition("\n")[0])
    return torch.empty(size, dtype=torch.uint8)


@cache
def _say_once(reason: str) -> None:
    _log.warning("memory_not_pinned", reason=reason)
