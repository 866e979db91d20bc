"""Where the bench runs: a card, or the CPU in its place to try the bench itself."""

import gc
import platform
import subprocess
from typing import Any, Protocol

import torch

from engine.memory.cards import CONTEXT_BYTES, GIB
from engine.memory.costs import Storage
from engine.pipelines.device_memory import CudaMemory, DeviceMemory, HostMemory

_DRIVER = ("nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader")


class Stand(Protocol):
    """A device and what is measured on it."""

    name: str
    device: torch.device
    dtype: torch.dtype
    storage: Storage
    #: Of torch.compile.
    compiler: str
    #: Side of the square matrices by which the most that it computes is measured.
    matrix: int

    def memory(self, gigabytes: float | None) -> DeviceMemory:
        """The device, or so much of it."""
        ...

    def wait(self) -> None:
        """Until all that was queued is done."""
        ...

    def begin_peak(self) -> None:
        """Peaks count from here on."""
        ...

    def peak(self) -> tuple[int, int] | None:
        """Most bytes of tensors, and of what torch held for them, the driver's context included;
        None where nobody counts."""
        ...

    def clear(self) -> None:
        """Gives back what is not used, and any limit."""
        ...

    def about(self) -> dict[str, Any]:
        """What a result has to name."""
        ...


class CudaStand:
    """The first card."""

    dtype = torch.bfloat16
    storage = Storage.BF16
    compiler = "inductor"
    matrix = 8192

    def __init__(self) -> None:
        self.device = torch.device("cuda", 0)
        self.name = torch.cuda.get_device_name(self.device)
        torch.zeros(1, device=self.device)
        free, total = torch.cuda.mem_get_info(self.device)
        #: Of the driver, and of other programs.
        self._context = total - free - torch.cuda.memory_reserved(self.device)

    def memory(self, gigabytes: float | None) -> DeviceMemory:
        """See Stand."""
        limit = None if gigabytes is None else round(gigabytes * GIB)
        return CudaMemory(self.device, limit)

    def wait(self) -> None:
        """See Stand."""
        torch.cuda.synchronize(self.device)

    def begin_peak(self) -> None:
        """See Stand."""
        self.wait()
        torch.cuda.reset_peak_memory_stats(self.device)

    def peak(self) -> tuple[int, int] | None:
        """See Stand."""
        self.wait()
        used = torch.cuda.max_memory_allocated(self.device)
        held = torch.cuda.max_memory_reserved(self.device)
        return CONTEXT_BYTES + used, CONTEXT_BYTES + held

    def clear(self) -> None:
        """See Stand."""
        gc.collect()
        torch.cuda.empty_cache()
        torch.cuda.set_per_process_memory_fraction(1.0, self.device)

    def about(self) -> dict[str, Any]:
        """See Stand."""
        seen = torch.cuda.get_device_properties(self.device)
        return {
            "capability": f"{seen.major}.{seen.minor}",
            "memory_gb": round(seen.total_memory / GIB, 1),
            "context_gb": round(self._context / GIB, 2),
            "driver": _driver(),
            "cuda": torch.version.cuda,
            "cudnn": torch.backends.cudnn.version(),  # type: ignore[no-untyped-call]
        }


class HostStand:
    """The CPU. Its figures say nothing but that the bench runs."""

    name = "cpu"
    device = torch.device("cpu")
    dtype = torch.float32
    storage = Storage.FP32
    compiler = "eager"
    matrix = 256

    def memory(self, gigabytes: float | None) -> DeviceMemory:
        """See Stand."""
        return HostMemory(round((gigabytes or 64) * GIB))

    def wait(self) -> None:
        """See Stand."""

    def begin_peak(self) -> None:
        """See Stand."""

    def peak(self) -> tuple[int, int] | None:
        """See Stand."""
        return None

    def clear(self) -> None:
        """See Stand."""
        gc.collect()

    def about(self) -> dict[str, Any]:
        """See Stand."""
        return {"processor": platform.machine()}


def _driver() -> str:
    try:
        done = subprocess.run(_DRIVER, capture_output=True, text=True, timeout=20, check=True)
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return done.stdout.strip().partition("\n")[0]
