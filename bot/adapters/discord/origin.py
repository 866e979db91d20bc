"""Who asks, where, and by which event: the keys that the core knows people and messages by."""

from typing import Any

import discord

from bot.adapters.discord.reply_key import ReplyKey
from bot.adapters.shared.language import locale_of
from bot.core.generation import Address, Origin

PLATFORM = "discord"


def origin_of(
    interaction: discord.Interaction[Any], *, private: bool = False, spoiler: bool = False
) -> Origin:
    """`private`: only whoever asks sees the answer. `spoiler`: its picture is hidden at first."""
    key = ReplyKey(token=interaction.token, upload_bytes=interaction.filesize_limit)
    return Origin(
        event_key=f"{PLATFORM}:{interaction.application_id}:interaction:{interaction.id}",
        requester=f"{PLATFORM}:{interaction.user.id}",
        # A thread is a channel of its own.
        address=Address(
            platform=PLATFORM,
            chat=str(interaction.channel_id),
            parent_chat=_parent(interaction),
            reply_token=key.text(),
        ),
        locale=locale_of(interaction.locale.value),
        group=_group(interaction),
        alone=interaction.context.dm_channel,
        private=private,
        spoiler=spoiler,
        name=interaction.user.name.lower(),
    )


def _group(interaction: discord.Interaction[Any]) -> str:
    """All channels of a guild are one. Where a person has brought the bot along it is theirs."""
    if interaction.guild_id is not None and interaction.is_guild_integration():
        return f"guild:{interaction.guild_id}"
    return f"user:{interaction.user.id}"


def _parent(interaction: discord.Interaction[Any]) -> str | None:
    channel = interaction.channel
    return str(channel.parent_id) if isinstance(channel, discord.Thread) else None


def is_admin(interaction: discord.Interaction[Any]) -> bool:
    """Whether the person is an admin of the guild: Discord says so with each interaction. In
    private chats nobody is."""
    return interaction.permissions.manage_guild


def user_of(requester: str) -> int | None:
    """The id within `discord:<id>`."""
    platform, _, number = requester.partition(":")
    return int(number) if platform == PLATFORM and number.isdigit() else None
