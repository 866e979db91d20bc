"""What Telegram's errors mean for a delivery."""

from collections.abc import Callable
from datetime import timedelta

from telegram.error import (
    BadRequest,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.core.errors import DeliveryError, MessageGone, PictureRefused, TryLater, Unreachable

#: A token that is refused while running: nothing works before the operator acts.
BAD_TOKEN_SECONDS = 30.0

# Parts of the descriptions, in lower case: the Bot API has no finer error codes.
NOT_MODIFIED = "message is not modified"
NO_THREAD = "message thread not found"
GONE = (
    "message to edit not found",
    "message to delete not found",
    "message to react not found",
    "message can't be edited",
    "message_id_invalid",
    "message identifier is not specified",
)
PICTURE_REFUSED = (
    "photo_",
    "image_process_failed",
    "too big",
    "request entity too large",
    "file must be non-empty",
    "rights to send photos",
    "rights to send documents",
    "send_photos_forbidden",
    "send_docs_forbidden",
    "send_media_forbidden",
)
CLOSED = (
    "chat not found",
    "peer_id_invalid",
    "not enough rights",
    "have no rights",
    "need administrator rights",
    "chat_write_forbidden",
    "chat_restricted",
    "chat_admin_required",
    "channel_private",
    "bot is not a member",
    "was deactivated",
    "user is deactivated",
    "input_user_deactivated",
    "user not found",
    "topic_closed",
    "topic_deleted",
)


def says(error: TelegramError, *parts: str) -> bool:
    """Whether the description contains one of `parts`."""
    description = error.message.lower()
    return any(part in description for part in parts)


def delivery_error(error: TelegramError, patience: Callable[[], float]) -> DeliveryError:
    """`patience()`: seconds to wait when Telegram or the network does not answer properly."""
    if isinstance(error, RetryAfter):
        return TryLater(retry_seconds(error), "flood control")
    if isinstance(error, InvalidToken):
        # Its text contains the token.
        return TryLater(BAD_TOKEN_SECONDS, "the token is refused")
    # Before Forbidden: a chat that forbids one kind of media may answer 403 too.
    if isinstance(error, NetworkError | Forbidden) and says(error, *PICTURE_REFUSED):
        return PictureRefused(error.message)
    if isinstance(error, Forbidden):
        return Unreachable(error.message)
    if isinstance(error, BadRequest):
        return _bad_request(error)
    return TryLater(patience(), error.message)


def _bad_request(error: BadRequest) -> DeliveryError:
    if says(error, *GONE):
        return MessageGone(error.message)
    if says(error, *CLOSED):
        return Unreachable(error.message)
    return DeliveryError(error.message)


def retry_seconds(error: RetryAfter) -> float:
    """How long Telegram wants us to wait."""
    wait = error.retry_after
    return wait.total_seconds() if isinstance(wait, timedelta) else float(wait)
