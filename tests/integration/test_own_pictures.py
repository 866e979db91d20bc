"""One's own pictures on the board, over real rows and files."""

import base64
import json
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from PIL import Image, PngImagePlugin
from structlog.testing import capture_logs

from bot.adapters.board.attempt import Attempt
from bot.adapters.board.drop import Drop
from bot.adapters.board.own_tab import OwnTab
from bot.adapters.board.visitor import ADDRESS, REQUESTER
from bot.core.replies import OWN, reply
from engine.contract import Job, JobKey
from engine.encode import origin, png
from engine.profiles import profile_named
from tests.builders import spec
from tests.integration.front_desk_life import Desk

ATTEMPT = Attempt(structlog.get_logger("bot"))


@pytest.fixture
def tab(desk: Desk) -> OwnTab:
    return OwnTab(desk.data.own_pictures, desk.pictures, ATTEMPT)


async def drawn(desk: Desk, prompt: str = "一个圆", **more: Any) -> str:
    mine = {"by": REQUESTER, "address": ADDRESS, **more}
    return (await desk.drawn(spec=spec(prompt=prompt, count=1), **mine)).id


def said(shown: tuple[Any, ...]) -> str:
    return str(shown[-1])


async def test_only_ones_own_pictures_are_shown_newest_first(desk: Desk, tab: OwnTab) -> None:
    first, second = await drawn(desk), await drawn(desk, "一只猫")
    await desk.drawn(by="telegram:1")
    small, ids, *_ = await tab.newest("", "zh")
    assert ids == (second, first)
    assert [caption for _, caption in small] == [f"#{second} 一只猫", f"#{first} 一个圆"]


async def test_a_search_shows_what_has_its_words(desk: Desk, tab: OwnTab) -> None:
    cat = await drawn(desk, "一只猫")
    await drawn(desk)
    assert (await tab.newest("猫", "zh"))[1] == (cat,)
    assert reply("board_none_found", "zh") in said(await tab.newest("狗", "zh"))


async def test_pages_are_turned_in_both_directions(
    desk: Desk, tab: OwnTab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.adapters.board.own_tab.LIMIT", 2)
    rows = [await drawn(desk) for _ in range(3)]
    _, ids, ends, newer, older, _ = await tab.newest("", "zh")
    assert (ids, newer["interactive"], older["interactive"]) == ((rows[2], rows[1]), False, True)
    _, ids, ends, newer, older, _ = await tab.older("", ends, "zh")
    assert (ids, newer["interactive"], older["interactive"]) == ((rows[0],), True, False)
    assert (await tab.newer("", ends, "zh"))[1] == (rows[2], rows[1])


async def test_what_came_to_no_picture_is_told_in_words(desk: Desk, tab: OwnTab) -> None:
    row = await desk.store.queued(requester=REQUESTER, address=ADDRESS)
    shown = await tab.newest("", "zh")
    assert shown[1] == ()
    assert f"#{row.id}" in said(shown)


async def test_a_picture_tells_how_it_was_drawn_and_gives_its_parameters(
    desk: Desk, tab: OwnTab
) -> None:
    drawn_id = await drawn(desk)
    _, large, info, picked, _ = await tab.pick((drawn_id,), "zh", SimpleNamespace(index=0))
    assert [path.read_bytes() for path in large] == [b"png 1"]
    assert "种子 42" in info
    values = await tab.use(picked, "zh")
    assert values[:8] == ("一个圆", 1024, 1024, 1, 8, 0.0, "42", "")


async def test_a_file_that_is_gone_is_a_sentence(desk: Desk, tab: OwnTab) -> None:
    drawn_id = await drawn(desk)
    row = await desk.store.admissions.get(drawn_id)
    assert row is not None
    desk.pictures.path(row.pictures[0]).unlink()
    shown = await tab.pick((drawn_id,), "zh", SimpleNamespace(index=0))
    assert OWN["board"]["picture_gone"][0].format(id=drawn_id) in said(shown)


@pytest.mark.parametrize("index", [-1, 1, None, "0", [0, 0]])
async def test_what_was_not_on_the_page_cannot_be_picked(
    desk: Desk, tab: OwnTab, index: object
) -> None:
    drawn_id = await drawn(desk)
    shown = await tab.pick((drawn_id,), "zh", SimpleNamespace(index=index))
    assert "找不到编号" in said(shown)


async def test_somebody_elses_is_as_unknown_as_none(desk: Desk, tab: OwnTab) -> None:
    theirs = await desk.drawn(by="telegram:1")
    assert "找不到编号" in said(await tab.use(theirs.id, "zh"))


PNG_TEXT = """{"prompt": "一个圆", "negative_prompt": "", "seed": 7, "width": 512,
"height": 512, "steps": 8, "guidance": 0}"""


def dropped(width: int) -> Any:
    job = Job(
        key=JobKey(generation_id="k3x", attempt=1),
        prompt="一个圆",
        width=width,
        height=512,
        steps=8,
        guidance=0,
        seed=7,
    )
    data = png(Image.new("RGB", (8, 8)), origin(job, 0, (256, 256), "demo", "0.1"))
    return SimpleNamespace(_data={"head": base64.b64encode(data).decode()})


async def test_a_dropped_picture_fills_the_controls() -> None:
    drop = Drop(profile_named("demo"), ATTEMPT)
    *values, _ = await drop.restore("zh", dropped(512))
    assert values == ["一个圆", 512, 512, 1, 8, 0.0, "7", "", False, "", 0.6]


async def test_one_that_was_made_of_another_picture_is_told_to_come_out_different() -> None:
    made = json.loads(PNG_TEXT)
    info = PngImagePlugin.PngInfo()
    info.add_text("zdraw", json.dumps(made | {"strength": 0.5, "source_sha256": "0" * 64}))
    data = png(Image.new("RGB", (8, 8)), info)
    event: Any = SimpleNamespace(_data={"head": base64.b64encode(data).decode()})
    *values, sentence = await Drop(profile_named("demo"), ATTEMPT).restore("zh", event)
    assert values == ["一个圆", 512, 512, 1, 8, 0.0, "7", "", False, "", 0.5]
    assert reply("board_restored_in_part", "zh") in sentence


async def test_one_that_this_model_cannot_draw_is_refused_and_changes_nothing() -> None:
    drop = Drop(profile_named("demo"), ATTEMPT)
    *values, sentence = await drop.restore("zh", dropped(2048))
    assert "画不了 2048×512" in sentence
    assert all(value == {"__type__": "update"} for value in values)


@pytest.mark.parametrize("data", [None, "x", {}, {"head": 4}, {"head": "x"}])
async def test_whatever_else_a_browser_sends_is_a_sentence(data: object) -> None:
    drop = Drop(profile_named("demo"), ATTEMPT)
    event: Any = SimpleNamespace(_data=data)
    assert reply("no_parameters", "en") in said(await drop.restore("en", event))


async def test_what_nobody_expected_is_logged_without_words() -> None:
    async def fail() -> tuple[Any, ...]:
        raise RuntimeError("一个圆")

    with capture_logs() as logged:
        shown = await ATTEMPT("zh", fail(), 3)
    assert (len(shown), said(shown)) == (3, f"<div>{reply('internal_error', 'zh')}</div>")
    assert "圆" not in str(logged)
