"""Cards and notices as Telegram takes them: plain text, so that nothing needs escaping."""

from collections.abc import Sequence

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, MessageEntity, User

from bot.adapters.shared.text import cut
from bot.adapters.telegram.buttons import callback_data
from bot.core.messages import Button, Notice, button_rows

MAX_TEXT = 4096
MAX_CAPTION = 1024
#: A toast: the answer to a button press.
MAX_TOAST = 200


def text_of(text: str) -> str:
    return cut(text, MAX_TEXT)


def caption_of(text: str) -> str:
    return cut(text, MAX_CAPTION)


def toast_of(text: str) -> str:
    return cut(text, MAX_TOAST)


def keyboard(buttons: Sequence[Button]) -> InlineKeyboardMarkup | None:
    """Rows under the message."""
    if not buttons:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(b.label, callback_data=callback_data(b)) for b in row]
            for row in button_rows(buttons)
        ]
    )


def markup_of(notice: Notice) -> InlineKeyboardMarkup | ForceReply | None:
    """A reply field opens for the person who is asked, and for nobody else in the group."""
    return ForceReply(selective=True) if notice.ask else keyboard(notice.buttons)


def entities_of(notice: Notice) -> tuple[str, list[MessageEntity]]:
    """The text of a notice, with what is to be copied in a block of its own.

    A reply field opens only for those whom the message replies to or names. Under a button the
    message replied to is the bot's own, so the first sign of a question names the person.
    """
    text, entities = notice.text, []
    person = person_of(notice.requester)
    if notice.ask and person is not None:
        entities.append(
            MessageEntity(
                MessageEntity.TEXT_MENTION,
                offset=0,
                length=_units(text.split(maxsplit=1)[0]),
                user=User(person, first_name="", is_bot=False),
            )
        )
    if notice.copy:
        start = _units(text) + 2
        text = text_of(f"{text}\n\n{notice.copy}")
        entities.append(MessageEntity(MessageEntity.PRE, offset=start, length=_units(text) - start))
    return text, entities


def person_of(requester: str | None) -> int | None:
    """The id of a person; chats that speak for themselves have negative ones."""
    number = (requester or "").rpartition(":")[2]
    return int(number) if number.isdigit() else None


def _units(text: str) -> int:
    """Length as Telegram counts it: in UTF-16 units."""
    return len(text.encode("utf-16-le", "replace")) // 2
