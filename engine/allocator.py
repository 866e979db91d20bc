"""How the C library hands memory back to the kernel: hardly ever.

On a CPU each operation of a network takes a few megabytes and frees them. glibc gives such memory
back at once and gets it anew, zeroed page by page, for the next operation: a fifth of a picture's
time went there.
"""

import ctypes

#: From malloc.h.
_M_TRIM_THRESHOLD = -1
_M_MMAP_THRESHOLD = -3
_M_ARENA_MAX = -8
#: Bytes that may lie free before any are given back.
KEPT_FREE = 512 * 2**20
#: Larger blocks, weights above all, are still given back when they are freed: the largest that
#: glibc allows.
LARGE = 32 * 2**20


def keep_freed_memory() -> bool:
    """Tells glibc so; says whether it was there. To be called before other threads start."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is None:
        return False
    settings = (
        # The other arenas have small heaps, of which each is given back when it is empty.
        (_M_ARENA_MAX, 1),
        (_M_TRIM_THRESHOLD, KEPT_FREE),
        (_M_MMAP_THRESHOLD, LARGE),
    )
    return all([mallopt(name, value) == 1 for name, value in settings])
