"""A thread in which pictures are decoded."""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from threading import Lock, Thread
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class PictureThread:
    """One picture at a time, whosever it is: the largest takes 200 MB while it is decoded. A
    thread and no lock, because work that nobody waits for any more goes on to its end, but for that
    of the process: the largest takes over ten seconds to be saved as WebP, and nothing stops it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._waiting: deque[tuple[Future[Any], Callable[[], Any]]] = deque()
        self._runs = False

    async def __call__(self, work: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """`work` in its turn; dropped if nobody waits for it by then."""
        return await asyncio.wrap_future(self._queued(partial(work, *args, **options)))

    def _queued(self, work: Callable[[], T]) -> Future[T]:
        done: Future[T] = Future()
        with self._lock:
            if not self._runs:
                # A pool's thread is no daemon: the end of the process would wait for it.
                Thread(target=self._run, name="pictures", daemon=True).start()
                self._runs = True
            self._waiting.append((done, work))
        return done

    def _run(self) -> None:
        """Until nothing waits."""
        while self._run_next():
            pass

    def _run_next(self) -> bool:
        with self._lock:
            if not self._waiting:
                self._runs = False
                return False
            done, work = self._waiting.popleft()
        if done.set_running_or_notify_cancel():
            try:
                done.set_result(work())
            except BaseException as error:
                done.set_exception(error)
        # An error knows this frame, and through it would know itself: pictures stayed with it.
        del done, work
        return True
