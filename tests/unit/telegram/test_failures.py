import pytest
from telegram.error import (
    BadRequest,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.adapters.telegram.failures import delivery_error
from bot.core.errors import DeliveryError, MessageGone, PictureRefused, TryLater, Unreachable

PATIENCE = 3.0


def meaning(error: TelegramError) -> DeliveryError:
    return delivery_error(error, lambda: PATIENCE)


@pytest.mark.parametrize(
    "description",
    [
        "Message to edit not found",
        "Message can't be edited",
        "MESSAGE_ID_INVALID",
    ],
)
def test_a_message_that_cannot_be_edited_any_more_is_gone(description):
    assert type(meaning(BadRequest(description))) is MessageGone


@pytest.mark.parametrize(
    "error",
    [
        Forbidden("Forbidden: bot was blocked by the user"),
        Forbidden("Forbidden: bot was kicked from the supergroup chat"),
        Forbidden("Forbidden: user is deactivated"),
        BadRequest("Chat not found"),
        BadRequest("Not enough rights to send text messages to the chat"),
        BadRequest("Have no rights to send a message"),
        BadRequest("CHAT_WRITE_FORBIDDEN"),
        BadRequest("TOPIC_CLOSED"),
    ],
)
def test_a_chat_that_cannot_be_written_to_is_unreachable(error):
    assert type(meaning(error)) is Unreachable


@pytest.mark.parametrize(
    "error",
    [
        BadRequest("PHOTO_INVALID_DIMENSIONS"),
        BadRequest("IMAGE_PROCESS_FAILED"),
        BadRequest("File of size 11000000 bytes is too big for a photo"),
        BadRequest("Not enough rights to send photos to the chat"),
        BadRequest("Not enough rights to send documents to the chat"),
        BadRequest("CHAT_SEND_DOCS_FORBIDDEN"),
        Forbidden("Forbidden: CHAT_SEND_PHOTOS_FORBIDDEN"),
        Forbidden("Forbidden: CHAT_SEND_MEDIA_FORBIDDEN"),
        NetworkError("Request Entity Too Large"),
    ],
)
def test_a_picture_that_is_not_taken_is_no_reason_to_give_up_the_chat(error):
    assert type(meaning(error)) is PictureRefused


@pytest.mark.parametrize(
    ("error", "seconds"),
    [
        (TimedOut(), PATIENCE),
        (NetworkError("Bad Gateway"), PATIENCE),
        (Conflict("terminated"), PATIENCE),
        (TelegramError("Invalid server response"), PATIENCE),
    ],
)
def test_trouble_that_passes_asks_for_patience(error, seconds):
    later = meaning(error)
    assert isinstance(later, TryLater)
    assert later.seconds == seconds


def test_flood_control_says_how_long():
    later = meaning(RetryAfter(17))
    assert isinstance(later, TryLater)
    assert later.seconds == 17.0


def test_a_refused_token_is_not_in_the_reason():
    later = meaning(InvalidToken("The token `4242:secret` was rejected by the server."))
    assert isinstance(later, TryLater)
    assert "secret" not in str(later)


def test_any_other_refusal_is_not_repeated():
    assert type(meaning(BadRequest("Something new"))) is DeliveryError
