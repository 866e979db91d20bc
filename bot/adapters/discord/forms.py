"""The form in which a request's words are edited. It has a fixed id and no memory: what was
opened before a restart can be sent after it."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.adapters.discord.press_id import FORM, WORDS
from bot.core.errors import Refusal
from bot.core.replies import reply

#: Of a text field, as Discord has it.
MAX_WORDS = 4000


def words_form(text: str, locale: str) -> discord.ui.Modal:
    """`text` is what it begins with. Raises Refusal where that does not fit: cut, it would be
    another request."""
    if len(text) > MAX_WORDS:
        raise Refusal("too_long", length=len(text), limit=MAX_WORDS)
    form = discord.ui.Modal(title=reply("form_title", locale), custom_id=FORM, timeout=None)
    field: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=WORDS,
        style=discord.TextStyle.paragraph,
        default=text,
        max_length=MAX_WORDS,
    )
    form.add_item(discord.ui.Label(text=reply("form_label", locale), component=field))
    # discord.py would keep it in memory until it is sent, which it may never be.
    form.stop()
    return form


def is_form(interaction: discord.Interaction[Any]) -> bool:
    if interaction.type is not discord.InteractionType.modal_submit:
        return False
    data: Mapping[str, Any] = interaction.data or {}
    return data.get("custom_id") == FORM


def words_in(interaction: discord.Interaction[Any]) -> str:
    """What was written into it."""
    data: Mapping[str, Any] = interaction.data or {}
    for field in _fields(data.get("components") or ()):
        if field.get("custom_id") == WORDS:
            return str(field.get("value") or "")
    return ""


def _fields(components: Any) -> Iterator[Mapping[str, Any]]:
    """Labels have one component, rows have several."""
    for component in components:
        if "component" in component:
            yield from _fields([component["component"]])
        yield from _fields(component.get("components") or ())
        yield component
