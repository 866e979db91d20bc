"""The thread in which pictures are decoded."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class PictureThread:
    """One picture at a time, whoever sent it: the largest takes 200 MB while it is decoded. A
    thread and no lock, because work that nobody waits for any more goes on to its end."""

    def __init__(self) -> None:
        self._executor = ThreadPoolExecutor(1, "pictures")

    async def __call__(self, work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """`work` in its turn; dropped if nobody waits for it by then."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._executor, partial(work, *args, **options))
