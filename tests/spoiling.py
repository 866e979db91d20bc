"""Networks whose numbers are spoiled on purpose."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch

NAN = float("nan")


@contextmanager
def spoiled(module: Any, name: str, spoil: Callable[[int, Any], Any]) -> Iterator[None]:
    """What call n (from 0) of `module`'s method gives is put through `spoil`."""
    usual = getattr(module, name)
    calls = 0

    def method(*args: Any, **kwargs: Any) -> Any:
        nonlocal calls
        calls += 1
        return spoil(calls - 1, usual(*args, **kwargs))

    setattr(module, name, method)
    try:
        yield
    finally:
        delattr(module, name)


def nan_in_calls(calls: range, row: int = 0) -> Callable[[int, torch.Tensor], torch.Tensor]:
    """Spoils one value of the picture that has row `row` of the batch."""

    def spoil(call: int, hidden: torch.Tensor) -> torch.Tensor:
        if call in calls:
            hidden = hidden.clone()
            hidden[row, 3, 7] = NAN
        return hidden

    return spoil
