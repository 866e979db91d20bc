"""Texts and buttons as Discord takes them."""

import discord
import pytest

from bot.adapters.discord.composing import composed
from bot.adapters.discord.render import MAX_TEXT, Upload, text_of, view_of
from bot.core.draw_syntax import parse_draw
from bot.core.messages import Button


def test_nothing_of_a_prompt_is_formatted():
    assert text_of("**粗** _斜_ `码` ||藏||") == r"\*\*粗\*\* \_斜\_ \`码\` \|\|藏\|\|"
    assert text_of("# 大\n> 引\n- 列") == "\\# 大\n\\> 引\n\\- 列"
    assert text_of("1024×1024 · 种子 42 · #k3v9x2ab") == "1024×1024 · 种子 42 · #k3v9x2ab"


@pytest.mark.parametrize(
    "text", ["长" * 3000, "*" * 3000, "\\" * 3000, "a" + "*" * 3000, "😀" * 1500]
)
@pytest.mark.parametrize("to", [None, 10**18])
def test_a_long_text_is_cut_within_the_limit_and_not_within_an_escape(text, to):
    shown = text_of(text, to=to)
    assert len(shown.encode("utf-16-le")) // 2 <= MAX_TEXT
    head = shown.removesuffix("…")
    assert head != shown
    assert (len(head) - len(head.rstrip("\\"))) % 2 == 0


def test_a_message_of_its_own_names_whom_it_is_for():
    assert text_of("*圆*", to=5) == "<@5>\n\\*圆\\*"


async def test_buttons_stand_in_rows_and_are_not_kept_in_memory():
    whole = [Button(action=a, generation_id="k", label=a) for a in ("again", "edit", "delete")]
    each = [
        Button(action="original", generation_id="k", label=str(n), picture=n) for n in range(1, 5)
    ]
    view = view_of([*whole, *each])
    assert view is not None
    assert view.is_finished()
    rows = [[button["label"] for button in row["components"]] for row in view.to_components()]
    assert rows == [["again", "edit", "delete"], ["1", "2", "3", "4"]]
    styles = {
        item.label: item.style for item in view.children if isinstance(item, discord.ui.Button)
    }
    assert styles["delete"] is discord.ButtonStyle.danger
    assert styles["again"] is discord.ButtonStyle.secondary


def test_without_buttons_there_is_no_view():
    assert view_of(()) is None


def test_a_file_can_be_read_again_for_each_attempt():
    upload = Upload(name="k.jpg", content=b"jpeg", spoiler=True)
    assert upload.file().filename == "SPOILER_k.jpg"
    assert [upload.file().fp.read() for _ in range(2)] == [b"jpeg", b"jpeg"]
    assert "jpeg" not in repr(upload).replace("k.jpg", "")


# --- options --------------------------------------------------------------------------------------


@pytest.mark.parametrize("locale", ["zh", "en"])
@pytest.mark.parametrize("prompt", ["一个红色的圆", "a cat, x", "一颗种子", "圆\n方", "--"])
def test_options_are_read_back_and_the_prompt_with_them(prompt, locale):
    options: dict[str, str | int | float | None] = {
        "ratio": "21:9",
        "count": 4,
        "seed": 7,
        "steps": 9,
        "guidance": 2.25,
        "enhance": False,
        "negative": "blur, 模糊",
    }
    asked = parse_draw(composed(prompt, options, locale))
    assert asked.prompt == prompt
    assert (asked.ratio, asked.count, asked.seed) == ((7, 3), 4, 7)
    assert (asked.steps, asked.guidance, asked.negative) == (9, 2.25, "blur, 模糊")
    assert asked.enhance is False


def test_without_options_the_text_is_the_prompt():
    assert composed("一只猫 横图", {"seed": None}, "zh") == "一只猫 横图"
