"""The notifier between real rows (SQLite) and chats that the test can hold up or break."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from bot.core.errors import DeliveryError, PictureRefused, TryLater, Unreachable
from bot.core.messages import Attachment, Notice
from bot.core.notify import Notifier
from bot.core.ports import Chat
from bot.store.database import Database
from bot.store.notices import FORGOTTEN_MS
from tests.builders import address, notice
from tests.integration.waiting import eventually
from tests.stores import Store, sqlite_url, store_over

BACKLOG = (
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :rows)"
    " INSERT INTO notices (event_key, platform, chat, text, ask, created_ms)"
    " SELECT 'b' || i, 'telegram', :chat, 'x', 0, :now FROM n"
)


@dataclass
class Chats:
    """Stands for a Messenger; `trouble` is raised by the next words said in a chat."""

    said: list[Notice] = field(default_factory=list)
    trouble: dict[str, list[Exception]] = field(default_factory=dict)
    seconds: float = 0.0

    async def say(self, one: Notice) -> None:
        await asyncio.sleep(self.seconds)
        if trouble := self.trouble.get(one.address.chat):
            raise trouble.pop(0)
        self.said.append(one)

    def keys(self, chat: str = "-100") -> list[str]:
        return [one.event_key for one in self.said if one.address.chat == chat]


@dataclass
class Listening:
    """The rows, with what was kept of them and where it was looked for."""

    store: Store
    kept: list[str] = field(default_factory=list)
    looked: list[str] = field(default_factory=list)

    async def post(self, one: Notice) -> bool:
        posted = await self.store.notices.post(one)
        if posted:
            self.kept.append(one.event_key)
        return posted

    async def chats(self) -> Sequence[Chat]:
        self.looked.append("*")
        return await self.store.notices.chats()

    async def refused(self, event_key: str) -> bool:
        raise NotImplementedError

    async def oldest(self, chat: Chat) -> Notice | None:
        self.looked.append(chat[1])
        return await self.store.notices.oldest(chat)

    async def said(self, event_key: str) -> None:
        await self.store.notices.said(event_key)


@dataclass
class Bench:
    """A notifier that can be stopped and started like a process."""

    store: Store
    chats: Chats = field(default_factory=Chats)

    def __post_init__(self) -> None:
        self.rows = Listening(self.store)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Notifier]:
        notifier = Notifier(
            notices=self.rows,
            messengers={"telegram": self.chats},  # type: ignore[dict-item]  # it only speaks
            log=structlog.get_logger(),
        )
        task = asyncio.create_task(notifier.run())
        try:
            yield notifier
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def backlog(self, chat: str, rows: int) -> None:
        """As versions before the bound have left them."""
        await self.store.sql(BACKLOG, rows=rows, chat=chat, now=self.store.clock())

    async def unsaid(self) -> list[str]:
        query = "SELECT event_key FROM notices WHERE said_ms IS NULL ORDER BY serial"
        return [key for (key,) in await self.store.sql(query)]


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    async with Database(sqlite_url(tmp_path / "zdraw.db")) as database:
        yield Bench(store_over(database))


async def test_what_is_posted_is_said_in_order_and_noted(bench: Bench) -> None:
    posted = [notice(text=str(number)) for number in range(5)]
    async with bench.running() as notifier:
        for one in posted:
            await notifier.post(one)
        await eventually(lambda: len(bench.chats.said) == 5)
        assert bench.chats.said == posted
        await eventually(lambda: nothing_left(bench))


async def nothing_left(bench: Bench) -> bool:
    return await bench.unsaid() == []


async def test_what_a_process_left_unsaid_the_next_one_says(bench: Bench) -> None:
    left = notice()
    await bench.store.notices.post(left)
    async with bench.running():
        await eventually(lambda: bench.chats.said == [left])


async def test_each_notice_is_said_once_while_another_chat_has_a_backlog(bench: Bench) -> None:
    await bench.backlog("-1", 500)
    bench.chats.trouble["-1"] = [TryLater(600)] * 10
    bench.chats.seconds = 0.003
    async with bench.running() as notifier:
        for number in range(150):
            await notifier.post(notice(text=str(number)))
            await asyncio.sleep((number % 7) * 0.001)
        await eventually(lambda: set(bench.rows.kept) <= set(bench.chats.keys()))
    assert len(bench.rows.kept) > 50
    assert bench.chats.keys() == bench.rows.kept


async def test_a_notice_makes_nobody_look_at_other_chats(bench: Bench) -> None:
    await bench.backlog("-1", 10)
    bench.chats.trouble["-1"] = [TryLater(600)]
    async with bench.running() as notifier:
        await eventually(lambda: bench.rows.looked == ["*", "-1"])
        for number in range(5):
            one = notice(text=str(number))
            await notifier.post(one)
            # mypy finds no type for a default in a lambda.
            # mypy does not infer a lambda that has a default.
            await eventually(lambda one=one: one in bench.chats.said)  # type: ignore[misc]
    assert bench.rows.looked[:2] == ["*", "-1"]
    assert set(bench.rows.looked[2:]) == {"-100"}


async def test_a_chat_that_asks_for_patience_hears_it_later_and_in_order(bench: Bench) -> None:
    bench.chats.trouble["-100"] = [TryLater(0.02), TryLater(0.02)]
    posted = [notice(text=str(number)) for number in range(3)]
    async with bench.running() as notifier:
        for one in posted:
            await notifier.post(one)
        await eventually(lambda: bench.chats.said == posted)


async def test_what_waited_too_long_for_a_chat_is_dropped(bench: Bench) -> None:
    bench.chats.trouble["-100"] = [TryLater(0.05)]
    async with bench.running() as notifier:
        await notifier.post(notice(text="1"))
        await eventually(lambda: not bench.chats.trouble["-100"])
        bench.store.clock.advance(FORGOTTEN_MS + 1)
        young = notice(text="2")
        await notifier.post(young)
        await eventually(lambda: bench.chats.said == [young])


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (Unreachable("blocked"), "notice_unsaid"),
        (DeliveryError("something new"), "notice_unsaid"),
        (ValueError("a bug"), "notice_failed"),
    ],
)
async def test_what_cannot_be_said_is_logged_once_and_holds_up_nothing(
    bench: Bench, error: Exception, event: str
) -> None:
    bench.chats.trouble["-100"] = [error]
    first, second = notice(text="1"), notice(text="2")
    with capture_logs() as logs:
        async with bench.running() as notifier:
            await notifier.post(first)
            await notifier.post(second)
            await eventually(lambda: bench.chats.said == [second])
            await eventually(lambda: nothing_left(bench))
    assert [line["event_key"] for line in logs if line["event"] == event] == [first.event_key]


async def test_a_chat_of_a_platform_that_is_off_is_left_alone(bench: Bench) -> None:
    elsewhere = notice(address=address(platform="discord"))
    async with bench.running() as notifier:
        await notifier.post(elsewhere)
        here = notice()
        await notifier.post(here)
        await eventually(lambda: bench.chats.said == [here])

        async def only_that_is_left() -> bool:
            return await bench.unsaid() == [elsewhere.event_key]

        await eventually(only_that_is_left)


async def test_a_file_that_is_not_taken_becomes_the_sentence_that_says_so(bench: Bench) -> None:
    bench.chats.trouble["-100"] = [PictureRefused("too big")]
    file = notice(attachment=Attachment(path="1.png", otherwise="文件太大"))
    async with bench.running() as notifier:
        await notifier.post(file)
        await eventually(lambda: bench.chats.said)
        await eventually(lambda: nothing_left(bench))
    (said,) = bench.chats.said
    assert (said.text, said.attachment) == ("文件太大", None)
