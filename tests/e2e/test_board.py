"""The board as people and programs meet it: `zdraw run` without a token, in a real Chromium and
over Gradio's client. One house and one browser serve all tests; the last ones end them."""

import hashlib
import json
import os
import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from gradio_client import Client
from PIL import Image
from playwright.sync_api import Browser, Page, Route, expect

from engine.profiles import profile_named
from tests.board_browser import (
    DESK,
    PATIENCE_MS,
    PHONE,
    a_chromium,
    a_page,
    draw,
    drawn,
    drawn_again,
    drop,
    file_of,
    look_at,
    press,
    prompt,
    width_of_page,
)
from tests.board_house import BoardHouse, a_tab, answers
from tests.board_stand import PANDAS, PASSWORD, Stand
from tests.lora_files import comfyui_form, random_pairs, save
from tests.photos import photo

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180), *PANDAS]
expect.set_options(timeout=PATIENCE_MS)

SMALL = "尺寸 128x128"
DRAW = f"一个红色的圆 {SMALL}"
#: Long enough to be interrupted in the middle.
LONG_DRAW = f"{DRAW} 步数 50 2张"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoardHouse]:
    with BoardHouse(tmp_path_factory.mktemp("board")) as house:
        house.wait_until_ready()
        house.wait_for(lambda: answers(house.url), 60)
        yield house


@pytest.fixture(scope="module")
def board(house: BoardHouse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    with a_tab(house, tmp_path_factory.mktemp("downloads")) as client:
        yield client


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with a_chromium() as browser:
        yield browser


@pytest.fixture
def page(house: BoardHouse, chromium: Browser) -> Iterator[Page]:
    with a_page(chromium, house.url, DESK) as page:
        yield page


@pytest.fixture
def phone(house: BoardHouse, chromium: Browser) -> Iterator[Page]:
    with a_page(chromium, house.url, PHONE) as page:
        yield page


# --- in a browser ---------------------------------------------------------------------------------


def test_what_is_typed_is_drawn_step_by_step_and_seen(page: Page) -> None:
    draw(page, f"一个红色的圆 {SMALL} 步数 50 2张")
    bar = page.locator("#status progress[max='100']")
    expect(bar).to_be_visible()
    expect(page.locator("#status")).to_contain_text(re.compile(r"第 \d+/100 步"))
    assert drawn(page).evaluate("image => image.naturalWidth") == 128
    expect(page.locator("#pictures img")).to_have_count(2)
    expect(page.locator("#status")).to_contain_text("128×128 · 种子")
    expect(bar).to_have_count(0)


def test_cancel_takes_it_back(page: Page) -> None:
    press(page, "取消")
    expect(page.locator("#status")).to_contain_text("没有在排队或在画的请求")
    draw(page, f"一个红色的圆 {SMALL} 步数 50 4张")
    expect(page.locator("#status progress")).to_be_visible()
    press(page, "取消")
    expect(page.locator("#status")).to_have_text("已取消。")
    expect(page.locator("#pictures img")).to_have_count(0)


def test_a_lora_that_is_put_there_is_offered_drawn_with_and_restored(
    house: BoardHouse, page: Page
) -> None:
    expect(page.locator("#prompt")).to_be_visible()
    expect(page.locator("#lora")).to_have_count(0)
    layers = {f"layers.{n}.attention.to_v": (160, 160) for n in range(6)}
    save(house.state_dir / "loras", "水墨", comfyui_form(random_pairs(layers)))
    for _ in range(30):
        page.reload()
        expect(page.locator("#prompt")).to_be_visible()
        if page.locator("#lora").count():
            break
        page.wait_for_timeout(1000)
    prompt(page).fill("一个红色的圆")
    page.locator("#lora input").click()
    page.get_by_role("option", name="水墨").click()
    expect(prompt(page)).to_have_value("一个红色的圆 <lora:水墨:1>")
    draw(page, f"{prompt(page).input_value()} {SMALL}")
    drawn(page)
    path = file_of(house.state_dir, page)
    with Image.open(path) as picture:
        made = json.loads(picture.info["zdraw"])
    assert made["prompt"] == "一个红色的圆"
    assert [(one["name"], one["weight"]) for one in made["loras"]] == [("水墨", 1.0)]
    page.reload()
    drop(page, path)
    expect(prompt(page)).to_have_value("一个红色的圆 <lora:水墨:1>")


def test_a_page_that_is_loaded_again_shows_what_it_had_asked_for(page: Page) -> None:
    draw(page, LONG_DRAW)
    expect(page.locator("#status progress")).to_be_visible()
    page.reload()
    # Also while it is drawn.
    expect(page.locator("#status progress")).to_be_visible()
    drawn(page)
    told = page.locator("#status").inner_text()
    page.reload()
    drawn(page)
    assert page.locator("#status").inner_text() == told


def test_a_page_that_is_loaded_again_has_what_was_typed_and_another_one_has_not(
    house: BoardHouse, chromium: Browser, page: Page
) -> None:
    prompt(page).fill("一个红色的圆")
    page.get_by_text("更多设置").click()
    page.locator("#negative textarea").fill("绿色")
    page.locator("#ratio").get_by_text("横 16:9").click()
    page.locator("#enhance input").uncheck()
    stored = "() => (sessionStorage.getItem('zdraw-form') || '').includes('绿色\",false]')"
    page.wait_for_function(stored)
    width = page.locator("#width input[type=number]").input_value()
    page.reload()
    expect(prompt(page)).to_have_value("一个红色的圆")
    expect(page.locator("#width input[type=number]")).to_have_value(width)
    expect(page.locator("#enhance input")).not_to_be_checked()
    page.get_by_text("更多设置").click()
    expect(page.locator("#negative textarea")).to_have_value("绿色")
    expect(page.locator("#guidance input[type=number]")).to_have_value("0")
    # Drawn, it is still there: words are changed a little and drawn again.
    prompt(page).fill(DRAW)
    press(page, "画")
    drawn(page)
    page.reload()
    expect(prompt(page)).to_have_value(DRAW)
    with a_page(chromium, house.url, DESK) as other:
        expect(prompt(other)).to_have_value("")
        expect(other.locator("#enhance input")).to_be_checked()


def test_a_press_whose_answer_is_lost_is_asked_after(page: Page) -> None:
    """It joins the queue, and what is told of it goes to another stream than the page hears."""
    draw(page, LONG_DRAW)
    expect(page.locator("#status progress")).to_be_visible()

    def elsewhere(route: Route) -> None:
        asked = json.loads(route.request.post_data or "{}")
        route.continue_(post_data=json.dumps({**asked, "session_hash": "elsewhere"}))

    page.route("**/gradio_api/queue/join*", elsewhere)
    draw(page, f"{DRAW} 种子 987")
    expect(page.locator("#status")).to_contain_text("种子 987")
    drawn(page)


def test_a_press_that_never_came_says_so_and_can_be_pressed_again(page: Page) -> None:
    page.route("**/gradio_api/queue/join*", lambda route: route.abort(), times=1)
    draw(page, DRAW)
    expect(page.locator("#status")).to_contain_text("没有进入排队，请再按一次")
    draw(page, DRAW)
    drawn(page)


def test_what_cannot_be_drawn_is_plain_words(page: Page) -> None:
    page.get_by_text("更多设置").click()
    draw(page, "一个红色的圆 --sed 4")
    expect(page.locator("#status")).to_have_text("不认识参数「--sed」，是想写「--seed」吗？")
    # Gradio hears what is typed into a field only some time after the field is seen.
    page.locator("#seed input, #seed textarea").first.fill("四十二")
    draw(page, "一个红色的圆")
    expect(page.locator("#status")).to_contain_text("「种子」不能是「四十二」")


def test_a_dropped_picture_brings_its_parameters_back_and_is_drawn_again(
    house: BoardHouse, page: Page
) -> None:
    page.get_by_text("更多设置").click()
    page.locator("#negative textarea").fill("绿色")
    page.locator("#ratio").get_by_text("横 16:9").click()
    draw(page, "一个蓝色的方块 种子 77")
    drawn(page)
    first = file_of(house.state_dir, page)
    page.reload()
    drop(page, first)
    expect(prompt(page)).to_have_value("一个蓝色的方块")
    expect(page.locator("#dropped")).to_contain_text("参数取回来了")
    page.get_by_text("更多设置").click()
    expect(page.locator("#seed input, #seed textarea").first).to_have_value("77")
    expect(page.locator("#guidance input[type=number]")).to_have_value("1.8")
    press(page, "画")
    drawn_again(page, first)
    again = file_of(house.state_dir, page)
    assert again != first
    assert (
        hashlib.sha256(again.read_bytes()).digest() == hashlib.sha256(first.read_bytes()).digest()
    )


def test_a_file_without_parameters_is_refused_in_words(page: Page) -> None:
    page.locator("#drop input").set_input_files(
        {"name": "x.png", "mimeType": "image/png", "buffer": b"\x89PNG\r\n\x1a\n"}
    )
    expect(page.locator("#dropped")).to_contain_text("这个文件里没有 zdraw 的参数")
    expect(prompt(page)).to_have_value("")


def test_ones_own_pictures_are_found_and_used_again(page: Page) -> None:
    draw(page, f"五个紫色的爱心 {SMALL} 种子 7")
    drawn(page)
    look_at(page, "我的图")
    expect(page.locator("#own img").first).to_be_visible()
    page.locator("#search input, #search textarea").first.fill("紫色 爱心")
    page.keyboard.press("Enter")
    expect(page.locator("#own img")).to_have_count(1)
    page.locator("#own img").click()
    expect(page.locator("#large img").first).to_be_visible()
    expect(page.locator("#info")).to_contain_text("种子 7")
    press(page, "↩ 用这些参数")
    expect(prompt(page)).to_be_visible()
    expect(prompt(page)).to_have_value("五个紫色的爱心")
    expect(page.locator("#width input[type=number]")).to_have_value("128")


def test_a_picture_is_changed_and_changed_again_from_my_pictures(
    house: BoardHouse, page: Page
) -> None:
    def choose(content: bytes) -> None:
        page.locator("#begin input").set_input_files(
            {"name": "x.png", "mimeType": "image/png", "buffer": content}
        )

    choose(b"no picture")
    expect(page.locator("#begun")).to_contain_text("这个文件打不开")
    choose(photo((400, 200), "PNG"))
    expect(page.locator("#beginning img")).to_be_visible()
    # In its own shape.
    expect(page.locator("#width input[type=number]")).to_have_value("720")
    expect(page.locator("#height input[type=number]")).to_have_value("368")
    page.locator("#strength").get_by_text("小").click()
    draw(page, "一个红色的圆 种子 31")
    drawn(page)
    made = file_of(house.state_dir, page)
    with Image.open(made) as opened:
        told = json.loads(opened.info["zdraw"])
    assert (told["strength"], opened.size) == (0.3, (720, 368))
    press(page, "✕ 不用这张图")
    expect(page.locator("#beginning img")).not_to_be_visible()
    look_at(page, "我的图")
    page.locator("#own img").first.click()
    expect(page.locator("#info")).to_contain_text("改自一张图 · 改动 0.3")
    press(page, "↩ 用这些参数")
    expect(page.locator("#beginning img")).to_be_visible()
    press(page, "画")
    drawn_again(page, made)
    again = file_of(house.state_dir, page)
    assert again != made
    assert again.read_bytes() == made.read_bytes()


def test_the_operator_sees_engine_queue_and_bars(page: Page) -> None:
    look_at(page, "管理")
    expect(page.locator("#engine")).to_contain_text("引擎正常：cpu")
    expect(page.locator("#queue")).to_contain_text("个请求")
    expect(page.locator("#charts svg")).to_have_count(2)
    expect(page.locator("#charts rect").first).to_be_attached()


def test_the_operator_pauses_and_clears_the_queue(page: Page) -> None:
    look_at(page, "管理")
    page.locator("#reason input, #reason textarea").first.fill("换显卡")
    press(page, "⏸ 暂停")
    expect(page.locator("#acted")).to_contain_text("队列已暂停：换显卡")
    expect(page.locator("#queue")).to_contain_text("换显卡")
    look_at(page, "画图")
    draw(page, DRAW)
    expect(page.locator("#status")).to_contain_text("换显卡")
    look_at(page, "管理")
    press(page, "🧹 清空排队")
    expect(page.locator("#acted")).to_contain_text("1 个请求在排队")
    press(page, "是，全部取消")
    expect(page.locator("#acted")).to_contain_text("已取消 1 个请求")
    press(page, "▶ 继续")
    expect(page.locator("#acted")).to_contain_text("队列在正常处理")
    look_at(page, "画图")
    expect(page.locator("#status")).to_contain_text("取消")


def test_enhancement_sets_the_guidance_and_is_said(page: Page) -> None:
    page.get_by_text("更多设置").click()
    guidance = page.locator("#guidance input[type=number]")
    expect(guidance).to_have_value("1.8")
    draw(page, DRAW)
    drawn(page)
    expect(page.locator("#status")).to_contain_text("画质增强：引导 1.8")
    page.locator("#enhance input").uncheck()
    expect(guidance).to_have_value("0")
    page.locator("#enhance input").check()
    expect(guidance).to_have_value("1.8")


def test_on_a_phone_all_of_it_fits_and_works(phone: Page) -> None:
    draw(phone, f"一只猫 {SMALL}")
    box = drawn(phone).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    for tab in ("画图", "我的图", "管理"):
        look_at(phone, tab)
        shown = {"画图": "#pictures img", "我的图": "#own img", "管理": "#charts svg"}[tab]
        expect(phone.locator(shown).first).to_be_visible()
        assert width_of_page(phone) == 390
    phone.locator("#language").get_by_text("English").click()
    look_at(phone, "Draw")
    expect(phone.get_by_role("button", name="Draw", exact=True)).to_be_visible()
    prompt(phone).fill("a red circle --size 100x100")
    press(phone, "Draw")
    expect(phone.locator("#status")).to_contain_text("Cannot draw 100×100")
    assert width_of_page(phone) == 390


def test_with_the_password_a_browser_gets_in_and_out_again(
    chromium: Browser, tmp_path: Path
) -> None:
    stand = Stand(tmp_path, locked=True)
    with stand.open(), a_page(chromium, stand.url, PHONE) as page:
        expect(page.get_by_label("密码")).to_be_visible()
        assert width_of_page(page) == 390
        page.get_by_label("密码").fill(PASSWORD)
        press(page, "进入")
        draw(page, "一个圆")
        expect(page.locator("#status")).to_contain_text("没看到要画什么")
        page.get_by_role("link", name="退出").click()
        expect(page.get_by_label("密码")).to_be_visible()


# --- over Gradio's client, and by hand ------------------------------------------------------------


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


def test_board_listens_on_this_machine_only(house: BoardHouse) -> None:
    port = int(house.url.rpartition(":")[2])
    listening = [
        line.split()[1]
        for table in ("tcp", "tcp6")
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        if line.split()[3] == "0A" and line.split()[1].endswith(f":{port:04X}")
    ]
    assert listening == [f"0100007F:{port:04X}"]


def test_start_says_where_the_board_is_and_how_to_add_a_chat_platform(house: BoardHouse) -> None:
    said = house.log.read_text(errors="replace")
    assert f"board: {house.url}\n" in said
    assert "put ZDRAW_TELEGRAM_TOKEN=… or ZDRAW_DISCORD_TOKEN=… into .env" in said


# --- the end --------------------------------------------------------------------------------------


def test_nobody_outside_this_machine_is_looked_for(house: BoardHouse) -> None:
    noted = house.notes.read_text()
    assert "-m bot" in noted
    assert "-m engine" in noted
    assert "looked for" not in noted


def test_ctrl_c_ends_all_of_it_with_code_0_and_no_traceback(
    house: BoardHouse, board: Client
) -> None:
    job = board.submit(LONG_DRAW, api_name="/draw")
    house.wait_for(lambda: any("max=" in status for _, status in job.outputs()), 60)
    began = time.monotonic()
    assert house.supervisor is not None
    os.kill(house.supervisor, signal.SIGINT)
    house.wait_for(lambda: house.supervisor is None, 10)
    assert time.monotonic() - began < 5
    assert house.stop() == 0
    said = house.log.read_text(errors="replace")
    assert "Traceback" not in said
    assert "level=error" not in said
