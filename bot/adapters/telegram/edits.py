"""Requests to draw from a picture: one that came along, or one that is replied to."""

from dataclasses import replace

from telegram import Message

from bot.adapters.telegram.asked import Core
from bot.adapters.telegram.pictures import picture_in
from bot.core.generation import Origin
from bot.core.messages import Toast


class Edits:
    """Of one bot."""

    def __init__(self, core: Core, bot_id: int) -> None:
        self._core = core
        self._bot_id = bot_id

    def bearer(self, message: Message, *, edit: bool) -> Message | None:
        """Whose picture is meant: that of `message`, or that of the one it replies to. Below a
        channel's post everything replies to that post, which only `edit` means."""
        replied = message.reply_to_message
        if replied is not None and replied.is_automatic_forward and not edit:
            replied = None
        for one in (message, replied):
            if one is not None and picture_in(one, self._bot_id) is not None:
                return one
        return None

    async def shown(
        self, bearer: Message, origin: Origin, words: str, *, quiet: bool = False
    ) -> Toast | None:
        """Have its picture drawn anew as `words` say."""
        shown = picture_in(bearer, self._bot_id)
        if shown is None:
            return await self._core.refuse(origin, "not_a_picture", quiet=quiet)
        # What was hidden stays so.
        hidden = origin.spoiler or bool(bearer.has_media_spoiler)
        return await self._core.edits.shown(
            replace(origin, spoiler=hidden), words, shown, quiet=quiet
        )
