"""A list from which LoRAs are written into the prompt, as `<lora:name:weight>`."""

from typing import Any

import gradio

from bot.adapters.board.quietly import QUIETLY
from bot.adapters.board.wording import Wording, text
from bot.core.loras import Loras, WantedLora, tag

#: In the browser: there is nothing to ask. What was chosen is written, and may be chosen again.
_WRITE = "(words, chosen) => [(words.trimEnd() + ' ' + chosen).trimStart(), null]"


class LoraList:
    """Hidden while there are none."""

    def __init__(self, loras: Loras) -> None:
        self._loras = loras
        self._list: gradio.Dropdown | None = None

    def build(self, wording: Wording, prompt: gradio.Textbox) -> None:
        """Inside a page."""
        self._list = wording.make(
            gradio.Dropdown,
            {"label": text("board_lora"), "info": text("board_lora_info")},
            choices=[],
            value=None,
            visible=False,
            elem_id="lora",
        )
        self._list.input(
            None,
            inputs=[prompt, self._list],
            outputs=[prompt, self._list],
            js=_WRITE,
            api_visibility="private",
        )

    def fill(self, page: gradio.Blocks) -> None:
        """Whenever `page` is opened."""
        page.load(
            self.shown,
            outputs=self._list,
            **QUIETLY,
        )

    def shown(self) -> dict[str, Any]:
        """What there is now."""
        choices = [
            (
                " · ".join(filter(None, (info.name, info.title, *info.trigger_words))),
                tag(WantedLora(name=info.name, weight=info.weight)),
            )
            for info in self._loras.usable
        ]
        update: dict[str, Any] = gradio.update(choices=choices, visible=bool(choices))
        return update
