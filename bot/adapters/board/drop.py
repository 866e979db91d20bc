"""A place to drop a PNG on. Its first bytes come with the event: nothing is uploaded, and no
file is kept."""

from dataclasses import replace
from typing import Any

import gradio

from bot.adapters.board.attempt import Attempt
from bot.adapters.board.drop_zone import drop_zone
from bot.adapters.board.form import Form
from bot.adapters.board.png_parameters import HEAD_BYTES, parameters_in
from bot.adapters.board.quietly import QUIETLY
from bot.adapters.board.status import lines
from bot.adapters.board.wording import Wording, text
from bot.core.draw_size import resolve_size
from bot.core.draw_values import check_values
from bot.core.enhancement import as_typed
from bot.core.errors import Refusal
from bot.core.replies import reply
from engine.profiles import Profile

_SEND = f"""
const send = async (file) => {{
    if (!file) return;
    const head = new Uint8Array(await file.slice(0, {HEAD_BYTES}).arrayBuffer());
    let binary = '';
    for (const byte of head) binary += String.fromCharCode(byte);
    trigger('upload', {{ head: btoa(binary) }});
}};
"""


class Drop:
    """Fills the controls with what a picture was drawn from."""

    def __init__(self, profile: Profile, attempt: Attempt) -> None:
        self._profile = profile
        self._attempt = attempt

    def build(self, wording: Wording, language: gradio.Radio, controls: list[Any]) -> None:
        zone = drop_zone(
            wording, text("board_drop"), accept="image/png", send=_SEND, elem_id="drop"
        )
        said = gradio.HTML(elem_id="dropped")
        zone.upload(self.restore, inputs=language, outputs=[*controls, said], **QUIETLY)

    async def restore(self, locale: str, event: gradio.EventData) -> tuple[Any, ...]:
        outputs = len(Form.__dataclass_fields__) + 1
        return await self._attempt(locale, self._restored(event._data, locale), outputs)

    async def _restored(self, data: Any, locale: str) -> tuple[Any, ...]:
        head = data.get("head") if isinstance(data, dict) else None
        if not isinstance(head, str):
            raise Refusal("no_parameters")
        made = parameters_in(head)
        if made.enhancement is not None:
            typed = as_typed(made.prompt, made.negative_prompt, self._profile)
            made = replace(made, prompt=typed[0], negative_prompt=typed[1])
        form = Form.of(made)
        # Another model may have drawn it: what this one cannot is refused, not bent.
        asked = form.beside(self._profile)
        check_values(asked)
        resolve_size(asked, self._profile)
        # What it began from is not in the file.
        restored = "board_restored" if made.strength is None else "board_restored_in_part"
        return *form.values, lines(reply(restored, locale))
