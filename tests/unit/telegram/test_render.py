import pytest
from telegram import ForceReply

from bot.adapters.shared.text import cut
from bot.adapters.telegram.buttons import callback_data, press_of
from bot.adapters.telegram.render import (
    caption_of,
    entities_of,
    keyboard,
    markup_of,
    text_of,
    toast_of,
)
from bot.core.messages import Button
from bot.core.press import Press
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
    field = markup_of(notice(ask=True))
    assert isinstance(field, ForceReply)
    assert field.selective
    assert markup_of(notice()) is None


def test_a_question_names_the_asked_person_in_its_first_sign():
    text, (mention,) = entities_of(notice(ask=True, text="✏️ 想画什么？", requester="telegram:5"))
    assert text == "✏️ 想画什么？"
    assert (mention.type, mention.offset, mention.length) == ("text_mention", 0, 2)
    assert mention.user is not None
    assert mention.user.id == 5


@pytest.mark.parametrize("requester", [None, "telegram:-1001"])
def test_whoever_is_no_person_is_not_named(requester):
    assert entities_of(notice(ask=True, requester=requester))[1] == []


@pytest.mark.parametrize("words", ["一只猫\n横图", "🎨" * 4000])
def test_what_is_to_be_copied_stands_in_a_block_that_ends_with_the_text(words):
    text, (block,) = entities_of(notice(text="✏️ 改：", copy=words))
    encoded = text.encode("utf-16-le")
    inside = encoded[2 * block.offset : 2 * (block.offset + block.length)].decode("utf-16-le")
    assert utf16(text) <= 4096
    assert inside.rstrip("…") == words[: len(inside.rstrip("…"))]
    assert text.endswith(inside)


@pytest.mark.parametrize("data", ["v1:cancel:k3v9x2ab", "v1:again:k3v9x2ab"])
def test_a_button_of_the_first_release_still_works(data):
    assert press_of(data) == Press(data.split(":")[1], "k3v9x2ab")


def test_a_button_is_understood_again_after_a_restart_and_fits():
    button = Button(action="original", generation_id="0123456789ab", label="长" * 50, picture=4)
    data = callback_data(button)
    assert len(data.encode()) <= 64
    assert press_of(data) == Press("original", "0123456789ab", 4)


@pytest.mark.parametrize("data", [None, "", "again:k3v9x2ab", "v2:again:k3v9x2ab", "v1:"])
def test_other_data_is_not_a_press(data):
    assert press_of(data) is None


def test_buttons_of_single_pictures_stand_in_a_row_of_their_own():
    buttons = [
        *(Button(action=action, generation_id="a", label=action) for action in ("again", "edit")),
        *(
            Button(action="original", generation_id="a", label=str(n), picture=n)
            for n in range(1, 5)
        ),
    ]
    markup = keyboard(buttons)
    assert markup is not None
    rows = markup.inline_keyboard
    assert [[button.text for button in row] for row in rows] == [
        ["again", "edit"],
        ["1", "2", "3", "4"],
    ]
