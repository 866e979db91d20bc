"""The thread in which pictures are decoded, and a process that ends while it works."""

import asyncio
import gc
import subprocess
import sys
import threading
import time
import weakref
from pathlib import Path

import pytest

from bot.store.images import PictureFolder
from bot.store.picture_thread import PictureThread
from tests.integration.waiting import eventually

#: A large picture takes over ten seconds to be saved as WebP, in which nothing stops it.
STOPPED = """
import asyncio, time
from bot.store.picture_thread import PictureThread

async def main():
    decode = PictureThread()
    tasks = [asyncio.create_task(decode(time.sleep, 60)) for _ in range(2)]
    await asyncio.sleep(0.1)
    for task in tasks:
        task.cancel()

asyncio.run(main())
"""


def test_a_process_that_is_stopped_waits_for_no_picture() -> None:
    # The supervisor lets a process have 4 s.
    ended = subprocess.run(
        [sys.executable, "-c", STOPPED], capture_output=True, text=True, timeout=10
    )
    assert (ended.returncode, ended.stderr) == (0, "")


async def test_what_is_sent_does_not_wait_for_what_is_looked_at(tmp_path: Path) -> None:
    pictures, go_on = PictureFolder(tmp_path), threading.Event()
    looked_at = asyncio.create_task(pictures.convert(go_on.wait))
    async with asyncio.timeout(5):
        assert await pictures.decode(int, "7") == 7
    assert not looked_at.done()
    go_on.set()
    assert await looked_at


async def test_one_after_the_other_in_turn_and_again_after_a_pause() -> None:
    decode, seen = PictureThread(), list[tuple[str, int]]()

    def work(number: int) -> str:
        seen.append(("begun", number))
        time.sleep(0.01)
        seen.append(("done", number))
        return threading.current_thread().name

    for numbers in (range(3), range(3, 6)):
        names = await asyncio.gather(*(decode(work, number) for number in numbers))
        assert set(names) == {"pictures"}
    assert seen == [(what, number) for number in range(6) for what in ("begun", "done")]


async def test_what_nobody_waits_for_any_more_is_dropped_and_what_fails_is_told() -> None:
    decode, seen = PictureThread(), list[str]()
    go_on = threading.Event()
    under_way = asyncio.create_task(decode(go_on.wait))
    dropped = asyncio.create_task(decode(seen.append, "dropped"))
    failing = asyncio.create_task(decode(int, "no number"))
    await asyncio.sleep(0)
    dropped.cancel()
    await asyncio.sleep(0)
    go_on.set()
    assert await under_way
    with pytest.raises(ValueError, match="no number"):
        await failing
    assert await decode(lambda: "still there") == "still there"
    assert seen == []


class Content:
    """Large."""


async def test_what_failed_is_let_go_without_a_collection() -> None:
    decode, content = PictureThread(), Content()
    gone = weakref.ref(content)

    def fail(_: Content) -> None:
        raise ValueError("unreadable")

    with pytest.raises(ValueError, match="unreadable"):
        await decode(fail, content)
    del content
    gc.disable()
    try:
        await eventually(lambda: gone() is None)
    finally:
        gc.enable()
