"""Pictures that come along with a command, and how they are had from Discord."""

import asyncio

import discord

from bot.adapters.discord.failures import CALL_ERRORS
from bot.core.edit import MAX_MEGABYTES
from bot.core.errors import Refusal

#: Its answer can wait for as long: it is deferred before.
FETCH_SECONDS = 60.0


async def content_of(attachment: discord.Attachment) -> bytes:
    """Raises Refusal."""
    if attachment.size > MAX_MEGABYTES * 1_000_000:
        raise Refusal("picture_too_large", megabytes=MAX_MEGABYTES)
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            return await attachment.read()
    except (*CALL_ERRORS, TimeoutError):
        raise Refusal("picture_not_fetched") from None


def picture_of(message: discord.Message) -> discord.Attachment | None:
    """The first that a message has."""
    pictures = (a for a in message.attachments if (a.content_type or "").startswith("image/"))
    return next(pictures, None)
