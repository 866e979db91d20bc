"""What a button carries in Telegram: `v1:` and a code of bot/core/press.py."""

from bot.core.messages import Button
from bot.core.press import Press, parse_press, press_code

#: Telegram takes up to 64 bytes in all.
PREFIX = "v1:"


def callback_data(button: Button) -> str:
    return PREFIX + press_code(button)


def press_of(data: str | None) -> Press | None:
    """None for what this version does not know."""
    if data is None or not data.startswith(PREFIX):
        return None
    return parse_press(data.removeprefix(PREFIX))
