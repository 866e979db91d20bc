"""Memory of this machine, as Linux tells it. Bytes; None where it does not."""

import os
from pathlib import Path


def resident_bytes() -> int | None:
    """What this process holds."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except (OSError, ValueError, IndexError):
        return None
    return pages * os.sysconf("SC_PAGE_SIZE")


def available_bytes() -> int | None:
    """What is free, or can be freed at once."""
    return _in_meminfo("MemAvailable")


def total_bytes() -> int | None:
    return _in_meminfo("MemTotal")


def _in_meminfo(name: str) -> int | None:
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
        (value,) = (line.split()[1] for line in lines if line.startswith(f"{name}:"))
        return int(value) * 1024
    except (OSError, ValueError, IndexError):
        return None
