"""画质增强 from the words of a request to the job that draws it."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.core.enhancement import Enhancement
from bot.core.generation import DrawSpec, Generation
from bot.core.job import job_of
from bot.core.quota import UNIT, QuotaDefaults
from bot.core.replies import note_text
from engine.profiles import profile_named
from tests.integration import front_desk_life
from tests.integration.front_desk_life import ANNA, BORIS, CHAT, Desk, desk_in

CIRCLE = "一个红色的圆"
ALONE: dict[str, Any] = {"alone": True, "at": replace(CHAT, chat="1")}
#: As many units as a picture takes with guidance.
DOUBLE = 2 * UNIT
KNOWING = replace(
    profile_named("demo"),
    quality=("细节丰富，画面清晰，高画质", "rich detail"),
    flaws=("模糊", "blurry"),
)
ADDED = Enhancement(quality="，细节丰富，画面清晰，高画质", negative="模糊")
NOTE = note_text("enhanced", "zh", guidance=1.8)


@pytest.fixture
async def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    """Over a model that knows words of quality."""
    monkeypatch.setattr(front_desk_life, "PROFILE", KNOWING)
    async with desk_in(tmp_path, QuotaDefaults(allowance=9 * UNIT)) as desk:
        yield desk


async def asked(desk: Desk, text: str, **who: Any) -> Generation:
    return await desk.draw(text, **who)


def drawn_from(spec: DrawSpec) -> tuple[str, str, float]:
    return spec.drawn_prompt, spec.drawn_negative, spec.guidance


async def test_the_row_keeps_what_was_typed_and_the_job_has_what_is_drawn(desk: Desk) -> None:
    one = await asked(desk, f"{CIRCLE} 增强")
    assert (one.spec.prompt, one.spec.negative_prompt) == (CIRCLE, "")
    assert (one.spec.enhancement, one.spec.guidance) == (ADDED, 1.8)
    started = replace(one, attempt=1)
    job, _ = await job_of(started, desk.pictures)
    assert (job.prompt, job.negative_prompt) == (CIRCLE + ADDED.quality, "模糊")
    assert (job.guidance, job.enhance) == (1.8, True)


async def test_it_costs_what_guidance_costs_and_the_reply_says_so_once(desk: Desk) -> None:
    one = await asked(desk, f"{CIRCLE} 增强")
    assert one.price == DOUBLE
    assert [text for text in desk.cards.remarks(one) if "1.8" in text] == [NOTE]


async def test_in_a_chat_nothing_is_enhanced_unless_it_is_asked_for(desk: Desk) -> None:
    one = await asked(desk, CIRCLE)
    assert (one.spec.enhancement, one.spec.guidance, one.price) == (None, 0, UNIT)
    job, _ = await job_of(replace(one, attempt=1), desk.pictures)
    assert (job.prompt, job.enhance) == (CIRCLE, False)


@pytest.mark.parametrize(
    ("words", "drawn"),
    [
        ("增强 引导 2.2", (CIRCLE + ADDED.quality, "模糊", 2.2)),
        ("增强 负面：蓝色", (CIRCLE + ADDED.quality, "蓝色", 1.8)),
        ("增强 引导 0", (CIRCLE + ADDED.quality, "", 0)),
        ("不增强 负面：蓝色", (CIRCLE, "蓝色", 1.8)),
    ],
)
async def test_what_a_person_says_goes_before_what_it_adds(desk: Desk, words, drawn) -> None:
    one = await asked(desk, f"{CIRCLE} {words}")
    assert drawn_from(one.spec) == drawn


@pytest.mark.parametrize(
    "words", ["增强", "增强 引导 2.2", "增强 引导 0", "增强 负面：蓝色", "不增强", "负面：蓝色"]
)
async def test_a_repetition_and_its_words_draw_the_same(desk: Desk, words: str) -> None:
    one = await asked(desk, f"{CIRCLE} {words}")
    again = await desk.drawer.repeat(desk.origin(), one)
    assert again.generation.spec == replace(one.spec, seed=again.generation.spec.seed)
    assert again.generation.notes == one.notes
    offered = await desk.desk.edit_text(desk.origin(by=BORIS), one.id)
    edited = await asked(desk, offered, by=BORIS)
    assert edited.spec == replace(one.spec, seed=edited.spec.seed)


async def test_where_the_prompt_is_long_no_words_are_added_and_that_is_said(desk: Desk) -> None:
    one = await asked(desk, "圆" * 35 + " 增强")
    assert one.spec.drawn_prompt == "圆" * 35
    assert note_text("no_room_to_enhance", "zh") in desk.cards.remarks(one)


async def test_info_tells_what_was_added(desk: Desk) -> None:
    one = await asked(desk, f"{CIRCLE} 增强")
    await desk.desk.my_data.info(desk.origin(), one.id)
    told = [notice.text for notice in await desk.said()]
    assert any("✨ 画质增强 · 补上「细节丰富，画面清晰，高画质」 · 负面「模糊」" in t for t in told)


# --- whose word it is -----------------------------------------------------------------------------


async def test_a_group_decides_for_those_who_say_nothing(desk: Desk) -> None:
    await desk.manage("group", "增强 开")
    assert (await asked(desk, CIRCLE)).spec.enhancement == ADDED
    assert (await asked(desk, f"{CIRCLE} 不增强")).spec.enhancement is None


async def test_a_person_decides_for_themselves_wherever_they_ask(desk: Desk) -> None:
    await desk.manage("group", "画质增强 开", by=ANNA, admin=False, **ALONE)
    assert (await asked(desk, CIRCLE)).spec.enhancement == ADDED
    assert (await asked(desk, CIRCLE, by=BORIS)).spec.enhancement is None
    await desk.manage("group", "增强 开")
    await desk.manage("group", "增强 关", by=ANNA, admin=False, **ALONE)
    assert (await asked(desk, CIRCLE)).spec.enhancement is None
    assert (await asked(desk, CIRCLE, by=BORIS)).spec.enhancement == ADDED


async def test_words_offered_for_editing_switch_off_what_would_be_on(desk: Desk) -> None:
    one = await asked(desk, CIRCLE)
    await desk.manage("group", "增强 开")
    assert await desk.desk.edit_text(desk.origin(), one.id) == f"{CIRCLE}\n不增强"
