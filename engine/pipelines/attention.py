"""Which of diffusers' attention backends draws: the first of a table that works on the card."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import structlog
import torch
from diffusers.models.attention_dispatch import dispatch_attention_fn

from engine.pipelines import care

#: (major, minor) of CUDA's compute capability.
Capability = tuple[int, int]


@dataclass(frozen=True)
class Backend:
    """A backend, and the cards on which it is worth a try."""

    name: str
    first: Capability
    last: Capability = (99, 0)


#: Fastest first. Those that compute attention in 8 bits are left out: they draw other pictures.
#: Whether a package is there, and was built for this card, shows when it is tried.
BACKENDS: tuple[Backend, ...] = (
    # Hopper's own kernels; a package that has to be built from source.
    Backend("_flash_3", first=(9, 0), last=(9, 0)),
    # Comes with torch; on Hopper and later faster than the flash kernels that do.
    Backend("_native_cudnn", first=(9, 0)),
    # Torch chooses: flash from Ampere on, memory-efficient or plain attention before.
    Backend("native", first=(0, 0)),
)
#: On the CPU torch chooses as well.
ON_CPU = "native"
#: Largest difference from plain attention, for values of a few units in bfloat16.
TOLERANCE = 0.05
_TOKENS = 320
_log = structlog.get_logger()


def candidates(capability: Capability) -> Iterator[str]:
    """Backends to try on such a card, fastest first."""
    for backend in BACKENDS:
        if backend.first <= capability <= backend.last:
            yield backend.name


def chosen(transformer: Any, capability: Capability | None) -> str:
    """The backend for `transformer` where it lies; `capability` is None on the CPU."""
    if capability is None:
        return ON_CPU
    names = candidates(capability)
    name = next(name for name in names if name == "native" or works(name, transformer))
    _log.info("attention_chosen", backend=name, capability=".".join(map(str, capability)))
    return name


def works(name: str, transformer: Any) -> bool:
    """Whether the backend computes attention of the transformer's shape, and rightly."""
    heads, width = transformer.config.n_heads, transformer.config.dim // transformer.config.n_heads
    chance = torch.Generator("cpu").manual_seed(0)
    shape = (1, _TOKENS, heads, width)
    query, key, value = (
        torch.randn(shape, generator=chance).to(transformer.device, transformer.dtype)
        for _ in range(3)
    )
    try:
        with torch.inference_mode():
            with care.usual(name):
                found = dispatch_attention_fn(query, key, value)
            with care.plain():
                expected = dispatch_attention_fn(query, key, value)
            return bool((found - expected).abs().max() <= TOLERANCE)
    except torch.AcceleratorError:
        # The card's context is gone with it; nothing that is tried later would work.
        raise
    except Exception as error:
        # Not installed, not built for this card, or not for this dtype.
        _log.debug("attention_not_usable", backend=name, error=str(error).partition("\n")[0])
        return False
