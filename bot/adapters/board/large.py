"""Pictures as large as the column, to look at and to take along."""

import gradio

from bot.adapters.board.style import PICTURE


def large_pictures(elem_id: str) -> gradio.Gallery:
    """`elem_id`: what style sheets and tests know it by."""
    return gradio.Gallery(
        show_label=False,
        columns=2,
        height=PICTURE,
        object_fit="contain",
        buttons=["download", "fullscreen"],
        interactive=False,
        elem_id=elem_id,
    )
