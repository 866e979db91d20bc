"""A card that is not there: torch's meta device stands in for it.

Its tensors have shapes and no numbers, so that nothing can be looked at by accident: what meets
tensors of main memory, waits for the card or moves between the two is seen here, operation by
operation. What is read back is 1 where one number is wanted, and random where it is a tensor. What
has a shape that depends on numbers, as boolean indexing does, raises.
"""

from collections import Counter
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

CARD = torch.device("meta")
_aten = torch.ops.aten
_SCALARS = {_aten.item.default, _aten._local_scalar_dense.default, _aten.is_nonzero.default}
_MOVES = {_aten._to_copy.default, _aten.copy_.default}


class FarCard(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """While it is entered."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        #: How often something waited until the card had computed, by what asked for it.
        self.waits: Counter[str] = Counter()
        #: Bytes that went to the card, move by move.
        self.sent: list[int] = []

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        if func not in _SCALARS and func._can_decompose():
            # In inference mode torch hands over what is made of other operations whole.
            with self:
                return func.decompose(*args, **kwargs)
        tensors = [leaf for leaf in tree_leaves((args, kwargs)) if isinstance(leaf, torch.Tensor)]
        on_card = any(tensor.is_meta for tensor in tensors)
        if func in _MOVES:
            return self._moved(func, args, kwargs)
        if on_card and func in _SCALARS:
            self.waits[str(func)] += 1
            return torch.ones((), dtype=args[0].dtype).item()
        # A single number of main memory goes along with the kernel's arguments.
        here = [tensor for tensor in tensors if not tensor.is_meta and tensor.dim() > 0]
        if on_card and here:
            raise AssertionError(f"{func} has tensors of the card and of main memory")
        return func(*args, **kwargs)

    def _moved(self, func: Any, args: Any, kwargs: Any) -> Any:
        is_copy = func is _aten.copy_.default
        source = args[1] if is_copy else args[0]
        target = args[0].device if is_copy else torch.device(kwargs.get("device") or source.device)
        if source.is_meta and target.type == "cpu":
            self.waits[str(func)] += 1
            found = torch.rand(source.shape).to(kwargs.get("dtype") or source.dtype)
            return args[0].copy_(found) if is_copy else found
        if not source.is_meta and target == CARD:
            self.sent.append(source.numel() * source.element_size())
        return func(*args, **kwargs)
