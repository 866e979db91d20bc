"""Garbage collection beside libraries of half a million objects.

While they are imported Python looks through all that is there again and again: a quarter of an
engine's start, for nothing, as they stay. Afterwards each full collection, one of which follows a
shortage of memory, took a third of a second in which no other thread ran; without them it takes
four milliseconds.
"""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def libraries_stay() -> Iterator[None]:
    """No garbage is looked for within, nor ever among what is there at the end, where modules have
    come. For all threads."""
    usual, modules = gc.isenabled(), len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > modules:
            gc.freeze()
        if usual:
            gc.enable()
