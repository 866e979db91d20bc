"""Guilds and channels, and what the bot may do in them.

https://docs.discord.com/developers/topics/permissions
https://docs.discord.com/developers/resources/channel
"""

from dataclasses import dataclass, field

from tests.fakes.discord_api.clock import iso
from tests.fakes.discord_api.errors import Json
from tests.fakes.discord_api.messages import Message

#: By the names that discord.Permissions uses.
PERMISSIONS = {
    "administrator": 1 << 3,
    "manage_guild": 1 << 5,
    "add_reactions": 1 << 6,
    "view_channel": 1 << 10,
    "send_messages": 1 << 11,
    "embed_links": 1 << 14,
    "attach_files": 1 << 15,
    "read_message_history": 1 << 16,
    "mention_everyone": 1 << 17,
    "use_external_emojis": 1 << 18,
    "use_application_commands": 1 << 31,
    "send_messages_in_threads": 1 << 38,
    "use_external_apps": 1 << 50,
}
ADMIN = PERMISSIONS["administrator"] | PERMISSIONS["manage_guild"]
#: What everybody has in a guild.
USUAL = sum(PERMISSIONS.values()) & ~ADMIN & ~PERMISSIONS["mention_everyone"]

TEXT, DM, GROUP_DM, THREAD = 0, 1, 3, 11
#: Where an interaction happens, as commands name it.
GUILD, BOT_DM, PRIVATE_CHANNEL = 0, 1, 2

MIB = 1024 * 1024
#: By the guild's boost level, https://docs.discord.com/developers/reference#uploading-files
BOOSTED_BYTES = {2: 50 * MIB, 3: 100 * MIB}


def bits(*names: str) -> int:
    return sum(PERMISSIONS[name] for name in names)


def user_json(user_id: int) -> Json:
    """https://docs.discord.com/developers/resources/user#user-object"""
    return {
        "id": str(user_id),
        "username": f"user{user_id}",
        "global_name": f"User {user_id}",
        "discriminator": "0",
        "avatar": None,
        "bot": False,
        "public_flags": 0,
    }


@dataclass
class Guild:
    """A server. Where the bot is not inside, people use it as an app of their own."""

    id: int
    name: str
    joined_at: float
    locale: str = "zh-CN"
    premium_tier: int = 0
    admins: set[int] = field(default_factory=set)
    #: To whom an admin has offered every command, whatever the command says.
    offered: set[int] = field(default_factory=set)
    bot_inside: bool = True

    def member_json(self, user: Json) -> Json:
        return {
            "user": user,
            "roles": [],
            "joined_at": iso(self.joined_at),
            "deaf": False,
            "mute": False,
            "flags": 0,
        }

    def permissions_of(self, user_id: int) -> int:
        return USUAL | (ADMIN if user_id in self.admins else 0)

    def to_json(self, channels: "list[Channel]", bot: Json) -> Json:
        """GUILD_CREATE, https://docs.discord.com/developers/events/gateway-events#guild-create"""
        everyone = {"id": str(self.id), "name": "@everyone", "permissions": str(USUAL)}
        look = {"color": 0, "hoist": False, "position": 0, "managed": False, "mentionable": False}
        empty = ("emojis", "stickers", "features", "voice_states", "presences", "stage_instances")
        return {
            "id": str(self.id),
            "name": self.name,
            "owner_id": "1",
            "icon": None,
            "joined_at": iso(self.joined_at),
            "large": False,
            "unavailable": False,
            "member_count": 2,
            "members": [self.member_json(bot)],
            "roles": [everyone | look],
            "channels": [channel.to_json() for channel in channels if channel.type != THREAD],
            "threads": [channel.to_json() for channel in channels if channel.type == THREAD],
            "guild_scheduled_events": [],
            "premium_tier": self.premium_tier,
            "preferred_locale": self.locale,
            "verification_level": 0,
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "mfa_level": 0,
            "nsfw_level": 0,
            "system_channel_flags": 0,
            **{name: [] for name in empty},
        }


@dataclass
class Channel:
    """A place for messages. `denied` is what an administrator has taken from the bot in it."""

    id: int
    type: int
    bot_id: int
    guild: Guild | None = None
    parent: "Channel | None" = None
    name: str = ""
    nsfw: bool = False
    recipients: tuple[int, ...] = ()
    #: Between other people: the bot is not in it, but they may use it as an app of their own.
    private: bool = False
    denied: set[str] = field(default_factory=set)
    deleted: bool = False
    #: The person does not take messages from the bot.
    blocked: bool = False
    messages: dict[int, Message] = field(default_factory=dict, repr=False)

    @property
    def is_guild(self) -> bool:
        return self.guild is not None

    @property
    def context(self) -> int:
        if self.is_guild:
            return GUILD
        return PRIVATE_CHANNEL if self.private else BOT_DM

    @property
    def bot_inside(self) -> bool:
        """Whether the bot is there with its own token."""
        return self.guild.bot_inside if self.guild else not self.private

    @property
    def bot_permissions(self) -> int:
        denied = self.denied | (self.parent.denied if self.parent else set())
        return USUAL & ~bits(*denied)

    def may(self, *names: str) -> bool:
        """Whether the bot may. A channel that cannot be viewed allows nothing."""
        if not self.is_guild:
            return True
        asked = bits("view_channel", *names)
        return self.bot_permissions & asked == asked

    def to_json(self) -> Json:
        value: Json = {"id": str(self.id), "type": self.type, "last_message_id": None, "flags": 0}
        if self.guild is None:
            recipients = [user_json(user_id) for user_id in self.recipients]
            return value | {"recipients": recipients}
        value |= {
            "guild_id": str(self.guild.id),
            "name": self.name,
            "position": 0,
            "nsfw": self.nsfw,
            "topic": None,
            "rate_limit_per_user": 0,
            "parent_id": str(self.parent.id) if self.parent else None,
            "permission_overwrites": self._overwrites(),
        }
        return value | (self._thread_json() if self.type == THREAD else {})

    def _overwrites(self) -> list[Json]:
        if not self.denied:
            return []
        deny = str(bits(*self.denied))
        return [{"id": str(self.bot_id), "type": 1, "allow": "0", "deny": deny}]

    def _thread_json(self) -> Json:
        assert self.guild is not None
        metadata = {
            "archived": False,
            "auto_archive_duration": 1440,
            "archive_timestamp": iso(self.guild.joined_at),
            "locked": False,
        }
        counts = {"owner_id": "1", "message_count": 0, "member_count": 1}
        return {"thread_metadata": metadata, **counts}
