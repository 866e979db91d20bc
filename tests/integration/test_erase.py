"""Messages of removed pictures go, whatever happens on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bot.core.errors import DeliveryError, MessageGone, TryLater
from bot.core.generation import Generation
from bot.core.staff import nobody
from tests.integration.front_desk_life import CHAT, Desk
from tests.integration.waiting import eventually


@dataclass
class Eraser:
    """Stands for a platform; `trouble` is raised by the next calls."""

    erased: list[tuple[str, str | None]] = field(default_factory=list)
    trouble: list[Exception] = field(default_factory=list)
    calls: int = 0

    async def erase(self, generation: Generation) -> None:
        self.calls += 1
        if self.trouble:
            raise self.trouble.pop(0)
        self.erased.append((generation.address.chat, generation.status_message))


@asynccontextmanager
async def running(desk: Desk, eraser: Eraser) -> AsyncIterator[None]:
    desk.erasers["telegram"] = eraser
    task = asyncio.create_task(desk.erasures.run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def removed(desk: Desk) -> Generation:
    drawn = await desk.drawn()
    await desk.desk.remove(desk.origin(), drawn.id, is_admin=nobody, quiet=True)
    return drawn


async def nothing_waits(desk: Desk) -> bool:
    return not await desk.store.removals.waiting(["telegram"])


async def test_a_message_is_deleted_soon_and_once(desk: Desk) -> None:
    eraser = Eraser()
    async with running(desk, eraser):
        drawn = await removed(desk)
        await eventually(lambda: nothing_waits(desk))
        desk.erasures.look()
        await asyncio.sleep(0.05)
    assert eraser.erased == [(CHAT.chat, drawn.status_message)]


async def test_what_a_killed_process_left_is_deleted_by_the_next(desk: Desk) -> None:
    drawn = await removed(desk)
    eraser = Eraser()
    async with running(desk, eraser):
        await eventually(lambda: nothing_waits(desk))
    assert eraser.erased == [(CHAT.chat, drawn.status_message)]


async def test_a_platform_that_asks_for_patience_is_asked_again(desk: Desk) -> None:
    eraser = Eraser(trouble=[TryLater(0.01)])
    async with running(desk, eraser):
        await removed(desk)
        await eventually(lambda: eraser.erased)


async def test_a_message_that_is_gone_is_as_good_as_deleted(desk: Desk) -> None:
    async with running(desk, Eraser(trouble=[MessageGone()])):
        await removed(desk)
        await eventually(lambda: nothing_waits(desk))
    assert await desk.said() == []


async def test_a_message_that_will_never_go_is_left_with_a_sentence(desk: Desk) -> None:
    async with running(desk, Eraser(trouble=[DeliveryError("too old")])):
        drawn = await removed(desk)
        await eventually(lambda: nothing_waits(desk))
        (notice,) = await eventually(desk.said)
    assert "删不掉" in notice.text
    assert notice.address.request_message == drawn.status_message


async def test_one_that_fails_ends_neither_the_loop_nor_the_others(desk: Desk) -> None:
    eraser = Eraser(trouble=[ValueError()])
    async with running(desk, eraser):
        await removed(desk)
        await eventually(lambda: eraser.calls)
        other = await removed(desk)
        await eventually(lambda: (CHAT.chat, other.status_message) in eraser.erased)


async def test_a_platform_without_deleting_keeps_its_removals(desk: Desk) -> None:
    task = asyncio.create_task(desk.erasures.run())
    await removed(desk)
    await asyncio.sleep(0.05)
    task.cancel()
    assert not await nothing_waits(desk)
