"""A Bot API server on a loopback port: what Telegram would answer, and what people would see."""

from tests.fakes.telegram_api.api import TOKEN, FakeTelegram
from tests.fakes.telegram_api.chats import Message, Picture
from tests.fakes.telegram_api.faults import Fault

__all__ = ["TOKEN", "FakeTelegram", "Fault", "Message", "Picture"]
