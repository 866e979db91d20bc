"""Refusals name options as each API calls them."""

import pytest

from bot.adapters.http_api.comfyui import errors as comfyui
from bot.adapters.http_api.openai import errors as openai
from bot.core.draw_options import OPTIONS
from bot.core.replies import program_text

KEYS = {option.key for option in OPTIONS}


def test_openai_has_a_name_for_each() -> None:
    assert openai.NAMES.keys() >= KEYS


def test_comfyui_has_a_name_for_each_that_a_workflow_can_say() -> None:
    assert comfyui.NAMES.keys() >= KEYS - {"enhance"}


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_a_wrong_weight_is_told_of_in_comfyuis_words(locale: str) -> None:
    data = {"key": "loras", "value": "水墨:3", "allowed": "-2 – 2"}
    said = program_text("bad_value", locale, comfyui.NAMES, **data)
    assert "lora_name" in said
    assert "loras" not in said
