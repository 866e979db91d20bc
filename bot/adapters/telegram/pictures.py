"""Pictures that people send or reply to, and how they are had from Telegram."""

from telegram import Bot, Message
from telegram.error import BadRequest, Forbidden, InvalidToken, RetryAfter, TelegramError

from bot.adapters.telegram.failures import retry_seconds
from bot.core.edit import MAX_MEGABYTES, Shown
from bot.core.errors import Refusal, TryLater

_PAUSE_SECONDS = 3.0


def picture_in(message: Message, bot_id: int) -> Shown | None:
    """What `message` shows, as a photo or as a file; None where that is no picture."""
    own = message.from_user is not None and message.from_user.id == bot_id
    named = str(message.message_id) if own else None
    if message.photo:
        # The same picture in several sizes.
        largest = max(message.photo, key=lambda size: size.width * size.height)
        return Shown(file=largest.file_id, size=largest.file_size, message=named)
    document = message.document
    if document is not None and (document.mime_type or "").startswith("image/"):
        return Shown(file=document.file_id, size=document.file_size, message=named)
    return None


class TelegramPictures:
    """Implements bot.core.errand_ports.PictureSource."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def fetch(self, file: str) -> bytes:
        try:
            found = await self._bot.get_file(file)
            if (found.file_size or 0) > MAX_MEGABYTES * 1_000_000:
                # An own Bot API server hands out more.
                raise Refusal("picture_too_large", megabytes=MAX_MEGABYTES)
            return bytes(await found.download_as_bytearray())
        except RetryAfter as flood:
            raise TryLater(retry_seconds(flood)) from None
        except (BadRequest, Forbidden) as error:
            if "too big" in error.message:
                raise Refusal("picture_too_large", megabytes=MAX_MEGABYTES) from None
            raise Refusal("picture_not_fetched") from None
        except (InvalidToken, TelegramError) as error:
            # Never its text: the address of a file has the token in it.
            raise TryLater(_PAUSE_SECONDS, type(error).__name__) from None
