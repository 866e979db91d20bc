"""The options of the slash command as the text that bot/core/draw_syntax.py reads."""

from bot.core.draw_options import option_named
from bot.core.request_text import switch_text

#: In the order in which they are written. What is unwanted goes last: it is read on to the next
#: option, whatever it says.
ORDER = ("ratio", "count", "seed", "steps", "guidance", "strength", "enhance", "loras", "negative")


def composed(prompt: str, options: dict[str, str | int | float | None], locale: str) -> str:
    """The prompt as it was typed, then the options that were given in a line of their own, where
    nothing of the prompt can be taken for a part of them."""
    given = [_option(key, options[key], locale) for key in ORDER if options.get(key) is not None]
    return "\n".join([prompt, *([" ".join(given)] if given else [])])


def _option(key: str, value: str | int | float | None, locale: str) -> str:
    if isinstance(value, bool):
        return switch_text(value, locale)
    if key == "loras":
        # A name may have spaces.
        return f"<lora:{value}>"
    # A colon behind a Chinese name: nothing can be taken for an option behind it.
    between = " " if locale == "en" else "："
    shown = f"{value:.12g}" if isinstance(value, float) else value
    return f"{option_named(key).label(locale)}{between}{shown}"
