"""Requests with LoRAs, from what people write to the row and back again."""

from pathlib import Path

import pytest

from bot.core.draw_syntax import DrawRequest
from bot.core.errors import Refusal
from bot.core.loras import WantedLora
from engine.lora import Lora, LoraInfo
from tests.integration.front_desk_life import Desk, desk_in

INFOS = (
    LoraInfo(name="Ink", title="水墨", trigger_words=("水墨画", "留白"), weight=0.8),
    LoraInfo(name="gold leaf"),
    LoraInfo(name="sdxl", problem="other_model", data={"layer": "unet.0"}),
)


@pytest.fixture
async def desk(tmp_path: Path):
    async with desk_in(tmp_path) as life:
        life.loras.take(INFOS)
        yield life


async def drawn(desk: Desk, text: str):
    origin = desk.origin()
    await desk.desk.draw(origin, text)
    row = await desk.store.admissions.latest(origin.requester, origin.address.chat)
    return origin, row


async def test_what_is_named_is_in_the_row_and_not_in_the_prompt(desk):
    _, row = await drawn(desk, "一只猫 <lora:水墨> 横图 --lora gold")
    assert row is None
    said = (await desk.said())[-1].text
    assert "gold leaf" in said
    _, row = await drawn(desk, "一只猫 <lora:水墨>，<lora:Gold Leaf:-0.5> 横图")
    assert row.spec.prompt == "一只猫"
    assert row.spec.loras == (Lora(name="Ink", weight=0.8), Lora(name="gold leaf", weight=-0.5))


async def test_drawing_it_again_or_editing_it_names_them_again(desk):
    _, row = await drawn(desk, "一只猫 <lora:ink:0.6>")
    origin = desk.origin()
    await desk.desk.again(origin, row.id, None, quiet=False)
    again = await desk.store.admissions.latest(origin.requester, origin.address.chat)
    assert again.id != row.id
    assert again.spec.loras == row.spec.loras
    assert "<lora:Ink:0.6>" in await desk.desk.edit_text(desk.origin(), row.id)


async def test_one_that_has_gone_meanwhile_is_said_so(desk):
    _, row = await drawn(desk, "一只猫 <lora:ink:0.6>")
    desk.loras.take(INFOS[1:])
    said = await desk.desk.again(desk.origin(), row.id, None, quiet=True)
    assert said is not None
    assert "Ink" in said.text
    assert "没有" in said.text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("一只猫 <lora:sdxl>", "unet.0"),
        ("一只猫 <lora:ink> <lora:水墨:1>", "两次"),
        ("一只猫 " + "<lora:ink> " * 4, "最多用 3 个"),
        ("一只猫 <lora:ink:5>", "风格模型"),
        ("一只猫 <lora:../../etc/passwd>", "没有叫"),
    ],
)
async def test_what_cannot_be_is_refused_and_takes_no_row(desk, text, part):
    _, row = await drawn(desk, text)
    assert row is None
    assert part in (await desk.said())[-1].text


async def test_info_tells_them(desk):
    _, row = await drawn(desk, "一只猫 <lora:ink:0.6>")
    await desk.desk.my_data.info(desk.origin(alone=True), row.id, private=True)
    assert "<lora:Ink:0.6>" in (await desk.said())[-1].text


async def test_the_list_has_trigger_words_and_what_is_wrong_with_the_others(desk):
    await desk.desk.loras.tell(desk.origin())
    said = (await desk.said())[-1].text
    assert "Ink:0.8（水墨），触发词：水墨画、留白" in said
    assert "gold leaf" in said
    assert "用不了：sdxl" in said
    assert "unet.0" in said
    await desk.desk.loras.tell(desk.origin(locale="en"), "gold")
    said = (await desk.said())[-1].text
    assert "gold leaf" in said
    assert "Ink" not in said


async def test_a_long_list_fits_into_a_message_and_says_how_many_are_left(desk):
    desk.loras.take(tuple(LoraInfo(name=f"style-{n}", title="很长的名字" * 8) for n in range(90)))
    await desk.desk.loras.tell(desk.origin())
    said = (await desk.said())[-1].text
    assert len(said) < 1700
    assert "还有" in said
    desk.loras.take(())
    await desk.desk.loras.tell(desk.origin())
    assert "还没有" in (await desk.said())[-1].text


async def test_one_that_comes_again_when_its_file_is_gone_is_the_same_request(desk):
    origin, row = await drawn(desk, "一只猫 <lora:水墨>")
    said = len(await desk.said())
    desk.loras.take(())
    await desk.desk.draw(origin, "一只猫 <lora:水墨>")
    assert len(await desk.said()) == said
    latest = await desk.store.admissions.latest(origin.requester, origin.address.chat)
    assert latest.id == row.id


async def test_a_program_that_names_a_title_gets_its_answer_when_the_file_is_gone(desk):
    titled = DrawRequest(prompt="圆", loras=(WantedLora(name="水墨"),))
    origin = desk.origin()
    first = await desk.drawer.values(origin, titled)
    desk.loras.take(())
    again = await desk.drawer.values(origin, titled)
    assert (again.duplicate, again.generation.id) == (True, first.generation.id)


async def test_values_are_checked_as_words_are(desk):
    ink = DrawRequest(prompt="圆", loras=(WantedLora(name="ink", weight=0.6),))
    origin = desk.origin()
    first = await desk.drawer.values(origin, ink)
    assert first.generation.spec.loras == (Lora(name="Ink", weight=0.6),)
    assert (await desk.drawer.values(origin, ink)).duplicate
    for loras in ((), (WantedLora(name="ink", weight=0.7),), (WantedLora(name="gold leaf"),)):
        with pytest.raises(Refusal) as raised:
            await desk.drawer.values(origin, DrawRequest(prompt="圆", loras=loras))
        assert raised.value.code == "key_reused"
    titled = DrawRequest(prompt="圆", loras=(WantedLora(name="水墨"),))
    origin = desk.origin()
    for duplicate in (False, True):
        assert (await desk.drawer.values(origin, titled)).duplicate is duplicate
    wild = (WantedLora(name="ink", weight=float("nan")),)
    with pytest.raises(Refusal) as raised:
        await desk.drawer.values(desk.origin(), DrawRequest(prompt="圆", loras=wild))
    assert raised.value.code == "bad_value"
