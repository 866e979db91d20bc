"""What people and administrators set up: guilds, channels, permissions, blocks.

https://docs.discord.com/developers/events/gateway-events#receive-events
"""

from tests.fakes.discord_api.errors import Json
from tests.fakes.discord_api.messages import Message
from tests.fakes.discord_api.places import DM, GROUP_DM, THREAD, Channel, Guild, bits
from tests.fakes.discord_api.sessions import GUILDS
from tests.fakes.discord_api.world import World


class Settings:
    """Each change is told to the bot where Discord tells of it."""

    def __init__(self, world: World) -> None:
        self._world = world

    def guild(
        self,
        guild_id: int,
        *,
        bot_inside: bool = True,
        admins: tuple[int, ...] = (),
        locale: str = "zh-CN",
    ) -> Guild:
        """A guild with the bot in it, or one where people bring the app along themselves."""
        with self._world.lock:
            guild = self._world.guild(guild_id, bot_inside=bot_inside)
            guild.admins, guild.locale = set(admins), locale
            return guild

    def offer_commands(self, guild_id: int, *users: int) -> None:
        """An admin lets these call every command, in the guild's settings of integrations."""
        self._world.guilds[guild_id].offered.update(users)

    def channel(self, channel_id: int, *, guild: int, nsfw: bool = False) -> Channel:
        with self._world.lock:
            return self._world.channel(channel_id, self._world.guild(guild), nsfw=nsfw)

    def thread(self, thread_id: int, *, parent: int) -> Channel:
        with self._world.lock:
            above = self._world.channels[parent]
            assert above.guild is not None
            return self._world.channel(thread_id, above.guild, THREAD, parent=above)

    def private_chat(self, channel_id: int, *users: int) -> Channel:
        """A chat of people without the bot; more than two make it a group."""
        with self._world.lock:
            kind = DM if len(users) <= 2 else GROUP_DM
            bot = self._world.bot_id
            channel = Channel(channel_id, kind, bot, recipients=users, private=True)
            return self._world.channels.setdefault(channel_id, channel)

    def forbid(self, channel_id: int, *permissions: str) -> None:
        """An administrator takes permissions from the bot: "view_channel", "send_messages",
        "attach_files" and whatever else `places.PERMISSIONS` knows."""
        bits(*permissions)
        self._deny(channel_id, self._world.channels[channel_id].denied | set(permissions))

    def welcome(self, channel_id: int) -> None:
        """Everything is allowed again."""
        self._deny(channel_id, set())

    def _deny(self, channel_id: int, denied: set[str]) -> None:
        with self._world.lock:
            channel = self._world.channels[channel_id]
            channel.denied = denied
            self._world.tell(channel, "CHANNEL_UPDATE")

    def kick(self, guild_id: int) -> None:
        """The bot is thrown out. Interactions that are under way go on."""
        with self._world.lock:
            self._world.guilds[guild_id].bot_inside = False
            gone: Json = {"id": str(guild_id)}
            self._world.sessions.dispatch("GUILD_DELETE", gone, intent=GUILDS)

    def invite(self, guild_id: int) -> None:
        """The bot is let in again."""
        with self._world.lock:
            guild = self._world.guilds[guild_id]
            guild.bot_inside = True
            self._world.tell_of(guild)

    def block(self, user: int) -> None:
        """The person takes no more messages from the bot. Edits of old ones still work."""
        self._world.dm(user).blocked = True

    def unblock(self, user: int) -> None:
        self._world.dm(user).blocked = False

    def delete_channel(self, channel_id: int) -> None:
        with self._world.lock:
            channel = self._world.channels[channel_id]
            channel.deleted = True
            event = "THREAD_DELETE" if channel.type == THREAD else "CHANNEL_DELETE"
            self._world.tell(channel, event)

    def delete(self, message: Message) -> None:
        """Somebody deletes a message."""
        with self._world.lock:
            self._world.delete(message)
