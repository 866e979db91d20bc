"""A real Chromium, and what people do with the board in it."""

import base64
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

#: It would ask its maker's hosts for this and that.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: Generous: machines on which others work as well are slow.
PATIENCE_MS = 60_000
DESK: dict[str, Any] = {"viewport": {"width": 700, "height": 900}}
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
    "device_scale_factor": 2,
}


@contextmanager
def a_chromium() -> Iterator[Browser]:
    """Skips the test where there is none, but for CI, where it fails."""
    names = ("chromium", "chromium-browser", "google-chrome")
    found = next((path for name in names if (path := shutil.which(name))), None)
    if found is None:
        missing = "no Chromium; on Debian: apt-get install chromium"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(QUIET))
        yield browser
        browser.close()


@contextmanager
def a_page(chromium: Browser, url: str, screen: dict[str, Any]) -> Iterator[Page]:
    """A tab of a Chinese browser. It fails the test if the page asks anybody else for something,
    or is refused anything that it needs."""
    context = chromium.new_context(locale="zh-CN", **screen)
    context.set_default_timeout(PATIENCE_MS)
    wrong: list[str] = []
    tab = context.new_page()
    tab.on(
        "request",
        lambda asked: None if asked.url.startswith((url, "blob:", "data:"))
        else wrong.append(asked.url),
    )  # fmt: skip
    tab.on(
        "response",
        lambda got: wrong.append(f"{got.status} {got.url}") if got.status >= 400 else None,
    )
    tab.on("pageerror", lambda error: wrong.append(str(error)))
    tab.goto(url)
    yield tab
    context.close()
    assert wrong == []


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


def file_of(state_dir: Path, page: Page) -> Path:
    """The original of the picture whose id the status line tells."""
    status = page.locator("#status").inner_text()
    found = re.search(r"#(\w+)", status)
    assert found is not None, status
    (path,) = (state_dir / "pictures").rglob(f"{found[1]}-1.png")
    return path


def drawn_again(page: Page, before: Path) -> None:
    """Another picture than that of the file, which is shown until then."""
    status = page.locator("#status")
    expect(status).not_to_contain_text(f"#{before.name.partition('-')[0]}")
    expect(status).to_contain_text("种子")
    drawn(page)


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
