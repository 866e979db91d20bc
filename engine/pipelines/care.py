"""How carefully the networks compute: as fast as may be, with plain attention, or upcast.

A non-finite value nearly always comes out of a fused kernel's shortcuts or of a dtype's range. So
what came out bad is computed again with less of the one, then with more of the other.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Any

import torch
from diffusers.models.attention_dispatch import attention_backend
from torch import nn
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils._python_dispatch import is_traceable_wrapper_subclass

#: The dtype that a network is upcast to.
WIDER = {
    torch.float16: torch.float32,
    torch.bfloat16: torch.float32,
    torch.float32: torch.float64,
}
#: Attention as its formula says, without a fused kernel.
PLAIN_ATTENTION = "_native_math"


def usual(attention: str) -> AbstractContextManager[Any]:
    """The network as it was loaded, with diffusers' attention backend `attention`."""
    context: AbstractContextManager[Any] = attention_backend(attention)
    return context


@contextmanager
def plain() -> Iterator[None]:
    """Plain attention, and nothing compiled."""
    # The second is for networks that ask torch and not diffusers' dispatcher.
    with (
        torch.compiler.set_stance("force_eager"),
        attention_backend(PLAIN_ATTENTION),
        sdpa_kernel(SDPBackend.MATH),
    ):
        yield


@contextmanager
def upcast_blocks(network: nn.Module) -> Iterator[None]:
    """Each block of `network` computes in the next wider dtype, and what flows between them is in
    it too. Only the block at work has wide weights: at most one of them more is in memory."""
    wide = WIDER[_dtype(network)]
    with ExitStack() as undone:
        for block in _blocks(network):
            undone.enter_context(_forward_in(block, wide))
        yield


@contextmanager
def upcast(network: nn.Module) -> Iterator[torch.dtype]:
    """All weights of `network` are in the next wider dtype, which is yielded."""
    wide = WIDER[_dtype(network)]
    with _weights_in(network, wide):
        yield wide


def can_be_upcast(network: nn.Module) -> bool:
    """Whether its weights are kept in what they compute in: others are cast by whoever keeps them
    so, and not to what is wanted here."""
    return not any(
        is_traceable_wrapper_subclass(weight) or weight.dtype.itemsize == 1
        for weight in network.parameters()
    )


def _dtype(network: nn.Module) -> torch.dtype:
    return next(network.parameters()).dtype


def _blocks(network: nn.Module) -> Iterator[nn.Module]:
    for child in network.children():
        if isinstance(child, nn.ModuleList | nn.ModuleDict):
            yield from child.children()
        else:
            yield child


@contextmanager
def _forward_in(block: nn.Module, wide: torch.dtype) -> Iterator[None]:
    """`block` takes its inputs and its weights in `wide`.

    The forward method is replaced and no hook added: hooks that others put on the block, such as
    those that bring its weights to the device, run around it as they do without.
    """
    narrow: Callable[..., Any] = block.forward
    own = "forward" in vars(block)

    def forward(*args: Any, **kwargs: Any) -> Any:
        with _weights_in(block, wide):
            return narrow(
                *(_cast(value, wide) for value in args),
                **{name: _cast(value, wide) for name, value in kwargs.items()},
            )

    block.forward = forward
    try:
        yield
    finally:
        if own:
            block.forward = narrow
        else:
            del block.forward


@contextmanager
def _weights_in(network: nn.Module, wide: torch.dtype) -> Iterator[None]:
    """Puts wide copies in the place of the weights, and the very same weights back."""
    replaced: list[tuple[nn.Module, str, nn.Parameter]] = []
    try:
        for module in network.modules():
            for name, weight in list(module.named_parameters(recurse=False)):
                replaced.append((module, name, weight))
                copy = nn.Parameter(weight.detach().to(wide), requires_grad=False)
                module._parameters[name] = copy
        yield
    finally:
        for module, name, weight in replaced:
            module._parameters[name] = weight


def _cast(value: Any, wide: torch.dtype) -> Any:
    is_real = isinstance(value, torch.Tensor) and value.is_floating_point()
    return value.to(wide) if is_real else value
