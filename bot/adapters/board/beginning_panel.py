"""A place for a picture to begin from, and how much of it may change."""

import asyncio
from typing import Any

import gradio

from bot.adapters.board.attempt import Attempt
from bot.adapters.board.beginnings import MAX_MEGABYTES, PICTURE, Beginnings, thumbnail
from bot.adapters.board.drop_zone import drop_zone
from bot.adapters.board.quietly import QUIETLY
from bot.adapters.board.status import lines
from bot.adapters.board.wording import Say, Wording, text
from bot.core.draw_options import STRENGTH_WORDS
from bot.core.draw_size import size_here
from bot.core.draw_syntax import DrawRequest
from bot.core.errors import Refusal
from bot.core.group_rules import GroupRules
from bot.core.replies import reply
from bot.core.sources import USUAL_STRENGTH
from engine.profiles import Profile

CSS = "#source { display: none !important; }"
_MEDIA_TYPES = "image/png,image/jpeg,image/webp"
_SEND = f"""
const send = async (file) => {{
    if (!file) return;
    let answer = {{ large: true }};
    if (file.size <= {MAX_MEGABYTES * 1_000_000}) {{
        try {{
            const got = await fetch('{PICTURE}', {{ method: 'POST', body: file }});
            answer = got.ok ? await got.json() : {{}};
        }} catch {{
            answer = {{}};
        }}
    }}
    trigger('upload', answer);
}};
"""


class BeginningPanel:
    """Built inside a tab of the page."""

    def __init__(self, beginnings: Beginnings, profile: Profile, attempt: Attempt) -> None:
        self._beginnings = beginnings
        self._profile = profile
        self._attempt = attempt

    def build(self, wording: Wording, language: gradio.Radio, size: list[Any]) -> list[Any]:
        """The picture's name, and the strength. `size`: width and height, which follow it."""
        make = wording.make
        zone = drop_zone(
            wording, text("board_begin"), accept=_MEDIA_TYPES, send=_SEND, elem_id="begin"
        )
        said = gradio.HTML(elem_id="begun")
        # Seen by nobody, but there: what is not there tells of no change.
        name = gradio.Textbox("", show_label=False, container=False, elem_id="source")
        with gradio.Row(visible=False) as chosen:
            shown = gradio.HTML(elem_id="beginning", min_width=120)
            with gradio.Column(min_width=200):
                strength = make(
                    gradio.Radio,
                    {"label": text("board_strength"), "choices": _strengths()},
                    value=USUAL_STRENGTH,
                    elem_id="strength",
                )
                away = make(gradio.Button, {"value": text("board_begin_away")})
        taken = [name, *size, said]
        zone.upload(self.take, inputs=language, outputs=taken, **QUIETLY)
        name.change(self.show, inputs=[name, language], outputs=[chosen, shown, said], **QUIETLY)
        away.click(None, outputs=name, js="() => ''", api_visibility="private")
        return [name, strength]

    async def take(self, locale: str, event: gradio.EventData) -> tuple[Any, ...]:
        return await self._attempt(locale, self._taken(event._data, locale), 4)

    async def show(self, name: str, locale: str) -> tuple[Any, ...]:
        return await self._attempt(locale, self._seen(name or ""), 3)

    async def _taken(self, answer: Any, locale: str) -> tuple[Any, ...]:
        match answer:
            case {"name": str() as name}:
                given = await self._beginnings.given(name)
            case {"large": True}:
                raise Refusal("picture_too_large", megabytes=MAX_MEGABYTES)
            case {"said": {"zh": str(), "en": str()} as said}:
                return *[gradio.skip()] * 3, lines(said["en" if locale == "en" else "zh"])
            case _:
                return *[gradio.skip()] * 3, lines(reply("board_begin_failed", locale))
        if given is None:
            raise Refusal("source_gone")
        asked = DrawRequest(prompt="", ratio=given.ratio)
        return name, *size_here(asked, self._profile, GroupRules()), ""

    async def _seen(self, name: str) -> tuple[Any, ...]:
        given = await self._beginnings.given(name)
        if given is None:
            return gradio.update(visible=False), "", ""
        address = await asyncio.to_thread(thumbnail, given)
        return gradio.update(visible=True), f'<img src="{address}" alt="">', ""


def _strengths() -> Say:
    names = (("small", "小"), ("medium", "中"), ("large", "大"))

    def say(locale: str) -> list[tuple[str, float]]:
        return [(en if locale == "en" else zh, STRENGTH_WORDS[en]) for en, zh in names]

    return say
