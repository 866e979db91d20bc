"""What an operator says about the memory of the device."""

from dataclasses import dataclass

from engine.memory.costs import Storage


@dataclass(frozen=True, kw_only=True)
class MemoryOptions:
    """How a model may be laid out."""

    #: GiB that are used at most, the driver's context included; None = all there is. On a CPU it
    #: makes main memory be used as if it were such a card.
    vram_gb: float | None = None
    storage: Storage = Storage.BF16
