"""From a folder to a pipeline that draws: loaded, stored as the operator wants, laid out."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol, TypeVar

import torch

from engine.memory.cards import GIB, Host
from engine.memory.costs import Storage
from engine.memory.options import MemoryOptions
from engine.pipelines import weights
from engine.pipelines.blocks import blocks_of, layers_of
from engine.pipelines.device_memory import CudaMemory, DeviceMemory, HostMemory
from engine.pipelines.placement import Placement, Unplaced
from engine.pipelines.storage import compress
from engine.profiles import Profile


class Drawing(Protocol):
    """What draws, made of the networks, their folder and what lays them out."""

    def __init__(
        self, pipe: Any, folder: Path, place: Callable[[], Unplaced] = Unplaced
    ) -> None: ...

    @staticmethod
    def parts(pipe: Any) -> Any:
        """The networks of a loaded diffusers pipeline, by the names that ZImagePipeline has."""
        ...

    def speed_up(self, compiled: bool) -> str:
        """For a card: its fastest attention and, where wanted, blocks that are `compiled`."""
        ...


DrawingT = TypeVar("DrawingT", bound=Drawing)


def opened(
    kind: type[DrawingT], profile: Profile, folder: Path, options: MemoryOptions, compiled: bool
) -> DrawingT:
    """Loads `folder` and lays it out on the card, or on the CPU where there is none; a `kind`
    draws with it. Raises WeightsError, OutOfMemory."""
    on_card = torch.cuda.is_available()
    # Few processors compute in bfloat16; the others convert back and forth.
    dtype = torch.bfloat16 if on_card else torch.float32
    pipe = kind.parts(weights.load(profile, folder, dtype))
    blocks = [*blocks_of(pipe.transformer), *layers_of(pipe.text_encoder)]
    compress(blocks, options.storage, dtype)
    limit = None if options.vram_gb is None else round(options.vram_gb * GIB)
    memory: DeviceMemory
    if on_card:
        memory = CudaMemory(torch.device("cuda", torch.cuda.current_device()), limit)
    else:
        # The decoder's convolutions take a fifth less time this way.
        pipe.vae.to(memory_format=torch.channels_last)
        if limit is None:
            return kind(pipe, folder)
        memory = HostMemory(limit)
    is_plain = not on_card and options.storage is Storage.BF16
    storage = Storage.FP32 if is_plain else options.storage
    drawing = kind(pipe, folder, lambda: Placement(pipe, profile, storage, memory, _host()))
    if on_card:
        drawing.speed_up(compiled)
    return drawing


def _host() -> Host:
    return Host(total=os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
