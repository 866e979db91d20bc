"""INTERACTION_CREATE: how the bot is told of an interaction. Once, or never.

https://docs.discord.com/developers/interactions/receiving-and-responding#interaction-object
"""

from tests.fakes.discord_api.errors import Json
from tests.fakes.discord_api.interactions import Interaction
from tests.fakes.discord_api.places import bits, user_json
from tests.fakes.discord_api.world import World

#: Of the bot, in chats without a guild.
CHAT_PERMISSIONS = bits("attach_files", "embed_links", "mention_everyone")


def announce(world: World, interaction: Interaction) -> Interaction:
    """Told to every session, also to one that may come back; without any it is lost at once."""
    payload = payload_of(world, interaction)
    sent = interaction.was_sent
    interaction.dropped = not world.sessions.dispatch("INTERACTION_CREATE", payload, sent=sent)
    return interaction


def payload_of(world: World, interaction: Interaction) -> Json:
    channel, guild = interaction.channel, interaction.channel.guild
    value: Json = {
        "id": str(interaction.id),
        "application_id": str(world.application_id),
        "type": interaction.type,
        "token": interaction.token,
        "version": 1,
        "data": interaction.data,
        "locale": interaction.locale,
        "channel_id": str(channel.id),
        "channel": channel.to_json(),
        "entitlements": [],
        "authorizing_integration_owners": interaction.owners,
        "context": channel.context,
        "attachment_size_limit": world.upload_limit(channel),
        "app_permissions": str(CHAT_PERMISSIONS),
    }
    if guild is None:
        value["user"] = user_json(interaction.user)
    else:
        permissions = str(guild.permissions_of(interaction.user))
        member = guild.member_json(user_json(interaction.user))
        value |= {
            "guild_id": str(guild.id),
            "guild": {"id": str(guild.id), "locale": guild.locale, "features": []},
            "guild_locale": guild.locale,
            "member": member | {"permissions": permissions},
            "app_permissions": str(channel.bot_permissions),
        }
        value["channel"]["permissions"] = permissions
    if interaction.source is not None:
        value["message"] = world.message_json(interaction.source)
    return value
