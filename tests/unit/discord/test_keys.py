"""What is kept as text: of interactions, of messages, in buttons."""

import pytest

from bot.adapters.discord.origin import user_of
from bot.adapters.discord.press_id import TEMPLATE, custom_id, press_of
from bot.adapters.discord.reply_key import USUAL_UPLOAD_BYTES, ReplyKey
from bot.adapters.discord.status_id import StatusId
from bot.core.messages import Button
from bot.core.press import Press
from tests.builders import address


@pytest.mark.parametrize(
    "key",
    [
        ReplyKey(token="aW50ZXJ:x"),
        ReplyKey(token="t", upload_bytes=50),
    ],
    ids=repr,
)
def test_what_is_kept_of_an_interaction_is_read_back(key):
    assert ReplyKey.of(address(reply_token=key.text())) == key


@pytest.mark.parametrize("token", [None, "", "of another kind", "px12:", "12"])
def test_anything_else_is_no_interaction(token):
    assert ReplyKey.of(address(reply_token=token)) is None


def test_a_token_shows_in_no_traceback():
    assert "secret" not in repr(ReplyKey(token="secret"))
    assert "secret" not in repr(address(reply_token="1:secret"))
    assert ReplyKey(token="x").upload_bytes == USUAL_UPLOAD_BYTES


@pytest.mark.parametrize(("message", "by_token"), [(1, True), (10**18, False)])
def test_the_id_of_a_message_says_who_wrote_it(message, by_token):
    status = StatusId(message, by_token)
    assert StatusId.parse(status.text()) == status


@pytest.mark.parametrize("text", [None, "", "12", "x:12", "o:", "o:1a", "c:" + "9" * 30])
def test_what_is_no_id_is_none(text):
    assert StatusId.parse(text) is None


def test_a_button_carries_what_it_does_within_the_limit():
    button = Button(action="original", generation_id="k3v9x2abcdef", label="2", picture=4)
    carried = custom_id(button)
    assert carried == "zd:1:original:k3v9x2abcdef:4"
    assert press_of(carried) == Press("original", "k3v9x2abcdef", 4)
    assert len(carried) <= 100


@pytest.mark.parametrize("carried", ["zd:1:melt:k3v9x2ab", "zd:2:again:k3v9x2ab", "again:k3v9x2ab"])
def test_what_this_version_does_not_know_is_no_press(carried):
    assert press_of(carried) is None


def test_buttons_of_any_version_are_ours():
    assert TEMPLATE.fullmatch("zd:1:again:k3v9x2ab")
    assert TEMPLATE.fullmatch("zd:7:whatever")
    assert not TEMPLATE.fullmatch("other:1")


@pytest.mark.parametrize(
    ("requester", "user"), [("discord:5", 5), ("telegram:5", None), ("discord:", None)]
)
def test_only_people_of_discord_can_be_mentioned_there(requester, user):
    assert user_of(requester) == user
