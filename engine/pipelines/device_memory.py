"""What a device has left, as far as the plan of memory is concerned."""

from typing import Protocol

import torch

from engine.memory.cards import CONTEXT_BYTES, GIB, Card, assumed


class DeviceMemory(Protocol):
    """The memory of one device."""

    device: torch.device

    def card(self) -> Card:
        """The device as it is now; what this process holds counts as available."""
        ...

    def free(self) -> int | None:
        """Bytes that could be had now; None where nobody knows."""
        ...

    def cached(self) -> int:
        """Of these, bytes that are held for later, maybe in pieces too small for what comes."""
        ...

    def drop_caches(self) -> None:
        """Gives back what is held and not used."""
        ...


class CudaMemory:
    """A card. Run on none yet."""

    def __init__(self, device: torch.device, limit: int | None) -> None:
        """Keeps this process, the driver's context included, to `limit` bytes."""
        self.device = device
        _, self._total = torch.cuda.mem_get_info(device)
        self._limit = self._total if limit is None else min(limit, self._total)
        if self._limit < self._total:
            share = max(0, self._limit - CONTEXT_BYTES) / self._total
            torch.cuda.set_per_process_memory_fraction(share, device)

    def card(self) -> Card:
        """See DeviceMemory."""
        available = torch.cuda.memory_reserved(self.device) + self._free()
        rates = assumed(self._limit / GIB)
        return Card(
            total=self._limit,
            available=min(available, self._limit - CONTEXT_BYTES),
            flops=rates.flops,
            pcie=rates.pcie,
        )

    def free(self) -> int | None:
        """See DeviceMemory."""
        held = torch.cuda.memory_reserved(self.device)
        used = torch.cuda.memory_allocated(self.device)
        return min(self._free() + held, self._limit - CONTEXT_BYTES) - used

    def cached(self) -> int:
        """See DeviceMemory."""
        held = torch.cuda.memory_reserved(self.device)
        return held - torch.cuda.memory_allocated(self.device)

    def drop_caches(self) -> None:
        """See DeviceMemory."""
        torch.cuda.empty_cache()

    def _free(self) -> int:
        free, _ = torch.cuda.mem_get_info(self.device)
        return free


class HostMemory:
    """Main memory in the place of a card of `size` bytes: to go the same ways without one."""

    device = torch.device("cpu")

    def __init__(self, size: int) -> None:
        self._size = size

    def card(self) -> Card:
        """See DeviceMemory."""
        return assumed(self._size / GIB)

    def free(self) -> int | None:
        """See DeviceMemory."""
        return None

    def cached(self) -> int:
        """See DeviceMemory."""
        return 0

    def drop_caches(self) -> None:
        """See DeviceMemory."""
