"""Keeps some blocks of a network on the card and streams the others through it as they are needed.

A streamed block lies in pinned host memory. Two slots on the card, each as large as the largest
streamed block, take turns: while one block computes out of its slot, the next one is copied into
the other on a stream of its own. Nothing is copied back: the host's copy is the master, and weights
do not change. On a CPU the same steps run one after the other, which is how they are tested; the
stream, its events and pinned memory have been run on no card yet (tests/gpu/test_memory.py).
Why not diffusers' group offloading: docs/decisions/0010-an-own-block-swapper.md.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import torch
from torch import nn
from torch.utils._python_dispatch import is_traceable_wrapper_subclass

from engine.memory.costs import SLOTS, stream_order
from engine.memory.host_buffer import host_buffer

#: Bytes; as allocators align, so that a view is as well aligned as a tensor of its own.
_ALIGNMENT = 256


class BlockSwap:
    """The blocks of one network. Used by one thread, that of the device's current stream.

    `blocks` are expected to run in their order, the first `once` of them once and the others again
    and again; another order costs time, not correctness. Tensors that a block shares with another
    one or with the rest of `network` are not touched, nor is what is neither parameter nor buffer.
    A buffer that a streamed block changes loses the change. Parameters want no gradient afterwards.
    """

    def __init__(
        self, network: nn.Module, blocks: Sequence[nn.Module], device: torch.device, once: int = 0
    ) -> None:
        """Moves nothing yet; `arrange` does."""
        shared = _shared(network, blocks)
        self._blocks = [_Block(block, shared) for block in blocks]
        self._device = device
        on_card = device.type == "cuda"
        self._copying = torch.cuda.Stream(device) if on_card else None  # type: ignore[no-untyped-call]
        self._once = once
        #: In the order in which they run.
        self._streamed: list[_Block] = []
        self._slots: list[_Slot] = []

    @property
    def resident(self) -> int:
        """How many blocks lie on the device for good."""
        return sum(block.is_resident for block in self._blocks)

    @property
    def loaded(self) -> int:
        """How many streamed blocks lie on the device at the moment."""
        return sum(slot.block is not None for slot in self._slots)

    def arrange(self, resident: int) -> None:
        """Keeps `resident` of the blocks on the device and streams the others.

        Raises what an allocation raises; each block is then still in one piece, here or there, and
        `arrange` may be called again.
        """
        count = len(self._blocks)
        leaving = set(stream_order(count, self._once)[: count - resident])
        with _outside_inference():
            self.release()
            # Room first. The hooks follow each block, so that a failure leaves nothing halfway.
            for index in leaving:
                self._blocks[index].to_host(self, pinned=self._copying is not None)
            self._note_streamed()
            for index, block in enumerate(self._blocks):
                if index not in leaving:
                    block.to_device(self._device)
                    self._note_streamed()

    def release(self) -> None:
        """Frees the slots, in whatever state they are; the next pass makes new ones."""
        if self._copying is not None and self._slots:
            # The memory goes back to the current stream, which must not use it before a copy
            # that is still under way has ended.
            torch.cuda.current_stream(self._device).wait_stream(self._copying)
        with _outside_inference():
            for slot in self._slots:
                slot.clear()
        self._slots = []

    def enter(self, block: "_Block") -> None:
        """Called before `block` computes: it will lie on the device when the stream gets there."""
        with _outside_inference():
            if not self._slots:
                self._slots = self._new_slots()
            self._aim(self._streamed.index(block))
        ready = next(slot.ready for slot in self._slots if slot.block is block)
        if ready is not None:
            torch.cuda.current_stream(self._device).wait_event(ready)

    def leave(self, block: "_Block") -> None:
        """Called after `block` has been computed, or queued to be: its slot is used again."""
        with _outside_inference():
            self._aim(self._streamed.index(block) + 1)

    def _aim(self, first: int) -> None:
        """Makes the slots hold the block at `first` and those that run after it."""
        again = [block for block in self._streamed if block not in self._blocks[: self._once]]
        following = [*self._streamed[first:], *(again or self._streamed)]
        wanted = list(dict.fromkeys(following[: len(self._slots)]))
        free = [slot for slot in self._slots if slot.block not in wanted]
        held = [slot.block for slot in self._slots]
        for block in wanted:
            if block not in held:
                free.pop().fill(block, self._copying)

    def _new_slots(self) -> list["_Slot"]:
        size = max(block.size for block in self._streamed)
        return [_Slot(size, self._device) for _ in range(min(SLOTS, len(self._streamed)))]

    def _note_streamed(self) -> None:
        self._streamed = [block for block in self._blocks if block.host is not None]


class _Slot:
    """Memory on the device for one block at a time."""

    def __init__(self, size: int, device: torch.device) -> None:
        self._buffer = torch.empty(size, dtype=torch.uint8, device=device)
        self.block: _Block | None = None
        #: The block is there once this has passed.
        self.ready: torch.cuda.Event | None = None

    def fill(self, block: "_Block", copying: torch.cuda.Stream | None) -> None:
        """Copies `block` in, after what the current stream has to do with the one before."""
        self.clear()
        assert block.host is not None
        target = self._buffer[: block.size]
        if copying is None:
            target.copy_(block.host)
        else:
            copying.wait_stream(torch.cuda.current_stream(target.device))
            with torch.cuda.stream(copying):
                target.copy_(block.host, non_blocking=True)
                self.ready = copying.record_event()
        block.lie_in(target)
        self.block = block

    def clear(self) -> None:
        """Takes the block off the device again."""
        if self.block is not None and self.block.host is not None:
            self.block.lie_in(self.block.host)
        self.block = None
        self.ready = None


class _Block:
    """The tensors of one block, wherever they lie."""

    def __init__(self, module: nn.Module, shared: set[int]) -> None:
        self._module = module
        self.size = 0
        #: All of them, one behind the other, while the block is streamed.
        self.host: torch.Tensor | None = None
        self.is_resident = False
        self._hooks: list[Any] = []
        known: dict[int, _Tensor] = {}
        for owner, name, tensor in _places(module.modules()):
            if id(tensor) in shared:
                continue
            if id(tensor) not in known:
                known[id(tensor)] = _Tensor(tensor, self.size)
                self.size += known[id(tensor)].size
            known[id(tensor)].places.append((owner, name))
        self._tensors = list(known.values())

    def to_host(self, swap: BlockSwap, pinned: bool) -> None:
        """From wherever it lies, into one piece of host memory; streamed by `swap` from now on."""
        if self.host is not None:
            return
        host = host_buffer(self.size, pinned)
        for tensor in self._tensors:
            tensor.pack(host)
        self.host = host
        self.is_resident = False
        self.lie_in(host)
        # Before other hooks: they may look at the weights.
        before = self._module.register_forward_pre_hook(
            lambda _module, _input: swap.enter(self), prepend=True
        )
        after = self._module.register_forward_hook(lambda _module, _input, _out: swap.leave(self))
        self._hooks = [before, after]

    def to_device(self, device: torch.device) -> None:
        """From wherever it lies, each tensor by itself, to stay."""
        if self.is_resident:
            return
        # All of them before the first is put into its place. Not as one piece: whoever replaces
        # one tensor, as casting from fp8 does after each use, must free it by that.
        moved = [tensor.moved(device) for tensor in self._tensors]
        for tensor, new in zip(self._tensors, moved, strict=True):
            tensor.put(new)
        for hook in self._hooks:
            hook.remove()
        self._hooks = []
        self.host = None
        self.is_resident = True

    def lie_in(self, buffer: torch.Tensor) -> None:
        """Makes the tensors views of `buffer`, which holds or will hold their bytes."""
        for tensor in self._tensors:
            tensor.put(tensor.view(buffer))


class _Tensor:
    """A parameter or buffer: where it hangs, how it looks, and its place in a buffer."""

    def __init__(self, tensor: torch.Tensor, offset: int) -> None:
        """`offset` in bytes."""
        #: (the dictionary of parameters or buffers of a module, the name in it).
        self.places: list[tuple[dict[str, Any], str]] = []
        self._is_parameter = isinstance(tensor, nn.Parameter)
        self._build = _builder(tensor)
        self._leaves: list[tuple[int, torch.dtype, torch.Size]] = []
        self.size = 0
        for leaf in _leaves(tensor):
            self._leaves.append((offset + self.size, leaf.dtype, leaf.shape))
            size = leaf.numel() * leaf.element_size()
            self.size += math.ceil(size / _ALIGNMENT) * _ALIGNMENT

    def pack(self, buffer: torch.Tensor) -> None:
        """Copies it into its place in `buffer`; a dtype that somebody left behind is put right."""
        for leaf, target in zip(self._now(), self._views(buffer), strict=True):
            target.copy_(leaf)

    def moved(self, device: torch.device) -> torch.Tensor:
        """A copy on `device`; itself if it is there."""
        sources = zip(self._now(), self._leaves, strict=True)
        return self._build([leaf.to(device, dtype) for leaf, (_, dtype, _) in sources])

    def view(self, buffer: torch.Tensor) -> torch.Tensor:
        """It, as it lies in `buffer`."""
        return self._build(self._views(buffer))

    def put(self, tensor: torch.Tensor) -> None:
        """Hangs `tensor` up wherever the old one hung."""
        if self._is_parameter:
            tensor = nn.Parameter(tensor, requires_grad=False)
        for owner, name in self.places:
            owner[name] = tensor

    def _now(self) -> list[torch.Tensor]:
        owner, name = self.places[0]
        return _leaves(owner[name].detach())

    def _views(self, buffer: torch.Tensor) -> list[torch.Tensor]:
        return [
            buffer[offset : offset + shape.numel() * dtype.itemsize].view(dtype).view(shape)
            for offset, dtype, shape in self._leaves
        ]


def _places(modules: Iterable[nn.Module]) -> Iterator[tuple[dict[str, Any], str, torch.Tensor]]:
    """Where each parameter and buffer of `modules` hangs, once for each place."""
    for module in modules:
        for owner in (module._parameters, module._buffers):
            yield from ((owner, name, held) for name, held in owner.items() if held is not None)


def _shared(network: nn.Module, blocks: Sequence[nn.Module]) -> set[int]:
    """Identities of tensors that do not belong to one block alone."""
    parts = [set(block.modules()) for block in blocks]
    rest = [part for part in network.modules() if not any(part in block for block in parts)]
    held = [{id(tensor) for _, _, tensor in _places(modules)} for modules in (rest, *parts)]
    counts = Counter(identity for identities in held for identity in identities)
    return {identity for identity, count in counts.items() if count > 1}


def _leaves(tensor: torch.Tensor) -> list[torch.Tensor]:
    """The plain tensors of which `tensor` consists: itself, or the parts of a quantised one."""
    if not is_traceable_wrapper_subclass(tensor):
        return [tensor]
    names, _ = tensor.__tensor_flatten__()
    return [getattr(tensor, name) for name in names]


def _builder(tensor: torch.Tensor) -> Callable[[list[torch.Tensor]], torch.Tensor]:
    """A function from new leaves to a tensor like `tensor`."""
    if not is_traceable_wrapper_subclass(tensor):
        return lambda leaves: leaves[0]
    names, context = tensor.__tensor_flatten__()
    kind: Any = type(tensor)
    size, stride = tensor.size(), tensor.stride()
    return lambda leaves: kind.__tensor_unflatten__(
        dict(zip(names, leaves, strict=True)), context, size, stride
    )


def _outside_inference() -> torch.inference_mode:
    """For weights: made inside inference mode they could never be written to outside it."""
    return torch.inference_mode(mode=False)
