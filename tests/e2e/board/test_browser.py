"""The board as people meet it: in a real Chromium, with a mouse, and on a phone."""

import base64
import hashlib
import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.board.conftest import PATIENCE_MS, PHONE, BoardHouse

pytestmark = [pytest.mark.e2e, pytest.mark.timeout(180)]
expect.set_options(timeout=PATIENCE_MS)

SMALL = "尺寸 128x128"


def prompt(page: Page) -> Locator:
    return page.locator("#prompt textarea")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()


def draw(page: Page, words: str) -> None:
    prompt(page).fill(words)
    press(page, "画")


def look_at(page: Page, tab: str) -> None:
    page.get_by_role("tab", name=tab).click()


def drawn(page: Page) -> Locator:
    """The first picture, once it is there."""
    picture = page.locator("#pictures img").first
    expect(picture).to_be_visible()
    page.wait_for_function(
        "image => image.complete && image.naturalWidth", arg=picture.element_handle()
    )
    return picture


def file_of(house: BoardHouse, page: Page) -> Path:
    """The original of the picture whose id the status line tells."""
    status = page.locator("#status").inner_text()
    found = re.search(r"#(\w+)", status)
    assert found is not None, status
    (path,) = (house.state_dir / "pictures").rglob(f"{found[1]}-1.png")
    return path


def drop(page: Page, path: Path) -> None:
    """As the mouse does it."""
    data = page.evaluate_handle(
        """([name, content]) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const data = new DataTransfer();
            data.items.add(new File([bytes], name, { type: 'image/png' }));
            return data;
        }""",
        [path.name, base64.b64encode(path.read_bytes()).decode()],
    )
    page.locator("#drop label").dispatch_event("drop", {"dataTransfer": data})


def width_of_page(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth")
    return width


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


def test_what_cannot_be_drawn_is_plain_words(page: Page) -> None:
    draw(page, "一个红色的圆 --sed 4")
    expect(page.locator("#status")).to_have_text("不认识参数「--sed」，是想写「--seed」吗？")
    page.get_by_text("更多设置").click()
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
    first = file_of(house, page)
    page.reload()
    drop(page, first)
    expect(prompt(page)).to_have_value("一个蓝色的方块")
    expect(page.locator("#dropped")).to_contain_text("参数取回来了")
    page.get_by_text("更多设置").click()
    expect(page.locator("#seed input, #seed textarea").first).to_have_value("77")
    expect(page.locator("#guidance input[type=number]")).to_have_value("1.8")
    press(page, "画")
    drawn(page)
    again = file_of(house, page)
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
    press(page, "✏️ 用这些参数")
    expect(prompt(page)).to_be_visible()
    expect(prompt(page)).to_have_value("五个紫色的爱心")
    expect(page.locator("#width input[type=number]")).to_have_value("128")


def test_the_operator_sees_engine_queue_and_bars(page: Page) -> None:
    look_at(page, "管理")
    expect(page.locator("#engine")).to_contain_text("引擎正常：cpu")
    expect(page.locator("#queue")).to_contain_text("个请求")
    expect(page.locator("#charts svg")).to_have_count(2)
    expect(page.locator("#charts rect").first).to_be_attached()


@pytest.mark.screen(PHONE)
def test_on_a_phone_all_of_it_fits_and_works(page: Page) -> None:
    draw(page, f"一只猫 {SMALL}")
    box = drawn(page).bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 390
    for tab in ("画图", "我的图", "管理"):
        look_at(page, tab)
        assert width_of_page(page) == 390
    page.locator("#language").get_by_text("English").click()
    look_at(page, "Draw")
    expect(page.get_by_role("button", name="Draw", exact=True)).to_be_visible()
    prompt(page).fill("a red circle --size 100x100")
    press(page, "Draw")
    expect(page.locator("#status")).to_contain_text("Cannot draw 100×100")
    assert width_of_page(page) == 390
