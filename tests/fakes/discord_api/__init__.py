"""Discord on a loopback port: what it would answer, and what people would see."""

from tests.fakes.discord_api.api import APPLICATION_ID, BOT_ID, TOKEN, FakeDiscord
from tests.fakes.discord_api.faults import Fault
from tests.fakes.discord_api.interactions import Interaction
from tests.fakes.discord_api.messages import Attachment, Message, Picture

__all__ = [
    "APPLICATION_ID",
    "BOT_ID",
    "TOKEN",
    "Attachment",
    "FakeDiscord",
    "Fault",
    "Interaction",
    "Message",
    "Picture",
]
