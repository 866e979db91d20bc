"""A job that kills every engine it comes to, and those that were drawn together with it."""

import asyncio
import gc
import sys
import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest

from bot.core.generation import MAX_ATTEMPTS, Outcome
from bot.links.local_engine import LocalEngine
from engine.process import EX_SOFTWARE
from engine.socket_path import socket_path
from tests.builders import spec
from tests.fakes.poisoned_engine import POISON
from tests.integration.dispatch_bench import dispatching

pytestmark = pytest.mark.timeout(240)


async def restarted(folder: Path) -> None:
    """Starts it again whenever it dies, as the supervisor does."""
    while True:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.fakes.poisoned_engine", str(folder)
        )
        try:
            assert await process.wait() == EX_SOFTWARE
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()


@asynccontextmanager
async def engines(folder: Path) -> AsyncIterator[None]:
    task = asyncio.create_task(restarted(folder))
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_only_the_job_that_kills_engines_fails(tmp_path: Path) -> None:
    """Were its company not tried again alone, it would be killed as often, and fail as well."""
    async with (
        LocalEngine(socket_path(tmp_path), on_tokenizer=lambda _: None) as link,
        dispatching(tmp_path, link=link) as bench,
    ):
        # All wait before an engine is there, so that they are drawn together.
        names = ("a", "b", POISON, "c", "d")
        rows = [
            await bench.admit(requester=f"telegram:{n}", spec=spec(prompt=name, steps=2))
            for n, name in enumerate(names)
        ]
        async with engines(tmp_path):
            for row, name in zip(rows, names, strict=True):
                wanted = Outcome.FAILED if name == POISON else Outcome.FINISHED
                ended = await bench.becomes(row, wanted, seconds=60)
                if name == POISON:
                    assert ended.error_code == "too_many_attempts"
                    assert ended.counted_attempts == MAX_ATTEMPTS
                else:
                    assert ended.counted_attempts <= 1
    # A call that is cancelled while httpcore closes several connections to dead engines leaves the
    # rest of them to the garbage collector; not to that of some later test.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()
