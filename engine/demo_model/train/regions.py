"""Connected regions of a mask, and what makes one whole."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

LEAST_AREA: Final = 0.0055
"""Share of the shorter side squared; less is dirt, and the smallest thing has four times that."""
MOST_HOLES: Final = 0.3
"""Share of a filled blob: smaller holes are details, larger ones make it an outline."""
Mask = NDArray[np.bool_]


def _flood(free: bytearray, start: int, width: int) -> list[int]:
    """The cells 4-connected to a free one, in rows of `width`; takes them out of `free`."""
    stack, found = [start], []
    free[start] = 0
    while stack:
        cell = stack.pop()
        found.append(cell)
        for near in (cell - 1, cell + 1, cell - width, cell + width):
            if free[near]:
                free[near] = 0
                stack.append(near)
    return found


def regions(mask: Mask) -> list[Mask]:
    """The 4-connected regions of a mask that are large enough, each as a mask of its own."""
    padded = np.pad(mask, 1)
    height, width = padded.shape
    free = bytearray(padded.astype(np.uint8).tobytes())
    least = LEAST_AREA * min(mask.shape) ** 2
    found = []
    while (start := free.find(1)) >= 0:
        cells = _flood(free, start, width)
        if len(cells) >= least:
            region = np.zeros(height * width, dtype=bool)
            region[cells] = True
            found.append(region.reshape(height, width)[1:-1, 1:-1])
    return found


def box(region: Mask) -> tuple[int, int, int, int]:
    """Top, bottom, left and right of a region; the bottom and the right are behind it."""
    ys, xs = np.nonzero(region)
    return int(ys.min()), int(ys.max()) + 1, int(xs.min()), int(xs.max()) + 1


def whole_things(found: list[Mask]) -> list[Mask]:
    """Regions with those put together that lie in the box of a larger one: where a white door
    meets a black wall there is a grey edge, which on grey looks like a gap."""
    things: list[Mask] = []
    for region in sorted(found, key=lambda one: int(one.sum()), reverse=True):
        top, bottom, left, right = box(region)
        for i, (up, down, west, east) in enumerate(map(box, things)):
            if up <= top and bottom <= down and west <= left and right <= east:
                things[i] = things[i] | region
                break
        else:
            things.append(region)
    return things


def filled(region: Mask) -> Mask:
    """The region without its holes; or as it is, when they are so large that it is an outline."""
    top, bottom, left, right = box(region)
    # Two rings around the box: the outer one stops the flood, which starts in the inner one.
    outside = np.pad(np.pad(~region[top:bottom, left:right], 1, constant_values=True), 1)
    height, width = outside.shape
    flooded = np.zeros(height * width, dtype=bool)
    flooded[_flood(bytearray(outside.astype(np.uint8).tobytes()), width + 1, width)] = True
    filled = np.zeros_like(region)
    filled[top:bottom, left:right] = ~flooded.reshape(height, width)[2:-2, 2:-2]
    return filled if filled.sum() - region.sum() <= MOST_HOLES * filled.sum() else region


def inside(region: Mask) -> Mask:
    """The region without its rim, whose pixels are mixed with the background."""
    core = region.copy()
    for axis in (0, 1):
        for shift in (-2, 2):
            core &= np.roll(region, shift, axis)
    return core if core.any() else region
