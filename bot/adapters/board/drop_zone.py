"""A place to drop a file on, or to press and choose one."""

from typing import Any

import gradio

from bot.adapters.board.wording import Say, Wording

_STYLE = """
label { display: block; padding: 12px; text-align: center; cursor: pointer;
    border: 1px dashed var(--border-color-primary); border-radius: var(--radius-lg); }
input { display: none; }
"""
#: On the element itself, which stays when another language is chosen.
_SCRIPT = """
element.addEventListener('dragover', (event) => event.preventDefault());
element.addEventListener('drop', (event) => {
    event.preventDefault();
    send(event.dataTransfer.files[0]);
});
element.addEventListener('change', (event) => {
    send(event.target.files[0]);
    event.target.value = '';
});
"""


def drop_zone(wording: Wording, label: Say, *, accept: str, send: str, elem_id: str) -> gradio.HTML:
    """`accept`: media types, with commas. `send`: a script that defines what is done with a file,
    or with none: `send`, which triggers the component's upload event."""
    zone: Any = wording.make(
        gradio.HTML,
        {"value": label},
        html_template=f'<label><input type="file" accept="{accept}">${{value}}</label>',
        css_template=_STYLE,
        js_on_load=send + _SCRIPT,
        elem_id=elem_id,
    )
    return zone
