"""Whom a command of those who keep order is about, beside its words."""

from telegram import Message, MessageEntity

from bot.adapters.telegram.origin import PLATFORM, origin_of_message
from bot.core.admin.ask import Pointed


def pointed_by(
    message: Message, words: str, *, bot_id: int, pictured: str | None
) -> tuple[Pointed, str]:
    """Whoever is mentioned without having a name to write, wrote the message that it replies to,
    or asked for the picture in `pictured`, a message of ours; and the words that are left."""
    (person, words), called = _mentioned(message, words), ""
    mentioned, replied = person is not None, message.reply_to_message
    # Every message in a topic is a reply to the one that opened it.
    if person is None and pictured is None and replied and not replied.forum_topic_created:
        author = origin_of_message(replied, bot_id)
        person, called = (author.requester, author.name or "") if author else (None, "")
    return Pointed(person=person, message=pictured, name=called, certain=mentioned), words


def _mentioned(message: Message, words: str) -> tuple[str | None, str]:
    """Whoever is mentioned by a link, and the words without what the link says."""
    for entity, said in message.parse_entities([MessageEntity.TEXT_MENTION]).items():
        if entity.user is not None and not entity.user.is_bot:
            return f"{PLATFORM}:{entity.user.id}", _without(words, said, entity, message)
    return None, words


def _without(words: str, said: str, entity: MessageEntity, message: Message) -> str:
    """`words`, the end of the message, without what the link says: the same may stand before it,
    in a reason or a name."""
    text = message.text or message.caption or ""
    # Telegram counts in UTF-16.
    before = text.encode("utf-16-le")[: 2 * entity.offset].decode("utf-16-le")
    start = len(before) - text.rfind(words)
    end = start + len(said)
    if start < 0 or words[start:end] != said:
        return words
    return words[:start] + words[end:]
