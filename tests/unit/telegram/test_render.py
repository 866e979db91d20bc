import pytest

from bot.adapters.telegram.buttons import Press, callback_data, parse_press
from bot.adapters.telegram.render import answer_field, caption_of, cut, keyboard, text_of, toast_of
from bot.core.ports import Button
from tests.builders import notice


def utf16(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


@pytest.mark.parametrize(("fit", "limit"), [(text_of, 4096), (caption_of, 1024), (toast_of, 200)])
def test_text_is_cut_at_what_telegram_takes(fit, limit):
    assert fit("画" * limit) == "画" * limit
    assert fit("画" * (limit + 1)) == "画" * (limit - 1) + "…"


def test_emoji_count_twice_and_are_never_halved():
    assert cut("🎨🎨🎨", 6) == "🎨🎨🎨"
    assert cut("🎨🎨🎨", 5) == "🎨🎨…"
    assert cut("🎨🎨🎨", 4) == "🎨…"
    assert utf16(caption_of("🎨" * 2000)) <= 1024


def test_no_buttons_is_no_keyboard():
    assert keyboard(()) is None


def test_buttons_stand_in_one_row():
    markup = keyboard(
        (
            Button(action="again", generation_id="k3v9x2ab", label="🔁 再来一张"),
            Button(action="cancel", generation_id="k3v9x2ab", label="❌ 取消"),
        )
    )
    assert markup is not None
    row = [(button.text, button.callback_data) for button in markup.inline_keyboard[0]]
    assert row == [
        ("🔁 再来一张", "v1:again:k3v9x2ab"),
        ("❌ 取消", "v1:cancel:k3v9x2ab"),
    ]


def test_a_question_opens_a_reply_field_for_the_asked_person_only():
    field = answer_field(notice(ask=True))
    assert field is not None
    assert field.selective
    assert answer_field(notice()) is None


@pytest.mark.parametrize("action", ["cancel", "again"])
def test_a_button_is_understood_again_after_a_restart(action):
    data = callback_data(Button(action=action, generation_id="0123456789ab", label="长" * 50))
    assert len(data.encode()) <= 64
    assert parse_press(data) == Press(action, "0123456789ab")


@pytest.mark.parametrize(
    "data",
    [None, "", "v1:again:", "v2:again:k3v9x2ab", "v1:delete:k3v9x2ab", "v1:again:k3v9 x",
     "v1:again:k3v9x2ab\n", "v1:again:0123456789abc", "again"],
)  # fmt: skip
def test_other_data_is_not_a_press(data):
    assert parse_press(data) is None
