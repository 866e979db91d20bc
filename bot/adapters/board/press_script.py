"""What the page does about a press of 画 that is not answered.

Answers come over a stream that Gradio closes when nothing is left to tell. A press that comes at
that moment is never told of, though it may be drawn. So each has a name, which is its event's:
where no answer to it shows up the page asks what became of it, without the stream, until it has
ended; and a page that is loaded again asks after its last one.
"""

from bot.adapters.board.visitor import press_key

#: Until an answer is missed; between two questions then; and how often an answer is looked for.
_PATIENCE_MS, _PAUSE_MS, _LOOK_MS = 6000, 1000, 250
_STORED = "zdraw-press"
#: With what came to nothing: it is not asked after again.
VOID = "<i hidden data-void></i>"
CSS = "#recall { display: none; }"

#: When the page is there. `recall` presses the hidden button of that name.
LOADED = f"""
const recall = () => document.querySelector('#recall').click();
window.zdrawWait = (press) => {{
    clearInterval(window.zdrawWaits);
    sessionStorage.setItem('{_STORED}', press);
    let waited = 0;
    window.zdrawWaits = setInterval(() => {{
        const answer = document.querySelector(`#status [data-press="${{press}}"]`);
        const patience = answer ? {_PAUSE_MS} : {_PATIENCE_MS};
        waited += {_LOOK_MS};
        if (answer && !('live' in answer.dataset)) {{
            clearInterval(window.zdrawWaits);
            if (document.querySelector('#status [data-void]')) {{
                sessionStorage.removeItem('{_STORED}');
            }}
        }} else if (waited >= patience) {{
            waited = 0;
            recall();
        }}
    }}, {_LOOK_MS});
}};
const last = sessionStorage.getItem('{_STORED}');
if (last) {{
    window.zdrawWait(last);
    // Not before the language has been set.
    setTimeout(recall, 500);
}}
"""
#: Before 画 is sent: the press's name stands last but one, before the language.
NAMED = """
(...values) => {
    const digits = Array.from(crypto.getRandomValues(new Uint8Array(16)));
    const press = digits.map((digit) => digit.toString(16).padStart(2, '0')).join('');
    window.zdrawWait(press);
    values[values.length - 2] = press;
    return values;
}
"""
#: Before what names the last press is sent: it stands first.
LAST = f"(_, locale) => [sessionStorage.getItem('{_STORED}') || '', locale]"


def answered(press: str, *, ask_on: bool = False) -> str:
    """Tells the page that this is an answer to that press. `ask_on`: there will be more to tell,
    and nobody tells it unasked."""
    if press_key(press) is None:
        return ""
    return f'<i hidden data-press="{press}"{" data-live" if ask_on else ""}></i>'
