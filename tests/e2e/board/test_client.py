"""The board as a program meets it: `zdraw run` without a token, over Gradio's client."""

from pathlib import Path

import httpx
import pytest
from gradio_client import Client
from PIL import Image

from engine.profiles import profile_named
from tests.e2e.board.conftest import BoardHouse, a_tab

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]

DRAW = "一个红色的圆 尺寸 128x128"
#: Long enough to be interrupted in the middle.
LONG_DRAW = f"{DRAW} 步数 50 2张"


def pictures(gallery: list[dict[str, str]]) -> list[Path]:
    return [Path(shown["image"]) for shown in gallery]


def test_prompt_becomes_a_png_of_the_size_asked_for(board: Client) -> None:
    gallery, status = board.predict("一个蓝色的方块 尺寸 256x128 种子 42", api_name="/draw")
    (picture,) = pictures(gallery)
    assert picture.read_bytes().startswith(b"\x89PNG")
    with Image.open(picture) as opened:
        assert opened.size == (256, 128)
    assert "256×128 · 种子 42 · #" in status


def test_page_offers_the_prompts_that_its_model_can_draw(board: Client) -> None:
    (offered,) = [part for part in board.config["components"] if part["type"] == "dataset"]
    samples = [sample for (sample,) in offered["props"]["samples"]]
    assert samples == list(profile_named("demo").examples)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (f"{DRAW} --sed 4", "不认识参数「--sed」，是想写「--seed」吗？"),
        ("一个红色的圆 尺寸 100x100", "画不了 100×100，最接近的可以是 128×128"),
        ("", "没看到要画什么。"),
    ],
)
def test_what_cannot_be_drawn_is_a_sentence_and_no_picture(
    board: Client, text: str, sentence: str
) -> None:
    gallery, status = board.predict(text, api_name="/draw")
    assert gallery == []
    assert sentence in status


def test_what_people_write_is_shown_as_text(board: Client) -> None:
    _, status = board.predict("一个红色的圆 --种子 <b>四</b>", api_name="/draw")
    assert "不能是「&lt;b&gt;四&lt;/b&gt;」" in status


def test_two_tabs_at_once_both_get_their_picture(
    house: BoardHouse, board: Client, tmp_path: Path
) -> None:
    with a_tab(house, tmp_path) as other:
        jobs = [
            tab.submit(f"{DRAW} 种子 {seed}", api_name="/draw")
            for seed, tab in enumerate((board, other), start=1)
        ]
        shown = [job.result(timeout=60) for job in jobs]
    assert ["种子 1 " in shown[0][1], "种子 2 " in shown[1][1]] == [True, True]
    assert [len(gallery) for gallery, _ in shown] == [1, 1]


def test_second_press_is_a_second_request(board: Client) -> None:
    presses = [board.submit(DRAW, api_name="/draw") for _ in range(2)]
    statuses = {press.result(timeout=60)[1] for press in presses}
    assert len(statuses) == 2


def test_picture_comes_though_the_engine_was_killed_meanwhile(
    house: BoardHouse, board: Client
) -> None:
    job = board.submit(LONG_DRAW, api_name="/draw")
    house.wait_for(lambda: any("max=" in status for _, status in job.outputs()), 60)
    killed = house.child("engine")
    house.kill("engine")
    gallery, _ = job.result(timeout=90)
    assert len(gallery) == 2
    assert house.child("engine") != killed


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "rebound.example"},
        {"Host": "127.0.0.1.rebound.example"},
        {"Origin": "http://elsewhere.example"},
        {"Origin": "null"},
        # Another program of this machine.
        {"Origin": "http://127.0.0.1:1"},
    ],
)
def test_request_of_a_foreign_page_is_refused(house: BoardHouse, headers: dict[str, str]) -> None:
    call = f"{house.url}/gradio_api/call/draw"
    asked = httpx.post(call, headers=headers, json={"data": [DRAW]})
    assert asked.status_code == 403
    assert httpx.get(house.url, headers=headers).status_code == 403


def test_request_of_its_own_page_is_taken(house: BoardHouse) -> None:
    call = f"{house.url}/gradio_api/call/draw"
    asked = httpx.post(call, headers={"Origin": house.url}, json={"data": [DRAW]})
    assert asked.status_code == 200


def test_board_listens_on_this_machine_only(house: BoardHouse) -> None:
    port = int(house.url.rpartition(":")[2])
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    ]
    assert listening == [f"0100007F:{port:04X}"]


def test_page_refers_to_no_other_machine(house: BoardHouse) -> None:
    page = httpx.get(house.url).text
    assert "fonts.googleapis.com" not in page
    assert "cdn" not in page.lower()


def test_start_says_where_the_board_is_and_how_to_add_a_chat_platform(house: BoardHouse) -> None:
    said = house.log.read_text(errors="replace")
    assert f"board: {house.url}\n" in said
    assert "put ZDRAW_TELEGRAM_TOKEN=… or ZDRAW_DISCORD_TOKEN=… into .env" in said
