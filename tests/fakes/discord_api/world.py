"""Everything Discord remembers: guilds, channels, messages and files; and it tells the bot.

https://docs.discord.com/developers/events/gateway-events#receive-events
"""

import threading
from typing import Any

from tests.fakes.discord_api.clock import Clock
from tests.fakes.discord_api.commands import Commands
from tests.fakes.discord_api.errors import (
    Json,
    missing_access,
    missing_permissions,
    unknown_channel,
    unknown_message,
)
from tests.fakes.discord_api.interactions import Interaction, Interactions
from tests.fakes.discord_api.messages import (
    EPHEMERAL,
    Attachment,
    Change,
    Look,
    Message,
    Picture,
)
from tests.fakes.discord_api.places import BOOSTED_BYTES, DM, MIB, TEXT, Channel, Guild, user_json
from tests.fakes.discord_api.sessions import (
    DIRECT_MESSAGES,
    GUILD_MESSAGES,
    GUILDS,
    Sessions,
)


class World:
    """State with one lock around it: people act in the test's thread, the bot in the server's."""

    def __init__(self, application_id: int, bot: Json) -> None:
        self.application_id = application_id
        self.bot = bot
        self.bot_id = int(bot["id"])
        self.lock = threading.RLock()
        self.clock = Clock()
        self.sessions = Sessions(self.clock, self.lock)
        self.commands = Commands(self.clock, application_id)
        self.interactions = Interactions(self.clock)
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        #: User id -> id of the channel with the bot.
        self.dms: dict[int, int] = {}
        #: Path on the CDN -> file.
        self.files: dict[str, Attachment] = {}
        self.history: list[Change] = []
        self.pictures: list[Picture] = []
        #: Of files, where no boosts raise it.
        self.upload_bytes = 10 * MIB
        #: Where files are downloaded from.
        self.cdn = ""

    # --- places -------------------------------------------------------------------------------

    def guild(self, guild_id: int, *, bot_inside: bool = True) -> Guild:
        """The guild, made with the bot in it (or not) when it is first used."""
        if guild_id not in self.guilds:
            guild = Guild(guild_id, f"guild{guild_id}", self.clock.now(), bot_inside=bot_inside)
            self.guilds[guild_id] = guild
            self.tell_of(guild)
        return self.guilds[guild_id]

    def channels_of(self, guild: Guild) -> list[Channel]:
        return [one for one in self.channels.values() if one.guild is guild and not one.deleted]

    def tell_of(self, guild: Guild) -> None:
        """The bot is inside, and hears of it."""
        if guild.bot_inside:
            data = guild.to_json(self.channels_of(guild), self.bot)
            self.sessions.dispatch("GUILD_CREATE", data, intent=GUILDS)

    def channel(self, channel_id: int, guild: Guild, type_: int = TEXT, **more: Any) -> Channel:
        """The channel of a guild, made when it is first used."""
        if channel_id not in self.channels:
            name = f"channel{channel_id}"
            channel = Channel(channel_id, type_, self.bot_id, guild, name=name, **more)
            self.channels[channel_id] = channel
            self.tell(channel, "THREAD_CREATE" if channel.parent else "CHANNEL_CREATE")
        return self.channels[channel_id]

    def tell(self, channel: Channel, event: str) -> None:
        """CHANNEL_CREATE, CHANNEL_UPDATE or the like, if the bot is inside."""
        if channel.guild is not None and channel.bot_inside:
            self.sessions.dispatch(event, channel.to_json(), intent=GUILDS)

    def dm(self, user_id: int) -> Channel:
        """The channel that the bot and this person share."""
        if user_id not in self.dms:
            channel = Channel(self.clock.snowflake(), DM, self.bot_id, recipients=(user_id,))
            self.channels[channel.id] = channel
            self.dms[user_id] = channel.id
        return self.channels[self.dms[user_id]]

    def reach(self, channel_id: str | int, *permissions: str) -> Channel:
        """The channel, for the bot with its own token; ApiError where it may not."""
        channel = self.channels.get(int(channel_id))
        if channel is None or channel.deleted:
            raise unknown_channel()
        if not channel.bot_inside or not channel.may():
            raise missing_access()
        if not channel.may(*permissions):
            raise missing_permissions()
        return channel

    def upload_limit(self, channel: Channel) -> int:
        tier = channel.guild.premium_tier if channel.guild else 0
        return BOOSTED_BYTES.get(tier, self.upload_bytes)

    # --- messages -----------------------------------------------------------------------------

    def message(self, channel: Channel, message_id: str | int) -> Message:
        """A message that is there; Unknown Message if it never was, or was deleted."""
        message = channel.messages.get(int(message_id))
        if message is None:
            raise unknown_message()
        return message

    def store(self, channel: Channel, name: str, content: bytes, **more: Any) -> Attachment:
        """A new file on the CDN."""
        number = self.clock.snowflake()
        path = f"/attachments/{channel.id}/{number}/{name}"
        expires = f"ex={int(self.clock.now()) + 86400:x}"
        attachment = Attachment(number, name, content, f"{self.cdn}{path}?{expires}", **more)
        self.files[path] = attachment
        return attachment

    def create(
        self,
        channel: Channel,
        author: Json,
        look: Look,
        *,
        via: Interaction | None = None,
        **more: Any,
    ) -> Message:
        """A new message. `via` is the interaction whose token wrote it."""
        if via is not None:
            more |= {"interaction_id": via.id, "metadata": via.metadata_json()}
            more |= {"application_id": self.application_id}
            more |= {"ephemeral_to": via.user if look.flags & EPHEMERAL else None}
        number = self.clock.snowflake()
        message = Message(number, channel.id, author, self.clock.now(), look, **more)
        channel.messages[number] = message
        self._remember(Change("create", message, look, via.id if via else None), Look())
        self._tell_of_message("MESSAGE_CREATE", channel, message)
        return message

    def edit(self, message: Message, look: Look, via: Interaction | None = None) -> None:
        before, message.look = message.look, look
        message.edited = self.clock.now()
        self._remember(Change("edit", message, look, via.id if via else None), before)
        self._tell_of_message("MESSAGE_UPDATE", self.channels[message.channel_id], message)

    def delete(self, message: Message, via: Interaction | None = None) -> None:
        channel = self.channels[message.channel_id]
        del channel.messages[message.id]
        message.deleted = True
        self._remember(Change("delete", message, Look(), via.id if via else None), message.look)
        if message.ephemeral_to is None and channel.bot_inside:
            data = {"id": str(message.id), "channel_id": str(channel.id)}
            guild = {"guild_id": str(channel.guild.id)} if channel.guild else {}
            self._dispatch_message("MESSAGE_DELETE", channel, data | guild)

    def _remember(self, change: Change, before: Look) -> None:
        message = change.message
        self.history.append(change)
        message.history.append(change)
        known = {attachment.id for attachment in before.attachments}
        for image in change.look.images:
            if message.by_bot and image.id not in known:
                picture = Picture(
                    message.channel_id,
                    message.id,
                    image.sha256,
                    len(image.content),
                    image.filename,
                    change.interaction_id or message.interaction_id,
                    message.reference,
                    change.at,
                )
                self.pictures.append(picture)

    def _tell_of_message(self, event: str, channel: Channel, message: Message) -> None:
        """Not of what only one person sees, and not where the bot is not inside."""
        if message.ephemeral_to is not None or not channel.bot_inside:
            return
        data = self.message_json(message)
        if channel.guild is not None:
            member = channel.guild.member_json(message.author)
            member.pop("user")
            data |= {"guild_id": str(channel.guild.id), "member": member}
        hidden = {"content": "", "embeds": [], "attachments": [], "components": []}
        mentioned = str(self.bot_id) in message.pings
        open_to_bot = not channel.is_guild or message.by_bot or mentioned
        self._dispatch_message(event, channel, data, None if open_to_bot else data | hidden)

    def _dispatch_message(
        self, event: str, channel: Channel, data: Json, masked: Json | None = None
    ) -> None:
        intent = GUILD_MESSAGES if channel.is_guild else DIRECT_MESSAGES
        self.sessions.dispatch(event, data, intent=intent, masked=masked)

    def message_json(self, message: Message, *, with_reply: bool = True) -> Json:
        """As the bot gets it, with whom it mentions and what it replies to."""
        value = message.to_json()
        value["mentions"] = [self.user(int(one)) for one in message.pings if one.isdigit()]
        if with_reply and message.reference is not None:
            replied = self.channels[message.channel_id].messages.get(message.reference)
            shown = replied and self.message_json(replied, with_reply=False)
            value["referenced_message"] = shown
        return value

    def user(self, user_id: int) -> Json:
        return self.bot if user_id == self.bot_id else user_json(user_id)
