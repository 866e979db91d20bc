"""The form in which a request's words are edited. Its id says whose words they are, and it has no
memory: what was opened before a restart can be sent after it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import discord

from bot.adapters.discord.press_id import CHANGE, FORM, WORDS
from bot.core.errors import Refusal
from bot.core.replies import reply

#: Of a text field, as Discord has it.
MAX_WORDS = 4000
#: Of whose picture it asks: of a generation, or of somebody's message.
_CHANGED = re.compile(rf"{CHANGE}:(?P<kind>drawn|message):(?P<named>[0-9a-z]{{1,24}})")
_CARRIED = re.compile(rf"{FORM}(?::(?P<id>[0-9a-z]{{1,12}}))?")


def words_form(text: str, edited: str, locale: str) -> discord.ui.Modal:
    """`text` is what it begins with, of the request `edited`. Raises Refusal where that does not
    fit: cut, it would be another request."""
    if len(text) > MAX_WORDS:
        raise Refusal("too_long", length=len(text), limit=MAX_WORDS)
    return _form(f"{FORM}:{edited}", "form_title", "form_label", locale, default=text)


def change_form(of: tuple[str, str], locale: str) -> discord.ui.Modal:
    """Asks what to change in a picture; `of`: ("drawn", a generation) or ("message", its id)."""
    carried = ":".join((CHANGE, *of))
    hint = reply("change_hint", locale)
    return _form(carried, "change_title", "change_label", locale, placeholder=hint)


def _form(carried: str, title: str, label: str, locale: str, **field: Any) -> discord.ui.Modal:
    form = discord.ui.Modal(title=reply(title, locale), custom_id=carried, timeout=None)
    words: discord.ui.TextInput[Any] = discord.ui.TextInput(
        custom_id=WORDS, style=discord.TextStyle.paragraph, max_length=MAX_WORDS, **field
    )
    form.add_item(discord.ui.Label(text=reply(label, locale), component=words))
    # discord.py would keep it in memory until it is sent, which it may never be.
    form.stop()
    return form


def is_form(interaction: discord.Interaction[Any]) -> bool:
    if interaction.type is not discord.InteractionType.modal_submit:
        return False
    return _CARRIED.fullmatch(_custom_id(interaction)) is not None


def is_change(interaction: discord.Interaction[Any]) -> bool:
    if interaction.type is not discord.InteractionType.modal_submit:
        return False
    return _CHANGED.fullmatch(_custom_id(interaction)) is not None


def changed_in(interaction: discord.Interaction[Any]) -> tuple[str, str]:
    """What `change_form` was given."""
    match = _CHANGED.fullmatch(_custom_id(interaction))
    assert match is not None, "it is such a form"
    return match["kind"], match["named"]


def edited_in(interaction: discord.Interaction[Any]) -> str | None:
    """The request whose words it began with. One that an earlier zdraw opened does not say it."""
    match = _CARRIED.fullmatch(_custom_id(interaction))
    return match["id"] if match else None


def words_in(interaction: discord.Interaction[Any]) -> str:
    """What was written into it."""
    data: Mapping[str, Any] = interaction.data or {}
    for field in _fields(data.get("components") or ()):
        if field.get("custom_id") == WORDS:
            return str(field.get("value") or "")
    return ""


def _custom_id(interaction: discord.Interaction[Any]) -> str:
    data: Mapping[str, Any] = interaction.data or {}
    return str(data.get("custom_id") or "")


def _fields(components: Any) -> Iterator[Mapping[str, Any]]:
    """Labels have one component, rows have several."""
    for component in components:
        if "component" in component:
            yield from _fields([component["component"]])
        yield from _fields(component.get("components") or ())
        yield component
