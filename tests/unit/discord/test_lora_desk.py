"""LoRAs that are offered while a name is typed."""

from typing import Any

import pytest

from bot.adapters.discord.composing import composed
from bot.adapters.discord.lora_desk import LoraDesk
from bot.core.draw_syntax import parse_draw
from bot.core.loras import WantedLora
from engine.lora import LoraInfo
from tests.fakes.recording_core import RecordingCore


@pytest.fixture
def desk() -> LoraDesk:
    core, nobody = RecordingCore(), Any
    core.loras.infos = [
        LoraInfo(name="ink wash", title="水墨"),
        LoraInfo(name="ink 2"),
        LoraInfo(name="inky", problem="damaged"),
        *(LoraInfo(name=f"style {n}") for n in range(40)),
    ]
    return LoraDesk(core.loras, nobody)  # type: ignore[arg-type]  # nobody asks for the list


def test_those_that_can_be_used_are_offered_by_name_and_title(desk):
    offered = {choice.value: choice.name for choice in desk.named("ink")}
    assert offered == {"ink wash": "ink wash · 水墨", "ink 2": "ink 2"}


def test_a_weight_that_is_typed_behind_the_name_stays(desk):
    assert [choice.value for choice in desk.named("ink 2:0.5")] == ["ink 2:0.5"]


def test_no_more_are_offered_than_discord_shows(desk):
    assert len(desk.named("style")) == 25


@pytest.mark.parametrize("locale", ["zh", "en"])
def test_what_was_chosen_is_read_as_that_lora(desk, locale):
    options: dict[str, str | int | float | None] = {
        "loras": "ink wash:0.5",
        "seed": 7,
        "negative": "blur",
    }
    request = parse_draw(composed("一只猫", options, locale))
    assert request.loras == (WantedLora(name="ink wash", weight=0.5),)
    assert (request.prompt, request.seed, request.negative) == ("一只猫", 7, "blur")
