"""What the bot may do in a channel."""

from typing import Any

import discord

from bot.core.errors import TryLater

#: Until a guild that has just come is known.
UNKNOWN_SECONDS = 5.0


def missing_to_send(permissions: discord.Permissions, *, in_thread: bool) -> list[str]:
    """Names, as discord.Permissions has them, of what the bot lacks to send pictures."""
    send = "send_messages_in_threads" if in_thread else "send_messages"
    needed = ("view_channel", send, "attach_files")
    return [name for name in needed if not getattr(permissions, name)]


def may_send(channel: Any) -> bool:
    """Whether the bot can send a picture there by itself. Raises TryLater where that is not
    known yet."""
    if isinstance(channel, discord.abc.PrivateChannel):
        return True
    if not isinstance(channel, discord.abc.GuildChannel | discord.Thread):
        return False
    thread = channel if isinstance(channel, discord.Thread) else None
    me = channel.guild.me
    if me is None or (thread is not None and thread.parent is None):
        raise TryLater(UNKNOWN_SECONDS, "the guild is not known yet")
    if me.is_timed_out():
        return False
    permissions = channel.permissions_for(me)
    if missing_to_send(permissions, in_thread=thread is not None):
        return False
    return thread is None or permissions.manage_threads or _is_open(thread)


def _is_open(thread: discord.Thread) -> bool:
    """One that is archived opens when something is sent, one that is locked does not."""
    return not thread.locked and not (thread.is_private() and thread.me is None)
