"""Garbage collection, which stops the event loop for as long as it looks at all there is."""

import asyncio
import gc

#: By then the platforms are served, and what serves them is there.
SETTLED_SECONDS = 10.0


def spare_what_stays() -> None:
    """Take what was made so far, and what is there when everything runs, out of all collections to
    come: libraries, routes and tables, which stay as long as the process and of which there is so
    much that a full collection took over 100 ms. In the event loop."""
    gc.collect()
    gc.freeze()
    asyncio.get_running_loop().call_later(SETTLED_SECONDS, gc.freeze)
