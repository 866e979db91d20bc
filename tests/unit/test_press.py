"""What buttons carry: every code is understood again, and nothing else is."""

import pytest

from bot.core.messages import Button, button_rows
from bot.core.press import COMMAND, ON_GENERATION, WANTED, Press, parse_press, press_code


def button(action: str, generation_id: str = "0123456789ab", picture: int = 0) -> Button:
    return Button(action=action, generation_id=generation_id, label="", picture=picture)


@pytest.mark.parametrize("action", ON_GENERATION)
@pytest.mark.parametrize("picture", [0, 1, 4])
def test_a_code_is_understood_again(action: str, picture: int) -> None:
    code = press_code(button(action, picture=picture))
    assert len(code) <= 36
    assert parse_press(code) == Press(action, "0123456789ab", picture)


def test_a_wish_to_draw_an_old_request_names_no_generation() -> None:
    assert parse_press(press_code(button(WANTED, ""))) == Press(WANTED)


@pytest.mark.parametrize(
    ("words", "command", "rest"),
    [("pause", "pause", ""), ("group cooldown 10", "group", "cooldown 10")],
)
def test_a_button_can_send_a_command(words: str, command: str, rest: str) -> None:
    code = press_code(Button(action=COMMAND, generation_id="", label="", words=words))
    assert parse_press(code) == Press(COMMAND, command=command, words=rest)


@pytest.mark.parametrize(
    "code",
    ["", "again", "again:", "redo:k3v9x2ab", "again:k3v9 x", "again:k3v9x2ab\n", "draw:k3v9x2ab",
     "again:0123456789abc", "original:k3v9x2ab:", "original:k3v9x2ab:12", "original:k3v9x2ab:x",
     "do:", "do:pause ", "do:Pause", "do:group " + "x" * 45],
)  # fmt: skip
def test_other_codes_are_not_presses(code: str) -> None:
    assert parse_press(code) is None


def test_rows_hold_five_and_single_pictures_have_their_own() -> None:
    many = [button("cancel") for _ in range(7)]
    singles = [button("original", picture=number) for number in (1, 2)]
    assert [len(row) for row in button_rows([*many, *singles])] == [5, 2, 2]
    assert button_rows([]) == []


@pytest.mark.parametrize("shown", [2, 5])
def test_what_turns_pages_stands_below(shown: int) -> None:
    page = [button("show") for _ in range(shown)]
    turning = [button("newer"), button("older")]
    assert [len(row) for row in button_rows([*page, *turning])] == [shown, 2]
