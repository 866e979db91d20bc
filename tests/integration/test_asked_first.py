"""Before a picture is fetched, received or decoded it is asked whether anything could be drawn of
it at all: whoever has no quota, is banned, or has too much waiting causes nothing of that."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.edit import Shown
from bot.core.errors import Refusal
from bot.core.moderation.area import EVERYTHING
from bot.core.moderation.bans import Ban
from bot.core.moderation.matcher import WordRule
from bot.core.quota import UNIT, QuotaDefaults
from tests.builders import act
from tests.integration.api_life import Api, api_in
from tests.integration.front_desk_life import BORIS, Desk, desk_in
from tests.integration.test_comfyui_api import wrong as bad_workflow
from tests.integration.test_edit import fetching, no_errands, told
from tests.integration.test_openai_api import wrong
from tests.integration.test_openai_edits import EDITS, PROMPT, asked, row
from tests.integration.waiting import eventually
from tests.photos import photo
from tests.unit.http_api.workflows import FROM_PICTURE

#: Decoded it would be told of.
NO_PICTURE = b"no picture"


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """One picture a day."""
    async with desk_in(tmp_path, QuotaDefaults(allowance=UNIT)) as made:
        yield made


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    """The same for programs."""
    async with api_in(tmp_path, defaults=QuotaDefaults(allowance=UNIT)) as made:
        yield made


class Picture:
    """Comes along with a command, and counts how often it is fetched."""

    def __init__(self) -> None:
        self.fetched = 0

    async def __call__(self) -> tuple[bytes, bytes | None]:
        self.fetched += 1
        return photo(), None


async def given(desk: Desk, text: str = PROMPT, **origin: Any) -> tuple[int, str]:
    """How often it was fetched, and what is told."""
    picture = Picture()
    said = await desk.desk.edits.given(desk.origin(**origin), text, picture, quiet=True)
    assert said is not None
    return picture.fetched, said.text


async def ban(api: Api) -> None:
    one = Ban(person="api:local", area=EVERYTHING, until_ms=None, reason="flooding")
    await api.store.bans.ban(one, act())


# --- chats ----------------------------------------------------------------------------------------


async def test_what_came_along_is_fetched_for_whoever_has_quota_and_for_nobody_else(desk) -> None:
    assert (await given(desk))[0] == 1
    fetched, said = await given(desk)
    assert fetched == 0
    assert "额度" in said


async def test_with_some_quota_left_what_costs_more_is_not_fetched(desk: Desk) -> None:
    fetched, said = await given(desk, f"{PROMPT} 步数 40")
    assert (fetched, "额度" in said) == (0, True)


@pytest.mark.parametrize("words", ["尺寸 100x100", "改动 小 一门大炮", "--lora 没有 --sed"])
async def test_what_is_refused_anyway_is_not_fetched(desk: Desk, words: str) -> None:
    await desk.store.words.add(EVERYTHING, [WordRule(text="大炮")], act())
    assert (await given(desk, f"{PROMPT} {words}"))[0] == 0


async def test_whoever_has_too_much_waiting_has_nothing_fetched(tmp_path: Path) -> None:
    async with desk_in(tmp_path) as desk:
        for _ in range(3):
            assert (await given(desk))[0] == 1
        assert (await given(desk))[0] == 0


async def test_nothing_is_noted_to_be_fetched_without_quota(desk: Desk) -> None:
    await given(desk, by=BORIS)
    await desk.desk.edits.shown(desk.origin(by=BORIS), PROMPT, Shown(file="AgACAg"))
    assert await no_errands(desk)
    assert "额度" in await told(desk)


async def test_what_was_noted_while_there_was_quota_is_not_fetched_without(desk: Desk) -> None:
    await desk.desk.edits.shown(desk.origin(), PROMPT, Shown(file="AgACAg"))
    await given(desk)
    async with fetching(desk, photo()) as platform:
        await eventually(lambda: no_errands(desk))
    assert platform.asked == []
    assert "额度" in await told(desk)


# --- programs -------------------------------------------------------------------------------------


async def test_of_an_edit_without_quota_nothing_is_decoded(api: Api) -> None:
    program = await api.program()
    await row(api, await asked(program))
    error = wrong(await asked(program, NO_PICTURE), 429)
    assert error["code"] == "insufficient_quota"


async def test_of_who_is_banned_no_form_is_kept(api: Api) -> None:
    program = await api.program()
    await ban(api)
    # Nothing is wrong with it for who may draw, but that it is no form.
    assert wrong(await program.post(EDITS, content=b"x" * 100), 403)["code"] == "banned_for_good"
    answer = await program.post("/upload/image", content=b"x" * 100)
    bad_workflow(answer, "banned_for_good", 403)


async def test_what_was_drawn_under_a_key_is_had_by_who_may_draw_no_more(api: Api) -> None:
    program, key = await api.program(), {"Idempotency-Key": "order-17"}
    one = await row(api, await asked(program, headers=key))
    await ban(api)
    assert (await row(api, await asked(program, headers=key))).id == one.id


async def test_a_workflow_without_quota_is_refused_for_that_and_not_for_its_picture(
    api: Api,
) -> None:
    program = await api.program()
    await row(api, await asked(program, data={"size": "512x512"}))
    answer = await program.post("/prompt", json={"prompt": FROM_PICTURE})
    bad_workflow(answer, "quota_spent", 429)


# --- the question itself --------------------------------------------------------------------------


async def test_it_is_asked_of_no_request_that_was_drawn_already(desk: Desk) -> None:
    origin = desk.origin()
    await desk.desk.edits.given(origin, PROMPT, Picture(), quiet=True)
    request = await desk.drawer.read(origin, PROMPT)
    await desk.drawer.foresee(origin, request)
    with pytest.raises(Refusal):
        await desk.drawer.foresee(desk.origin(), request)


async def test_nothing_is_taken_by_asking(desk: Desk) -> None:
    origin = desk.origin()
    request = await desk.drawer.read(origin, PROMPT)
    for _ in range(3):
        await desk.drawer.foresee(origin, request)
    assert (await given(desk))[0] == 1
