"""The platforms of a storm: how people ask there, and how it is seen what they got."""

import random
import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.fakes.discord_api import FakeDiscord, Interaction
from tests.fakes.discord_api import Message as DiscordMessage
from tests.fakes.telegram_api import FakeTelegram
from tests.fakes.telegram_api import Message as TelegramMessage

PEOPLE = 12
PROMPTS = (
    "一个红色的圆",
    "左边一个蓝色的方块，右边一个绿色的三角形",
    "三个紫色的菱形",
    "a yellow star",
)
TELEGRAM_GROUP = -1001
DISCORD_GUILD, DISCORD_CHANNEL = 7, 70


class Side(Protocol):
    """One platform."""

    def ask(self, chance: random.Random) -> None:
        """Somebody asks for a picture."""
        ...

    def is_settled(self) -> bool:
        """Everything that was accepted has its answer."""
        ...

    def count(self) -> Counter[str]:
        """asked, accepted, pictures, lost, duplicated, orphans."""
        ...


def some_prompt(chance: random.Random) -> str:
    return f"{chance.choice(PROMPTS)} 尺寸 128x128"


# --- Telegram -------------------------------------------------------------------------------------


@dataclass
class TelegramSide:
    """Telegram delivers a request until it is confirmed: every one of them is accepted."""

    telegram: FakeTelegram
    #: (chat, message)
    asked: list[tuple[int, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.telegram.people.group(TELEGRAM_GROUP)

    def ask(self, chance: random.Random) -> None:
        user = chance.randint(1, PEOPLE)
        chat = chance.choice((user, TELEGRAM_GROUP))
        sent = self.telegram.people.say(f"/draw {some_prompt(chance)}", user=user, chat=chat)
        self.asked.append((chat, sent.message_id))

    def is_settled(self) -> bool:
        return all(any(map(_is_answer, self._replies(*one))) for one in self.asked)

    def count(self) -> Counter[str]:
        replies = [self._replies(*one) for one in self.asked]
        pictures = [sum(message.media is not None for message in some) for some in replies]
        return Counter(
            asked=len(self.asked),
            accepted=len(self.asked),
            pictures=sum(pictures),
            lost=sum(not any(map(_is_answer, some)) for some in replies),
            duplicated=sum(max(0, number - 1) for number in pictures),
            orphans=sum(
                not _is_answer(message) and bool(message.buttons)
                for some in replies
                for message in some
            ),
        )

    def _replies(self, chat: int, request: int) -> list[TelegramMessage]:
        return [m for m in self.telegram.messages(chat) if m.reply_to == request]


def _is_answer(message: TelegramMessage) -> bool:
    """A picture, or an ended request's sentence: only those offer 🔁."""
    return message.media is not None or any("again" in data for _, data in message.buttons)


# --- Discord --------------------------------------------------------------------------------------


@dataclass
class DiscordSide:
    """Discord tells of an interaction once, and takes an answer for three seconds: while the bot
    is down people are told that nobody answers. Accepted is what has a row, or any answer."""

    discord: FakeDiscord
    database: Path
    asked: list[Interaction] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.discord.people.guild(DISCORD_GUILD)
        self.discord.people.channel(DISCORD_CHANNEL, guild=DISCORD_GUILD)

    def ask(self, chance: random.Random) -> None:
        channel = chance.choice((None, DISCORD_CHANNEL))
        options = {"prompt": some_prompt(chance)}
        user = chance.randint(1, PEOPLE)
        self.asked.append(self.discord.people.slash("draw", options, user=user, channel=channel))

    def is_settled(self) -> bool:
        return not self._lost(self._rows())

    def count(self) -> Counter[str]:
        rows = self._rows()
        arrived = self._arrived()
        pictures = [len(arrived.get(rows.get(one.id, ""), ())) for one in self.asked]
        return Counter(
            asked=len(self.asked),
            accepted=sum(one.id in rows or one.answered for one in self.asked),
            pictures=sum(pictures),
            lost=len(self._lost(rows)),
            duplicated=sum(max(0, number - 1) for number in pictures),
            orphans=sum(
                message.loading or any("cancel" in data for _, data in message.buttons)
                for message in self._messages()
            ),
        )

    def _lost(self, rows: dict[int, str]) -> list[Interaction]:
        """Accepted, and without an answer that stands."""
        offered = {data for message in self._messages() for _, data in message.buttons}
        ended = {data.split(":")[3] for data in offered if data.startswith("zd:1:again:")}
        return [
            one
            for one in self.asked
            if (rows[one.id] not in ended if one.id in rows else _waits_for_words(one))
        ]

    def _arrived(self) -> dict[str, set[int]]:
        """Messages in which the picture of a generation has ever been, by its id."""
        found: dict[str, set[int]] = {}
        for picture in self.discord.arrivals():
            row = Path(picture.file_name).stem.split("-")[0]
            found.setdefault(row, set()).add(picture.message_id)
        return found

    def _messages(self) -> list[DiscordMessage]:
        with self.discord.world.lock:
            channels = list(self.discord.world.channels.values())
            return [m for channel in channels for m in channel.messages.values() if m.by_bot]

    def _rows(self) -> dict[int, str]:
        """Generations by the interaction that asked for them."""
        with sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=30) as database:
            rows = database.execute(
                "SELECT event_key, id FROM generations WHERE event_key LIKE 'discord:%'"
            )
            return {int(key.rpartition(":")[2]): row for key, row in rows}


def _waits_for_words(one: Interaction) -> bool:
    """Answered, but only by saying that the bot is thinking."""
    return one.answered and not any(message.content for message in one.messages)
