"""What people write to have a picture drawn anew."""

import pytest

from bot.core.edit import Shown
from tests.unit.telegram.desk import GROUP, Desk

IMAGE = {"file_id": "doc", "file_unique_id": "doc", "mime_type": "image/png", "file_size": 9}


@pytest.mark.parametrize(
    "words", ["/draw 换成夜景", "/edit 换成夜景", "画 换成夜景", "改图 换成夜景"]
)
async def test_a_picture_with_words_is_drawn_anew(desk: Desk, words):
    desk.people.send_photo(words, chat=GROUP)
    name, call = (await desk.work()).only
    assert (name, call["text"]) == ("edit_shown", "换成夜景")
    assert call["shown"] == Shown(file="photo-0")


@pytest.mark.parametrize("words", ["/draw 换成夜景", "/edit 换成夜景", "画 换成夜景"])
async def test_so_is_one_that_is_replied_to(desk: Desk, words):
    picture = desk.people.send_photo(chat=GROUP)
    desk.people.say(words, chat=GROUP, reply_to=picture.message_id, user=2)
    name, call = (await desk.work()).only
    assert (name, call["text"], call["origin"].requester) == (
        "edit_shown",
        "换成夜景",
        "telegram:2",
    )


async def test_of_a_photo_the_largest_is_taken_and_files_are_pictures_too(desk: Desk):
    sizes = [
        {"file_id": name, "file_unique_id": name, "width": side, "height": side, "file_size": side}
        for name, side in (("small", 90), ("large", 1280), ("middle", 320))
    ]
    desk.people.post({"photo": sizes, "caption": "/edit 换成夜景"})
    desk.people.post({"document": IMAGE, "caption": "/edit 换成夜景"})
    core = await desk.work()
    shown = [call["shown"] for _, call in core.calls.values()]
    assert shown == [Shown(file="large", size=1280), Shown(file="doc", size=9)]


async def test_a_picture_of_the_bots_own_is_named_by_its_message(desk: Desk):
    own = desk.bot_says("图", GROUP, extra={"photo": [photo_size()]})
    desk.people.say("/draw 换成夜景", chat=GROUP, reply_to=own)
    _, call = (await desk.work()).only
    assert call["shown"] == Shown(file="p", message=str(own))


async def test_what_was_hidden_stays_hidden(desk: Desk):
    desk.people.post(
        {"photo": [photo_size()], "caption": "/edit 换成夜景", "has_media_spoiler": True}
    )
    assert (await desk.work()).only[1]["origin"].spoiler


@pytest.mark.parametrize("words", ["/draw", "/edit", "/改图"])
async def test_without_words_it_is_asked_what_to_change(desk: Desk, words):
    picture = desk.people.send_photo(chat=GROUP)
    desk.people.say(words, chat=GROUP, reply_to=picture.message_id)
    name, call = (await desk.work()).only
    assert (name, call["code"]) == ("refuse", "change_to_what")


async def test_edit_without_a_picture_says_so(desk: Desk):
    talk = desk.people.say("你好", chat=GROUP)
    desk.people.say("/edit 换成夜景", chat=GROUP, reply_to=talk.message_id)
    name, call = (await desk.work()).only
    assert (name, call["code"]) == ("refuse", "no_picture_there")


async def test_draw_in_reply_to_words_draws_words(desk: Desk):
    talk = desk.people.say("你好", chat=GROUP)
    desk.people.say("/draw 一只猫", chat=GROUP, reply_to=talk.message_id)
    assert (await desk.work()).named == ["draw"]


async def test_below_a_channels_post_draw_means_words_and_edit_the_post(desk: Desk):
    post = desk.people.post(
        {"photo": [photo_size()], "is_automatic_forward": True},
        chat=GROUP,
        sender={"id": 777000, "is_bot": False, "first_name": "Telegram"},
    )
    desk.people.say("/draw 一只猫", chat=GROUP, reply_to=post.message_id)
    desk.people.say("/edit 换成夜景", chat=GROUP, reply_to=post.message_id)
    assert (await desk.work()).named == ["draw", "edit_shown"]


async def test_what_is_no_picture_is_named(desk: Desk):
    video = {"file_id": "v", "file_unique_id": "v", "width": 1, "height": 1, "duration": 3}
    desk.people.post({"video": video, "caption": "/draw 换成夜景"})
    pdf = {**IMAGE, "mime_type": "application/pdf"}
    desk.people.post({"document": pdf, "caption": "/draw 换成夜景"})
    core = await desk.work()
    assert [call["code"] for _, call in core.calls.values()] == ["not_a_picture"] * 2


def photo_size() -> dict[str, object]:
    return {"file_id": "p", "file_unique_id": "p", "width": 90, "height": 90}
