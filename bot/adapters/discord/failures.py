"""What Discord's errors mean for a delivery."""

import math
from collections.abc import Callable

import aiohttp
import discord

from bot.core.errors import DeliveryError, MessageGone, PictureRefused, TryLater, Unreachable

#: A token that is refused while running: nothing works before the operator acts.
BAD_TOKEN_SECONDS = 30.0
#: A ban by Discord's proxy does not always say how long it lasts.
BAN_SECONDS = 60.0
#: A message older than an hour that was edited too often. For how long is written nowhere.
OLD_MESSAGE_SECONDS = 600.0

# https://docs.discord.com/developers/topics/opcodes-and-status-codes#json-json-error-codes
UNKNOWN_MESSAGE = 10008
UNKNOWN_INTERACTION = 10062
TOO_MANY_OLD_EDITS = 30046
ALREADY_ACKNOWLEDGED = 40060
UPLOAD_TOO_LARGE = 40005
MISSING_PERMISSIONS = 50013
CANNOT_READ_HISTORY = 160002
#: An interaction's token that is too old, or was never answered: nothing is written with it.
TOKEN_ENDED = frozenset({50027, 10015, UNKNOWN_INTERACTION})
#: No such channel, guild or person; no access; a person who takes no messages; archived.
CLOSED = frozenset({10003, 10004, 10013, 50001, 50007, MISSING_PERMISSIONS, 50083})

#: What a call may raise when the network fails it. TimeoutError is an OSError.
NETWORK_ERRORS = (OSError, aiohttp.ClientError)
#: What any call may raise: a session that was closed is a RuntimeError, and an answer that is not
#: Discord's can be anything.
CALL_ERRORS = (
    discord.DiscordException,
    *NETWORK_ERRORS,
    RuntimeError,
    KeyError,
    TypeError,
    ValueError,
)


class TokenEnded(MessageGone):
    """The message may stand, but can no longer be changed with the interaction's token."""


class OutOfReach(TokenEnded):
    """Nor as the bot itself: another message has to take its place."""


def delivery_error(
    error: Exception, patience: Callable[[], float], *, with_file: bool = False
) -> DeliveryError:
    """`patience()`: seconds to wait when Discord or the network does not answer properly."""
    if not isinstance(error, discord.HTTPException):
        seconds = error.retry_after if isinstance(error, discord.RateLimited) else patience()
        return TryLater(seconds, type(error).__name__)
    reason = f"{error.status} ({error.code})"
    if error.status == 413 or error.code == UPLOAD_TOO_LARGE:
        return PictureRefused(reason)
    if error.code in TOKEN_ENDED:
        return TokenEnded(reason)
    later = _only_later(error, patience, reason)
    if later is not None:
        return later
    if error.status == 404 and error.code == UNKNOWN_MESSAGE:
        return MessageGone(reason)
    if with_file and error.code == MISSING_PERMISSIONS:
        return PictureRefused(reason)
    if error.code in CLOSED or error.status == 403:
        return Unreachable(reason)
    return DeliveryError(reason)


def _only_later(
    error: discord.HTTPException, patience: Callable[[], float], reason: str
) -> TryLater | None:
    if error.code == TOO_MANY_OLD_EDITS:
        return TryLater(OLD_MESSAGE_SECONDS, reason)
    if error.status == 429:
        return TryLater(retry_seconds(error), "flood control")
    if error.status == 401:
        return TryLater(BAD_TOKEN_SECONDS, "the token is refused")
    if error.status >= 500 or error.status == 408 or error.code == 0:
        # Without a code it is not Discord's word on a message: a proxy's page, say.
        return TryLater(patience(), reason)
    return None


def retry_seconds(error: discord.HTTPException) -> float:
    """How long Discord wants us to wait. (What it says in the usual way discord.py obeys by
    itself; this is what looks like a ban.)"""
    try:
        seconds = float(error.response.headers["Retry-After"])
    except (KeyError, ValueError):
        return BAN_SECONDS
    return seconds if math.isfinite(seconds) and seconds >= 0 else BAN_SECONDS
