"""Pictures that the board begins from, over real rows and files: what is taken, and what named."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog
from PIL import Image

from bot.adapters.board import beginnings as beginnings_module
from bot.adapters.board.attempt import Attempt
from bot.adapters.board.beginning_panel import BeginningPanel
from bot.adapters.board.beginnings import PICTURE, Beginnings, thumbnail
from bot.adapters.board.gate import MAX_PICTURE_BYTES, Gate
from bot.adapters.board.visitor import ADDRESS, REQUESTER
from bot.core.errors import Refusal
from bot.core.replies import reply
from bot.core.sources import Given
from bot.core.uploads import UploadName, Uploads
from bot.store.upload_folder import UploadFolder
from tests.integration.front_desk_life import BORIS, CHAT, PROFILE, Desk
from tests.photos import brought, encoded, photo, see_through


@pytest.fixture
def uploads(desk: Desk) -> Uploads:
    return Uploads(UploadFolder(desk.pictures), desk.store.uploads, desk.store.clock)


@pytest.fixture
def beginnings(desk: Desk, uploads: Uploads) -> Beginnings:
    log = structlog.get_logger("bot")
    return Beginnings(
        uploads=uploads,
        sources=desk.drawer._sources,
        own=desk.data.own_pictures,
        log=log,
    )


async def nothing(*_: Any) -> None:
    raise AssertionError("not for Gradio")


@pytest.fixture
async def page(beginnings: Beginnings) -> AsyncIterator[httpx.AsyncClient]:
    gate = Gate(nothing, beginnings=beginnings, login=None, folders=[])
    transport = httpx.ASGITransport(gate)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7860") as client:
        yield client


async def given(beginnings: Beginnings, name: str) -> Given:
    found = await beginnings.given(name)
    assert found is not None
    return found


async def test_what_is_sent_can_be_begun_from_by_its_name(page, beginnings: Beginnings) -> None:
    answer = await page.post(PICTURE, content=photo())
    found = await given(beginnings, answer.json()["name"])
    assert (found.width, found.height, found.masked) == (320, 240, False)
    assert await beginnings.given("") is None


async def test_what_is_no_picture_or_a_bomb_is_refused_in_words(
    page, tmp_path: Path, beginnings: Beginnings
) -> None:
    bomb = encoded(Image.new("1", (20_000, 20_000)), "PNG")
    for content, why in ((b"no picture", "not_a_picture"), (b"", "not_a_picture")):
        answer = await page.post(PICTURE, content=content)
        assert answer.json()["said"]["zh"] == reply(why, "zh")
    said = (await page.post(PICTURE, content=bomb)).json()["said"]
    assert "像素" in said["zh"]
    assert "pixels" in said["en"]
    assert not [path for path in (tmp_path / "uploads").glob("*") if path.is_file()]


@pytest.mark.parametrize("announced", [True, False])
async def test_more_bytes_than_may_come_are_not_read(page, announced: bool) -> None:
    body = bytes(MAX_PICTURE_BYTES + 1)

    async def parts() -> AsyncIterator[bytes]:
        for start in range(0, len(body), 2**20):
            yield body[start : start + 2**20]

    answer = await page.post(PICTURE, content=body if announced else parts())
    assert answer.status_code == 413


async def test_who_sends_slowly_does_not_keep_others_from_sending(
    page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(beginnings_module, "SEND_SECONDS", 0.2)

    async def never_ends() -> AsyncIterator[bytes]:
        yield photo()[:100]
        await asyncio.Event().wait()

    slow = [asyncio.create_task(page.post(PICTURE, content=never_ends())) for _ in range(3)]
    async with asyncio.timeout(5):
        assert (await page.post(PICTURE, content=photo())).status_code == 200
        assert [(await one).status_code for one in slow] == [408] * 3


async def test_another_sites_page_sends_none(page) -> None:
    elsewhere = {"Origin": "http://elsewhere.example"}
    assert (await page.post(PICTURE, content=photo(), headers=elsewhere)).status_code == 403
    assert (await page.get(PICTURE)).status_code == 404


@pytest.mark.parametrize(
    "name", ["nothing", "../zdraw.db", "/etc/passwd", "http://127.0.0.1:1/x", "\0", "x" * 5000]
)
async def test_no_other_name_leads_to_a_file(beginnings: Beginnings, name: str) -> None:
    with pytest.raises(Refusal) as caught:
        await beginnings.given(name)
    assert caught.value.code == "source_gone"


async def test_what_a_program_has_sent_is_not_the_boards(
    beginnings: Beginnings, uploads: Uploads
) -> None:
    at = UploadName(kind="board", subfolder="", name="x.png")
    await uploads.take("api:1", at, photo(), overwrite=False)
    with pytest.raises(Refusal):
        await beginnings.given("x.png")


async def test_a_request_that_began_from_one_names_it(desk: Desk, beginnings: Beginnings) -> None:
    mine: dict[str, Any] = {"by": REQUESTER, "at": ADDRESS}
    await desk.desk.edits.given(desk.origin(**mine), "换成夜景", brought(photo()))
    one = await desk.store.admissions.latest(REQUESTER, ADDRESS.chat)
    assert one is not None
    assert (await given(beginnings, f"#{one.id}")).width == 320
    await desk.desk.edits.given(desk.origin(by=BORIS), "换成夜景", brought(photo()))
    theirs = await desk.store.admissions.latest(BORIS, CHAT.chat)
    assert theirs is not None
    # What somebody else sent is nobody's but theirs.
    with pytest.raises(Refusal):
        await beginnings.given(f"#{theirs.id}")


async def test_of_a_picture_that_is_there_its_shape_is_taken(page, beginnings: Beginnings) -> None:
    panel = BeginningPanel(beginnings, PROFILE, Attempt(structlog.get_logger("bot")))
    sent = (await page.post(PICTURE, content=see_through((400, 200)))).json()
    name, width, height, said = await panel.take("zh", told(sent))
    assert (name, width, height, said) == (sent["name"], 720, 368, "")
    shown, image, _ = await panel.show(name, "zh")
    assert shown["visible"]
    assert "data:image/jpeg;base64," in image
    assert thumbnail(await given(beginnings, name)) in image
    hidden, *_ = await panel.show("", "zh")
    assert not hidden["visible"]


@pytest.mark.parametrize("sent", [None, {}, {"name": 7}, {"said": "x"}, {"large": True}, "x"])
async def test_whatever_the_page_says_is_a_sentence(beginnings: Beginnings, sent: Any) -> None:
    panel = BeginningPanel(beginnings, PROFILE, Attempt(structlog.get_logger("bot")))
    *_, said = await panel.take("zh", told(sent))
    assert said.startswith("<div>")


def told(data: Any) -> Any:
    """As Gradio hands an event over."""
    return type("Event", (), {"_data": data})()
