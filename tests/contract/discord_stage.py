"""A Discord channel with the messenger of a process that was not there when people asked: what it
says first is said with the token of a deferred interaction, or without any."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import structlog

from bot.adapters.discord.answers import Answers
from bot.adapters.discord.calls import Calls
from bot.adapters.discord.client import Client, use_endpoints
from bot.adapters.discord.line import Line
from bot.adapters.discord.messenger import DiscordMessenger
from bot.adapters.discord.pending import Register
from bot.adapters.discord.reply_key import ReplyKey
from bot.adapters.discord.status_id import StatusId
from bot.adapters.shared.patience import Patience
from bot.core.generation import Address, Generation
from tests.builders import ManualClock, generation
from tests.contract.messengers import CHAT, Shown, Stage
from tests.fakes.discord_api import FakeDiscord, Message
from tests.fakes.discord_api.interactions import COMMAND, COMPONENT
from tests.fakes.discord_api.messages import LOADING, Look

GUILD, PERSON = 7, 1
#: What a message of the bot's own begins with.
_NAME = re.compile(r"<@\d+>\n")
#: What is escaped is seen as it is.
_ESCAPED = re.compile(r"\\([^0-9A-Za-z\s])")


class DiscordStage(Stage):
    def __init__(self, discord: FakeDiscord, client: Client, *, with_token: bool) -> None:
        self._discord = discord
        self._with_token = with_token
        self._channel = discord.people.channel(int(CHAT), guild=GUILD)
        log, patience, line = structlog.get_logger(), Patience(), Line()
        line.connect(client)
        calls = Calls(line, patience, log)
        self.messenger = self.discord_messenger = DiscordMessenger(
            answers=Answers(Register(patience, log), calls),
            calls=calls,
            find=Path,
            clock=ManualClock(),
            log=log,
            progress_seconds=0.05,
        )

    def asked(self) -> Generation:
        token = ReplyKey(token=self._deferred()).text() if self._with_token else None
        address = Address(platform="discord", chat=CHAT, reply_token=token)
        return generation(requester=f"discord:{PERSON}", address=address)

    def pressed(self, message: str) -> Address:
        """An earlier process has consented to the press. There is a token whatever became of the
        request's."""
        status = StatusId.parse(message)
        assert status is not None
        world, source = self._discord.world, self._channel.messages[status.message]
        data = {"custom_id": "zd:1:again:k3v9x2ab", "component_type": 2, "id": 2}
        press = world.interactions.add(COMPONENT, PERSON, self._channel, {"0": "7"}, data, "zh-CN")
        press.source = press.original = source
        press.answer_type, press.answered_at = 6, press.available_at
        token = ReplyKey(token=press.token).text()
        return Address(platform="discord", chat=CHAT, reply_token=token)

    def _deferred(self) -> str:
        """The token of an interaction to which the bot has said that it is thinking."""
        world = self._discord.world
        data = {"id": "1", "name": "draw", "type": 1}
        asked = world.interactions.add(COMMAND, PERSON, self._channel, {"0": "7"}, data, "zh-CN")
        asked.original = world.create(self._channel, world.bot, Look(flags=LOADING), via=asked)
        asked.answer_type, asked.answered_at = 5, asked.available_at
        return asked.token

    def look(self) -> dict[str, Shown]:
        return {
            self._id(message): Shown(
                _ESCAPED.sub(r"\1", _NAME.sub("", message.content)),
                message.images[0].content if message.images else None,
                tuple(label for label, _ in message.buttons),
            )
            for message in self._discord.messages(int(CHAT))
        }

    @staticmethod
    def _id(message: Message) -> str:
        return StatusId(message.id, by_token=message.interaction_id is not None).text()

    def pictures_seen(self) -> int:
        return self._discord.pictures_seen()

    def delete(self, message: str) -> None:
        status = StatusId.parse(message)
        assert status is not None
        self._discord.people.delete(self._channel.messages[status.message])

    def close_chat(self) -> None:
        self._discord.people.delete_channel(int(CHAT))

    def ask_for_patience(self, seconds: int) -> None:
        # As a ban looks: the usual kind discord.py sits out by itself.
        self._discord.faults.rate_limit("*", "*", seconds, via=False)

    def lose_answer_to_delivery(self) -> None:
        self._discord.faults.lose_answer("PATCH", "*")


@asynccontextmanager
async def discord_stage(discord: FakeDiscord, *, with_token: bool) -> AsyncIterator[Stage]:
    use_endpoints(discord.api_base, discord.gateway_url)
    client = Client(None, structlog.get_logger())  # type: ignore[arg-type]  # nobody presses
    async with client:
        await client.login(discord.token)
        stage = DiscordStage(discord, client, with_token=with_token)
        yield stage
        await stage.discord_messenger.close()
