"""How much a network needs at once beside its weights, without a card: on torch's meta device."""

import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_iter


class LiveTensors(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Bytes of the tensors that are made inside and still there; views count once."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.peak = 0
        self._now = 0
        self._sizes: dict[int, int] = {}

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        given = {tensor.untyped_storage()._cdata for tensor in _tensors((args, kwargs))}
        made = operation(*args, **(kwargs or {}))
        for tensor in _tensors(made):
            storage = tensor.untyped_storage()
            identity = storage._cdata
            if identity not in given and identity not in self._sizes:
                self._sizes[identity] = storage.nbytes()
                self._now += storage.nbytes()
                self.peak = max(self.peak, self._now)
                weakref.finalize(storage, self._gone, identity)
        return made

    def _gone(self, identity: int) -> None:
        self._now -= self._sizes.pop(identity)


def peak(call: Callable[[], Any]) -> int:
    """Most bytes that `call` has at once, with attention that keeps no scores, as on a card."""
    with torch.inference_mode(), fused_attention(), LiveTensors() as live:
        call()
    return int(live.peak)


@contextmanager
def fused_attention() -> Iterator[None]:
    """On the meta device torch would take the plain one, which holds every score."""
    functional: Any = torch.nn.functional
    plain = functional.scaled_dot_product_attention
    functional.scaled_dot_product_attention = _fused
    try:
        yield
    finally:
        functional.scaled_dot_product_attention = plain


def _fused(query: torch.Tensor, *_: Any, **__: Any) -> torch.Tensor:
    return torch.empty_like(query)


def _tensors(tree: Any) -> Iterator[torch.Tensor]:
    return (leaf for leaf in tree_iter(tree) if isinstance(leaf, torch.Tensor))
