"""Gradio's page with its doors to files closed."""

from typing import Any

import gradio

from bot.adapters.shared.trouble import trouble
from bot.core.log import Log


class PlainBlocks(gradio.Blocks):  # type: ignore[misc]  # Gradio has no types
    """Takes text and numbers only. What Gradio takes for a file it copies, or fetches from
    wherever the browser says, before any of our code has seen it."""

    def __init__(self, log: Log, **options: Any) -> None:
        super().__init__(**options)
        self._log = log

    async def preprocess_data(
        self, block_fn: Any, inputs: list[Any], state: Any, explicit_call: bool = False
    ) -> Any:
        """As in Gradio. What is wrong with inputs is not printed: it would quote them."""
        try:
            if not all(map(_is_plain, inputs)):
                raise ValueError("not text or a number")
            return await super().preprocess_data(block_fn, inputs, state, explicit_call)
        except Exception as error:
            self._log.warning("board_inputs_refused", **trouble(error))
            raise gradio.Error("", print_exception=False) from None


def _is_plain(value: Any) -> bool:
    if isinstance(value, list):
        return all(map(_is_plain, value))
    return value is None or isinstance(value, str | int | float)
