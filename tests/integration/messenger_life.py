"""A Telegram messenger over real HTTP, and the people who wait for its pictures."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import structlog

from bot.adapters.telegram.calls import OnMove
from bot.adapters.telegram.client import make_bot, make_requests
from bot.adapters.telegram.gate import FloodGate
from bot.adapters.telegram.messenger import TelegramMessenger
from bot.core.generation import Generation
from bot.core.messages import Button, Card
from tests.builders import address, generation
from tests.fakes.telegram_api import TOKEN, FakeTelegram

PERSON, GROUP, TOPIC = 5, -1001, 77
WAITING = Card(text="⏳ <排队中> & *等*")


async def nothing_moved(_old: str, _new: str) -> None:
    """There are no rows to rewrite."""


@asynccontextmanager
async def messenger_over(
    telegram: FakeTelegram, moves: OnMove | None = None
) -> AsyncIterator[TelegramMessenger]:
    """What attachments name are absolute paths here."""
    telegram.world.chat(PERSON)
    telegram.people.group(GROUP, topics=(TOPIC,))
    requests = make_requests(None)
    bot = make_bot(TOKEN, telegram.base_url, *requests)
    made = TelegramMessenger(
        bot, FloodGate(), structlog.get_logger(), files=Path, on_move=moves or nothing_moved
    )
    yield made
    await made.close()
    for request in requests:
        await request.shutdown()


def finished_card(folder: Path) -> Card:
    path = folder / "k3v9x2ab.jpg"
    path.write_bytes(b"\xff\xd8 a picture")
    again = Button(action="again", generation_id="k3v9x2ab", label="🔁 再来一张")
    return Card(text="一个红色的圆", buttons=(again,), picture=path)


def asked_in(telegram: FakeTelegram, chat: int, thread: int | None = None) -> Generation:
    """A generation somebody has just asked for."""
    sent = telegram.people.say("/draw 圆", user=PERSON, chat=chat, thread=thread)
    return generation(
        address=address(
            chat=str(chat),
            thread=None if thread is None else str(thread),
            request_message=str(sent.message_id),
        )
    )


async def opened(messenger: TelegramMessenger, asked: Generation) -> Generation:
    return replace(asked, status_message=await messenger.open(asked, WAITING))
