"""Garbage collection, which stops the event loop for as long as it looks at all there is.

A full collection of a bot with hundreds of open requests took over 60 ms, and Python makes one
every few seconds while they come. What they leave behind goes without it as soon as nobody refers
to it, and most of the rest with the lesser collections, which take a millisecond. So full ones wait
until there is little to look at.
"""

import asyncio
import gc

#: By then the platforms are served, and what serves them is there.
SETTLED_SECONDS = 10.0
#: Lesser collections, of about 7000 new objects each, after which Python makes a full one by
#: itself, whatever is going on: where it is never quiet, memory has to be given back all the same.
LESSER_ONES = 2000
#: Between two looks whether it is quiet.
LOOK_SECONDS = 20.0
#: So many tasks are at work at most where nobody asks for anything.
QUIET_TASKS = 100


def wait_for_what_stays() -> None:
    """No collections until `spare_what_stays`: what a start makes are libraries above all, and to
    look through them as they come took a seventh of its time."""
    gc.disable()


def spare_what_stays() -> None:
    """Take what was made so far, and what is there when everything runs, out of all collections to
    come: libraries, routes and tables, which stay as long as the process and of which there is so
    much that a full collection took over 100 ms. In the event loop."""
    gc.collect()
    gc.freeze()
    gc.enable()
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, LESSER_ONES)
    asyncio.get_running_loop().call_later(SETTLED_SECONDS, gc.freeze)


async def collect_when_quiet() -> None:
    """Full collections, until cancelled."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        collect_if_quiet()


def collect_if_quiet() -> bool:
    """Whether there was something to collect, and little else to look at."""
    lesser_ones = gc.get_count()[2]
    if not lesser_ones or len(asyncio.all_tasks()) > QUIET_TASKS:
        return False
    gc.collect()
    return True
