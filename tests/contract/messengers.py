"""The chats over which the contract of Messenger is checked, seen through the same window."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path

import structlog

from bot.adapters.telegram.client import make_bot, make_requests
from bot.adapters.telegram.gate import FloodGate
from bot.adapters.telegram.messenger import TelegramMessenger
from bot.core.errors import TryLater
from bot.core.generation import Address, Generation
from bot.core.ports import Messenger
from tests.builders import address, generation
from tests.fakes.messenger import FakeMessenger
from tests.fakes.telegram_api import TOKEN, FakeTelegram
from tests.integration.messenger_life import nothing_moved

CHAT = "5"


@dataclass(frozen=True)
class Shown:
    """A message as people see it."""

    text: str
    picture: bytes | None
    labels: tuple[str, ...]


class Stage(ABC):
    """One chat with one Messenger."""

    messenger: Messenger

    def asked(self) -> Generation:
        """Somebody has just asked for something."""
        return generation(address=address(chat=CHAT))

    def pressed(self, message: str) -> Address:
        """Somebody has just pressed a button of this message."""
        return address(chat=CHAT, request_message=message)

    @abstractmethod
    def look(self) -> dict[str, Shown]:
        """All messages of the bot by id."""

    @abstractmethod
    def pictures_seen(self) -> int: ...

    @abstractmethod
    def delete(self, message: str) -> None: ...

    @abstractmethod
    def close_chat(self) -> None: ...

    @abstractmethod
    def ask_for_patience(self, seconds: int) -> None:
        """The next call is told to wait."""

    @abstractmethod
    def lose_answer_to_delivery(self) -> None: ...


class MemoryStage(Stage):
    def __init__(self) -> None:
        self.messenger = self._fake = FakeMessenger()

    def look(self) -> dict[str, Shown]:
        return {
            message: Shown(
                card.text,
                card.picture.read_bytes() if card.picture else None,
                tuple(button.label for button in card.buttons),
            )
            for (_, message), card in self._fake.messages.items()
        }

    def pictures_seen(self) -> int:
        return self._fake.pictures_seen(CHAT)

    def delete(self, message: str) -> None:
        self._fake.delete(CHAT, message)

    def close_chat(self) -> None:
        self._fake.closed.add(CHAT)

    def ask_for_patience(self, seconds: int) -> None:
        self._fake.trouble["open"] = [TryLater(seconds)]

    def lose_answer_to_delivery(self) -> None:
        self._fake.loses_answer = True


class TelegramStage(Stage):
    def __init__(self, telegram: FakeTelegram) -> None:
        self._telegram = telegram
        telegram.world.chat(int(CHAT))
        requests = make_requests(None)
        self._bot = make_bot(TOKEN, telegram.base_url, *requests)
        self._requests = requests
        self._telegram_messenger = TelegramMessenger(
            self._bot,
            FloodGate(),
            structlog.get_logger(),
            files=Path,
            on_move=nothing_moved,
        )
        self.messenger = self._telegram_messenger

    async def close(self) -> None:
        await self._telegram_messenger.close()
        for request in self._requests:
            await request.shutdown()

    def look(self) -> dict[str, Shown]:
        files = self._telegram.world.files
        return {
            str(message.message_id): Shown(
                message.text or message.caption or "",
                files[f"file-{message.media.sha256[:32]}"].content if message.media else None,
                tuple(label for label, _ in message.buttons),
            )
            for message in self._telegram.messages(int(CHAT))
        }

    def pictures_seen(self) -> int:
        return self._telegram.pictures_seen(int(CHAT))

    def delete(self, message: str) -> None:
        self._telegram.people.delete(int(CHAT), int(message))

    def close_chat(self) -> None:
        self._telegram.people.block(int(CHAT))

    def ask_for_patience(self, seconds: int) -> None:
        self._telegram.flood(int(CHAT), seconds)

    def lose_answer_to_delivery(self) -> None:
        self._telegram.lose_answer("editMessageMedia")
