"""Cards and notices as Telegram takes them: plain text, so that nothing needs escaping."""

from telegram import ForceReply, InlineKeyboardButton, InlineKeyboardMarkup

from bot.adapters.telegram.buttons import callback_data
from bot.core.ports import Button, Notice

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


def cut(text: str, limit: int) -> str:
    """At most `limit` UTF-16 units, which is what Telegram counts; never half a character."""
    encoded = text.encode("utf-16-le", "replace")
    if len(encoded) <= 2 * limit:
        return text
    return encoded[: 2 * (limit - 1)].decode("utf-16-le", "ignore") + "…"


def keyboard(buttons: tuple[Button, ...]) -> InlineKeyboardMarkup | None:
    """One row under the message."""
    if not buttons:
        return None
    row = [InlineKeyboardButton(b.label, callback_data=callback_data(b)) for b in buttons]
    return InlineKeyboardMarkup([row])


def answer_field(notice: Notice) -> ForceReply | None:
    """Opens a reply field for the person who is asked, and for nobody else in the group."""
    return ForceReply(selective=True) if notice.ask else None
