"""Long lists, a page at a time, with buttons that turn the page."""

from collections.abc import Sequence

from bot.core.messages import Button
from bot.core.press import command_button

#: Discord takes 2000 characters, some of which become two.
PAGE_CHARACTERS = 1400


def page_of(lines: Sequence[str], number: int, command: str) -> tuple[str, tuple[Button, ...]]:
    """Page `number`, from 1, or the nearest that there is; `command` and a number call a page."""
    pages = [""]
    for line in lines:
        longer = f"{pages[-1]}\n{line}" if pages[-1] else line
        if pages[-1] and len(longer) > PAGE_CHARACTERS:
            pages.append(line)
        else:
            pages[-1] = longer
    number = min(max(1, number), len(pages))
    turns = [(number - 1, "◀"), (number + 1, "▶")]
    buttons = tuple(
        command_button(label, f"{command} {to}") for to, label in turns if 1 <= to <= len(pages)
    )
    return pages[number - 1], buttons
