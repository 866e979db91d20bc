"""What was typed survives a page that is loaded again, as Gradio does by itself where a connection
is cut. It stays in the browser, and there in the tab: nobody else who opens the board sees it.
"""

import json
from collections.abc import Sequence
from typing import Any

import gradio

from engine.profiles import Profile

_STORED = "zdraw-form"
#: In a link: for the next one who sits there.
FORGOTTEN = f"sessionStorage.removeItem('{_STORED}')"


def keep_form(page: gradio.Blocks, controls: Sequence[Any], profile: Profile) -> None:
    """Inside `page`. A press of 画 changes nothing about it: words are mostly changed a little and
    drawn again. What was typed for another model is none for this one."""
    model = json.dumps(profile.name)
    usual = json.dumps([control.value for control in controls], ensure_ascii=False)
    # Not before it was read: components tell of changes when they appear.
    save = f"""(...values) => {{
        if (!window.zdrawFormRead) return;
        sessionStorage.setItem('{_STORED}', JSON.stringify([{model}, values]));
    }}"""
    read = f"""(...values) => {{
        window.zdrawFormRead = true;
        const usual = {usual};
        let kept = [];
        try {{
            const [model, typed] = JSON.parse(sessionStorage.getItem('{_STORED}'));
            if (model === {model} && typed.length === usual.length) kept = typed;
        }} catch {{
            // Nothing was kept.
        }}
        // What somebody has typed already stays.
        return usual.map((one, n) =>
            n < kept.length && values[n] === one ? kept[n] : {{ __type__: 'update' }});
    }}"""
    those = list(controls)
    page.load(None, inputs=those, outputs=those, js=read, api_visibility="private")
    gradio.on(
        [control.change for control in controls],
        None,
        inputs=list(controls),
        js=save,
        api_visibility="private",
    )
