"""What becomes of a job while its result is on the way to the disk."""

import asyncio
import errno
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from engine import desk as desk_module
from engine.contract import AnyEvent, Cancelled, EngineInfo, Failed, Finished, JobKey, Returned
from engine.desk import Desk
from engine.job_queue import JobQueue
from engine.open_job import OpenJob
from engine.spool import Spool
from tests.unit.engine.jobs import job, key

FULL = OSError(errno.ENOSPC, "No space left on device")


def finished(of: JobKey) -> Finished:
    return Finished(
        key=of,
        pictures=1,
        drawn_width=128,
        drawn_height=128,
        seconds=1.0,
    )


class Disk(Spool):
    """A spool whose writing can be held up, and whose disk can be full."""

    def __init__(self, state_dir: Path) -> None:
        super().__init__(state_dir)
        self.go = threading.Event()
        self.go.set()
        self.writing = threading.Event()
        self.full = False

    def save(self, *args) -> None:
        self.writing.set()
        assert self.go.wait(10)
        if self.full:
            raise FULL
        super().save(*args)


class Bench:
    """A desk, what it has told, and jobs that are in the GPU thread."""

    def __init__(self, disk: Disk, threads: ThreadPoolExecutor):
        self.disk = disk
        self.queue = JobQueue(3, nullcontext())
        info = EngineInfo(
            version="0",
            launch_id="l",
            model="demo",
            device="fake",
            ready=True,
            capacity=3,
            template_tokens=0,
            max_tokens=9,
        )
        self.desk = Desk(self.queue, disk, threads, admit=lambda _: None, info=lambda: info)
        self.told: list[AnyEvent] = []
        self.desk.announce = self.told.append  # type: ignore[method-assign,assignment]  # listens

    async def running(self, attempt: int = 1) -> OpenJob:
        self.desk.submit(job(attempt=attempt))
        opened = self.desk.opened((await self.queue.take()).key)
        assert opened is not None
        self.queue.done()
        return opened


@pytest.fixture
def bench(tmp_path):
    disk = Disk(tmp_path)
    with ThreadPoolExecutor(2) as executor:
        yield Bench(disk, executor)
        disk.go.set()


async def test_an_attempt_that_became_void_while_it_was_written_is_neither_told_nor_kept(
    bench, tmp_path
):
    earlier = await bench.running(attempt=1)
    bench.disk.go.clear()
    settling = asyncio.create_task(
        bench.desk.settle(earlier, finished(earlier.key), {"1.png": b""})
    )
    assert await asyncio.to_thread(bench.disk.writing.wait, 5)
    later = await bench.running(attempt=2)
    bench.disk.go.set()
    await settling
    assert bench.told == []
    assert bench.desk.result(earlier.key) is None
    assert list((tmp_path / "spool").iterdir()) == []
    assert bench.desk.opened(key(attempt=2)) is later


async def test_a_full_disk_gives_the_job_back_after_a_pause(bench, tmp_path, monkeypatch):
    monkeypatch.setattr(desk_module, "DISK_PAUSE_SECONDS", 0.2)
    bench.disk.full = True
    opened = await bench.running()
    bench.disk.begin(opened.key)
    began = asyncio.get_running_loop().time()
    await bench.desk.settle(opened, finished(opened.key), {})
    assert asyncio.get_running_loop().time() - began >= 0.2
    assert bench.told == [Returned(key=opened.key)]
    # A kill from here on must not count the attempt.
    assert list((tmp_path / "begun").iterdir()) == []
    bench.desk.submit(job())
    assert bench.desk.opened(key()) is not None


async def test_a_full_disk_is_logged_once_until_it_takes_something_again(bench, monkeypatch):
    monkeypatch.setattr(desk_module, "DISK_PAUSE_SECONDS", 0.0)
    with capture_logs() as logged:
        for attempt, full in enumerate((True, True, False, True), start=1):
            bench.disk.full = full
            opened = await bench.running(attempt)
            await bench.desk.settle(opened, finished(opened.key), {})
    assert [entry["event"] for entry in logged].count("disk_takes_nothing") == 2


@pytest.mark.parametrize("end", ["stop", "cancel", "void"])
async def test_nobody_waits_out_the_pause_of_a_full_disk(bench, monkeypatch, end):
    monkeypatch.setattr(desk_module, "DISK_PAUSE_SECONDS", 60.0)
    bench.disk.full = True
    opened = await bench.running()
    settling = asyncio.create_task(bench.desk.settle(opened, finished(opened.key), {}))
    assert await asyncio.to_thread(bench.disk.writing.wait, 5)
    async with asyncio.timeout(5):
        if end == "stop":
            await bench.desk.return_jobs(grace=3)
        elif end == "cancel":
            await bench.desk.cancel(opened.key)
        else:
            bench.desk.submit(job(attempt=2))
        await settling
    told = {"stop": [Returned(key=opened.key)], "cancel": [Cancelled(key=opened.key)], "void": []}
    assert bench.told == told[end]
    assert not any(isinstance(event, Failed) for event in bench.told)
