"""What a button and a form carry in Discord: `zd:1:` and a code of bot/core/press.py."""

import re

from bot.core.messages import Button
from bot.core.press import Press, parse_press, press_code

#: Ours; what follows says how it is to be read.
MARK = "zd:"
#: Discord takes up to 100 characters in all.
PREFIX = f"{MARK}1:"
TEMPLATE = re.compile(rf"{MARK}(?P<rest>.+)", re.DOTALL)
#: The form with a request's words.
FORM = f"{MARK}form"
#: The one that asks what to change in a picture.
CHANGE = f"{MARK}change"
#: The field of either.
WORDS = "words"


def custom_id(button: Button) -> str:
    return PREFIX + press_code(button)


def press_of(carried: str) -> Press | None:
    """None for what this version does not know."""
    if not carried.startswith(PREFIX):
        return None
    return parse_press(carried.removeprefix(PREFIX))
