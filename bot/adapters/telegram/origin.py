"""Who asks, where, and by which event: the keys that the core knows people and messages by."""

from telegram import CallbackQuery, Chat, Message, User
from telegram.constants import ChatType

from bot.adapters.shared.language import locale_of
from bot.core.generation import Address, Origin

PLATFORM = "telegram"


def origin_of_message(message: Message, bot_id: int) -> Origin | None:
    """None for messages that no person wrote."""
    author = _author(message)
    if author is None:
        return None
    user = message.from_user
    return Origin(
        event_key=f"{PLATFORM}:{bot_id}:message:{message.chat_id}:{message.message_id}",
        requester=f"{PLATFORM}:{author.id}",
        address=Address(
            platform=PLATFORM,
            chat=str(message.chat_id),
            thread=_topic(message),
            request_message=str(message.message_id),
        ),
        locale=locale_of(user.language_code if user else None),
        alone=message.chat.type == ChatType.PRIVATE,
        name=(author.username or "").lower(),
    )


def origin_of_press(query: CallbackQuery, bot_id: int) -> Origin | None:
    """None where the message with the button can no longer be named."""
    message = query.message
    if message is None:
        return None
    return Origin(
        event_key=f"{PLATFORM}:{bot_id}:callback:{query.id}",
        requester=f"{PLATFORM}:{query.from_user.id}",
        address=Address(
            platform=PLATFORM,
            chat=str(message.chat.id),
            thread=_topic(message) if isinstance(message, Message) else None,
            request_message=str(message.message_id),
        ),
        locale=locale_of(query.from_user.language_code),
        alone=message.chat.type == ChatType.PRIVATE,
        name=(query.from_user.username or "").lower(),
    )


def speaks_as_another_chat(message: Message) -> bool:
    """Somebody sends as a channel, and nobody can say who: one person has as many as they like.
    Who sends as the group itself is one of its anonymous admins."""
    return message.sender_chat is not None and message.sender_chat.id != message.chat_id


def _author(message: Message) -> Chat | User | None:
    if message.is_automatic_forward:
        return None
    # Before the user: anonymous admins and channels write through a bot of Telegram's own.
    if message.sender_chat is not None:
        return message.sender_chat
    if message.from_user is None or message.from_user.is_bot:
        return None
    return message.from_user


def _topic(message: Message) -> str | None:
    # Replies outside forums carry a thread id too, with which nothing can be sent.
    return str(message.message_thread_id) if message.is_topic_message else None
