"""Long lists, a page at a time."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.admin.pages import PAGE_CHARACTERS, page_of
from bot.core.press import parse_press, press_code


def turned(lines: list[str], number: int) -> list[str]:
    """The labels of the buttons below."""
    return [button.label for button in page_of(lines, number, "words list")[1]]


def test_what_fits_is_one_page_without_buttons():
    assert page_of(["一", "二"], 1, "words list") == ("一\n二", ())


def test_pages_are_turned_in_both_directions():
    lines = ["词" * 60] * 100
    assert [turned(lines, number) for number in (1, 2)] == [["▶"], ["◀", "▶"]]
    assert turned(lines, 999) == ["◀"]
    assert page_of(lines, 0, "words list")[0] == page_of(lines, 1, "words list")[0]


def test_a_button_names_its_page():
    _, (button,) = page_of(["词" * 60] * 30, 1, "words all list")
    press = parse_press(press_code(button))
    assert press is not None
    assert (press.command, press.words) == ("words", "all list 2")


@given(st.lists(st.text("词a", min_size=1, max_size=70), min_size=1))
def test_all_pages_together_are_the_list(lines):
    pages, number = [], 1
    while True:
        text, buttons = page_of(lines, number, "words list")
        pages.append(text)
        assert len(text) <= PAGE_CHARACTERS
        if all(button.label != "▶" for button in buttons):
            break
        number += 1
    assert "\n".join(pages).split("\n") == lines
