"""The board's list of LoRAs."""

from bot.adapters.board.form import Form
from bot.adapters.board.lora_list import LoraList
from bot.core.draw_syntax import parse_draw
from bot.core.loras import Loras
from engine.lora import Lora, LoraInfo
from tests.builders import spec


def test_it_is_hidden_while_there_are_none_and_offers_what_can_be_used():
    loras = Loras()
    shown = LoraList(loras).shown()
    assert (shown["visible"], shown["choices"]) == (False, [])
    loras.take(
        (
            LoraInfo(name="ink", title="水墨", trigger_words=("水墨画",), weight=0.8),
            LoraInfo(name="broken", problem="damaged"),
        )
    )
    shown = LoraList(loras).shown()
    assert (shown["visible"], shown["choices"]) == (
        True,
        [("ink · 水墨 · 水墨画", "<lora:ink:0.8>")],
    )


def test_parameters_of_a_picture_bring_its_loras_back_into_the_prompt():
    loras = (Lora(name="ink wash", weight=0.8), Lora(name="金", weight=-1))
    form = Form.of(spec(prompt="一只猫", loras=loras))
    assert form.prompt == "一只猫 <lora:ink wash:0.8> <lora:金:-1>"
    read = parse_draw(form.prompt)
    assert read.prompt == "一只猫"
    assert [Lora(name=one.name, weight=one.weight or 0) for one in read.loras] == list(loras)
